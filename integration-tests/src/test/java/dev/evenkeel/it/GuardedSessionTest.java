package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The shipped guard in the packaged server, on what a real agent sent. */
class GuardedSessionTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path RECORDED = Path.of("events/claude-code-2.1.197-guarded.jsonl");
  private static final String FORCED_PUSH =
      "{\"session_id\":\"%s\",\"hook_event_name\":\"PreToolUse\",\"tool_name\":\"Bash\","
          + "\"tool_use_id\":\"%s\",\"tool_input\":{\"command\":\"git push --force\"}}";

  @RegisterExtension static final Servers SERVERS = new Servers();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  private EvenkeelProcess guarded() {
    return SERVERS
        .on(folder.resolve("data"))
        .with("EVENKEEL_EXTENSIONS_GUARD_ENABLED", "true")
        .with("EVENKEEL_EXTENSIONS_GUARD_RULES_NO_CURL_PATTERN", "^curl ")
        .with("EVENKEEL_EXTENSIONS_GUARD_RULES_NO_CURL_REASON", "Use the mirror.");
  }

  private static String post(EvenkeelProcess server, String path, String body) throws IOException {
    try (var connection = HttpConnection.to(server.port())) {
      var answer = connection.post(path, body);
      assertThat(answer.status()).isIn(200, 204);
      return answer.text();
    }
  }

  private static JsonNode get(EvenkeelProcess server, String path) throws IOException {
    try (var connection = HttpConnection.to(server.port())) {
      return JSON.readTree(connection.get(path).text());
    }
  }

  private static List<JsonNode> events(EvenkeelProcess server) throws IOException {
    var events = new ArrayList<JsonNode>();
    String after = "0";
    while (true) {
      JsonNode page = get(server, "/api/events?limit=1000&after=" + after);
      page.path("events").forEach(events::add);
      String next = page.path("next").asText();
      if (next.equals(after)) {
        return events;
      }
      after = next;
    }
  }

  private static List<JsonNode> named(List<JsonNode> events, String name) {
    return events.stream().filter(each -> each.path("event").asText().equals(name)).toList();
  }

  @Test
  void ofTheRecordedSessionTheForcedPushIsDeniedAndTheRestGoesOn() throws Exception {
    // Given
    EvenkeelProcess server = guarded().start();
    List<String> lines = Files.readAllLines(RECORDED);
    // When
    var answers = new ArrayList<String>();
    for (String line : lines) {
      answers.add(post(server, "/hooks/claude-code", line));
    }
    // Then
    assertThat(answers).filteredOn(each -> !each.isEmpty()).hasSize(1);
    JsonNode answer = JSON.readTree(answers.get(2));
    assertThat(answer.size()).isEqualTo(1);
    JsonNode specific = answer.path("hookSpecificOutput");
    assertThat(specific.path("hookEventName").asText()).isEqualTo("PreToolUse");
    assertThat(specific.path("permissionDecision").asText()).isEqualTo("deny");
    assertThat(specific.path("permissionDecisionReason").asText())
        .startsWith("A forced push throws away");
    await().until(() -> named(events(server), "SessionEnd").size() == 1);
    List<JsonNode> events = events(server);
    JsonNode decision = named(events, "decision").getFirst();
    JsonNode judged = named(events, "PreToolUse").getFirst();
    assertThat(named(events, "decision")).hasSize(1);
    assertThat(decision.path("type").asText()).isEqualTo("derived");
    assertThat(decision.path("cause")).isEqualTo(judged.path("id"));
    assertThat(decision.path("correlation_id")).isEqualTo(judged.path("correlation_id"));
    assertThat(decision.path("data").path("guard").asText()).isEqualTo("guard");
    assertThat(decision.path("data").path("answer").asText()).isEqualTo("deny");
    assertThat(decision.path("data").path("delivered").booleanValue()).isTrue();
    assertThat(events.indexOf(decision)).isEqualTo(events.indexOf(judged) + 1);
    assertThat(get(server, "/api/status").path("guards").path("denied").asInt()).isEqualTo(1);
    try (var connection = HttpConnection.to(server.port())) {
      assertThat(connection.get("/q/metrics").text())
          .contains("evenkeel_guard_answers_total{answer=\"deny\"} 1.0");
    }
  }

  @Test
  void aRuleFromTheEnvironmentAnswersAnotherAgentInItsOwnWayAndOtherDoorsAreNotAnswered()
      throws Exception {
    EvenkeelProcess server = guarded().start();
    assertThat(
            post(
                server,
                "/hooks/gemini-cli",
                "{\"session_id\":\"g\",\"hook_event_name\":\"BeforeTool\","
                    + "\"tool_name\":\"run_shell_command\","
                    + "\"tool_input\":{\"command\":\"curl x\"}}"))
        .isEqualTo("{\"decision\":\"deny\",\"reason\":\"Use the mirror.\"}");
    assertThat(post(server, "/hooks/my-agent", FORCED_PUSH.formatted("m", "t1"))).isEmpty();
    assertThat(post(server, "/api/events", FORCED_PUSH.formatted("e", "t2"))).isEmpty();
    assertThat(post(server, "/hooks/claude-code/batch", FORCED_PUSH.formatted("b", "t3")))
        .isEqualTo("{\"accepted\":1,\"rejected\":[]}");
    await().until(() -> named(events(server), "PreToolUse").size() == 3);
    await().until(() -> named(events(server), "decision").size() == 2);
    // Of two sessions: either may be published first
    assertThat(named(events(server), "decision"))
        .extracting(
            each ->
                each.path("source").asText()
                    + ' '
                    + each.path("data").path("delivered").asText()
                    + ' '
                    + each.path("data").path("undelivered_reason").asText())
        .containsExactlyInAnyOrder(
            "gemini-cli true ", "my-agent false how my-agent takes an answer is not known");
  }

  @Test
  void aDecisionThatWasAnsweredIsPublishedOnceAlsoWhenTheServerIsKilledRightAfter()
      throws Exception {
    // Given
    EvenkeelProcess server = guarded();
    int answered = 0;
    // When
    for (int kill = 0; kill < 5; kill++) {
      server.start();
      for (int i = 0; i < 20; i++) {
        assertThat(post(server, "/hooks/claude-code", FORCED_PUSH.formatted("k", kill + "-" + i)))
            .contains("deny");
        answered++;
      }
      server.kill();
    }
    server.start();
    // Then
    int all = answered;
    await().until(() -> named(events(server), "PreToolUse").size() == all);
    List<JsonNode> events = events(server);
    assertThat(named(events, "decision")).hasSize(answered);
    for (JsonNode decision : named(events, "decision")) {
      JsonNode before = events.get(events.indexOf(decision) - 1);
      assertThat(decision.path("cause")).isEqualTo(before.path("id"));
    }
  }
}
