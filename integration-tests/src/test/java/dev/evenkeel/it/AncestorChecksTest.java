package dev.evenkeel.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import dev.evenkeel.testbed.SocketIoServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What the ancestor's own documents promise, held by this server. */
class AncestorChecksTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String MILLISECONDS_UTC =
      "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";

  @RegisterExtension static final Servers SERVERS = new Servers();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  @Test
  void aThousandHooksLeaveAThousandEventsNoProcessAndAtMostThreeConnections() throws Exception {
    try (var target = SocketIoServer.process()) {
      // Given
      EvenkeelProcess server =
          SERVERS
              .on(folder.resolve("data"))
              .with("EVENKEEL_TARGETS_MAIN_URL", target.url())
              .with("EVENKEEL_DEBUG", "true")
              .start();
      // When
      var loop =
          new ProcessBuilder(
              "sh",
              "-c",
              "i=0; while [ $i -lt 1000 ]; do echo '{\"hook_event_name\":\"test\",\"data\":{}}' |"
                  + " ../bin/evenkeel hook || exit 1; i=$((i+1)); done");
      loop.environment().put("EVENKEEL_URL", server.uri().toString());
      Process hooks = loop.redirectErrorStream(true).start();
      String printed = new String(hooks.getInputStream().readAllBytes(), UTF_8);
      // Then
      assertThat(hooks.waitFor()).isZero();
      assertThat(printed).isEmpty();
      assertThat(commandLines()).noneMatch(line -> line.contains(server.uri().toString()));
      await().atMost(SOON).until(() -> target.state().get("unique").asInt() == 1000);
      JsonNode state = target.state();
      assertThat(state.get("mostJoined").asInt()).isBetween(1, 3);
      assertThat(state.get("repeats").asInt()).isZero();
      assertThat(state.get("outOfOrder").asInt()).isZero();
      // One session, so always the same connection; and one handler for all events
      assertThat(state.get("everJoined").asInt()).isEqualTo(1);
      assertThat(server.output().split("The handler starts", -1)).hasSize(2);
      try (var connection = HttpConnection.to(server.port())) {
        JsonNode status = new JsonMapper().readTree(connection.get("/api/status").body());
        assertThat(status.get("accepted").asInt()).isEqualTo(1000);
        assertThat(status.get("log").get("events").asInt()).isEqualTo(1000);
      }
    }
  }

  @Test
  void allRecordedEventsReachTheTargetInTheOrderOfTheirSessions() throws Exception {
    try (var target = SocketIoServer.process()) {
      // Given
      EvenkeelProcess server =
          SERVERS
              .on(folder.resolve("data"))
              .with("EVENKEEL_TARGETS_MAIN_URL", target.url())
              .start();
      // When each event is posted to its agent's own door, those of Claude Code first
      List<Recorded> sent =
          Recorded.all().stream()
              .sorted(Comparator.comparing(event -> !event.agent().equals("claude-code")))
              .toList();
      try (var connection = HttpConnection.to(server.port())) {
        for (Recorded each : sent) {
          HttpConnection.Answer answer = each.postTo(connection);
          assertThat(answer.status()).as(answer.text()).isEqualTo(200);
          assertThat(answer.body()).isEmpty();
        }
        await().atMost(SOON).until(() -> status(connection).get("published").asInt() > sent.size());
        await()
            .atMost(SOON)
            .until(
                () -> {
                  JsonNode status = status(connection);
                  int published = status.get("published").asInt();
                  return status.get("targets").get("main").get("pending").asInt() == 0
                      && target.state().get("unique").asInt() == published;
                });
      }
      // Then
      JsonNode state = target.state();
      assertThat(sent).hasSize(1792);
      assertThat(state.get("repeats").asInt()).isZero();
      assertThat(state.get("outOfOrder").asInt()).isZero();
      assertThat(state.get("mostJoined").asInt()).isBetween(1, 3);
      // And what the target got says of each event of other agents whose it is, and what it says
      var others = sent.stream().filter(each -> !each.agent().equals("claude-code")).toList();
      assertThat(others).hasSize(25);
      assertEnvelopes(target.latest(), others);
    }
  }

  /** In the order in which they were posted, session by session: others may stand between. */
  private static void assertEnvelopes(JsonNode latest, List<Recorded> sent) {
    var came = new HashMap<String, Deque<JsonNode>>();
    for (JsonNode event : latest) {
      if (event.get("type").asText().equals("hook")) {
        String session = event.get("source").asText() + '/' + event.get("session_id").asText();
        came.computeIfAbsent(session, _ -> new ArrayDeque<>()).add(event);
      }
    }
    for (Recorded each : sent) {
      String session = each.agent() + '/' + each.session();
      assertThat(came).as("sessions that the target has").containsKey(session);
      JsonNode event = came.get(session).poll();
      assertThat(event).as(each.event() + " of " + session).isNotNull();
      assertThat(event.get("event").asText()).isEqualTo(each.event());
      assertThat(event.get("subtype").asText()).matches("[a-z]+(_[a-z]+)*");
      assertThat(event.get("id").asText()).matches("\\d+");
      assertThat(event.get("timestamp").asText()).matches(MILLISECONDS_UTC);
      assertThat(event.path("cwd").asText()).isEqualTo(each.cwd());
      assertThat(event.path("correlation_id").asText())
          .isEqualTo(each.payload().path("tool_use_id").asText());
      assertThat(each.withoutAttachments(event.get("data"))).isEqualTo(each.payload());
    }
  }

  /** Of all processes: a hook's client has the server's address in its own. */
  private static List<String> commandLines() {
    return ProcessHandle.allProcesses()
        .map(process -> process.info().commandLine().orElse(""))
        .toList();
  }

  private static JsonNode status(HttpConnection connection) throws IOException {
    return new JsonMapper().readTree(connection.get("/api/status").body());
  }
}
