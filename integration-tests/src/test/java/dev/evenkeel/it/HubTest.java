package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.testbed.BareClient;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hub of the packaged server, with the Socket.IO clients of Node. */
class HubTest {

  private static final JsonMapper JSON = new JsonMapper();

  @RegisterExtension static final Servers SERVERS = new Servers();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  private EvenkeelProcess server() {
    return SERVERS.on(folder.resolve("data"));
  }

  /** Posts numbered events, one a line. */
  private static void post(EvenkeelProcess server, String session, String name, int from, int to)
      throws IOException {
    post(server, session, name, from, to, "");
  }

  private static void post(
      EvenkeelProcess server, String session, String name, int from, int to, String filling)
      throws IOException {
    var lines = new StringBuilder();
    for (int n = from; n < to; n++) {
      lines.append(
          "{\"session_id\":\"%s\",\"hook_event_name\":\"%s\",\"n\":%d,\"x\":\"%s\"}\n"
              .formatted(session, name, n, filling));
    }
    try (var connection = HttpConnection.to(server.port())) {
      HttpConnection.Answer answer = connection.post("/hooks/claude-code/batch", lines.toString());
      assertThat(answer.text()).contains("\"accepted\":" + (to - from));
    }
  }

  private static JsonNode get(EvenkeelProcess server, String path) throws IOException {
    try (var connection = HttpConnection.to(server.port())) {
      return JSON.readTree(connection.get(path).body());
    }
  }

  private static void awaitPublished(EvenkeelProcess server, int count) {
    await().until(() -> get(server, "/api/status").get("published").asInt() >= count);
  }

  private static List<String> ids(List<JsonNode> events) {
    return events.stream().map(event -> event.get("id").asText()).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[\"websocket\"]", "[\"polling\"]", "[\"polling\",\"websocket\"]"})
  void aClientGetsTheLastEventsAndThenEveryNewOne(String transports) throws Exception {
    // Given
    EvenkeelProcess server = server().start();
    post(server, "s1", "Notification", 0, 60);
    awaitPublished(server, 60);
    try (NodeClients clients = NodeClients.keeping(server.port())) {
      // When
      clients.open("{\"transports\":" + transports + "}");
      await().until(() -> clients.messages(0).size() == 3);
      post(server, "s1", "Notification", 60, 160);
      await().until(() -> clients.all("claude_event").size() == 100);
      // Then
      List<JsonNode> messages = clients.messages(0);
      assertThat(messages.subList(0, 3).stream().map(each -> each.get(0).asText()))
          .containsExactly("welcome", "history", "event_history");
      assertThat(clients.all("welcome").getFirst().get("version").asText()).isNotEmpty();
      JsonNode history = clients.all("history").getFirst();
      assertThat(history.get("count").asInt()).isEqualTo(50);
      assertThat(history.get("total_available").asInt()).isEqualTo(60);
      var seen = new ArrayList<>(ids(history.get("events").valueStream().toList()));
      seen.addAll(ids(clients.all("claude_event")));
      List<JsonNode> published =
          get(server, "/api/events?after=0&limit=1000").get("events").valueStream().toList();
      assertThat(seen).isEqualTo(ids(published).subList(10, 160));
      assertThat(clients.all("claude_event").getLast()).isEqualTo(published.getLast());
      assertThat(get(server, "/api/status").get("hub").get("clients").asInt()).isEqualTo(1);
      clients.leave();
      await().until(() -> get(server, "/api/status").get("hub").get("clients").asInt() == 0);
    }
  }

  @Test
  void aClientGoesOnWhereItWasWhenTheServerWasRestarted() throws Exception {
    // Given
    EvenkeelProcess server = server().start();
    try (NodeClients clients = NodeClients.counting(server.port())) {
      clients.open("{\"clients\":5,\"auth\":{\"resume\":true}}");
      await().until(() -> clients.state().get("connected").asInt() == 5);
      post(server, "s1", "Notification", 0, 500);
      await().until(() -> hasAll(clients, 500));
      // When
      for (int restart = 1; restart <= 3; restart++) {
        server.kill();
        server.start();
        post(server, "s1", "Notification", restart * 500, restart * 500 + 500);
      }
      // Then
      await().until(() -> hasAll(clients, 2000));
      for (JsonNode client : clients.state().get("clients")) {
        assertThat(client.get("repeated").asInt()).isZero();
        assertThat(client.get("disordered").asInt()).isZero();
        assertThat(client.get("missed").asInt()).isZero();
        assertThat(client.get("joins").asInt()).isBetween(2, 4);
      }
    }
  }

  private static boolean hasAll(NodeClients clients, int count) {
    return clients
        .state()
        .get("clients")
        .valueStream()
        .allMatch(client -> client.get("numbered").asInt() == count);
  }

  @Test
  void aFilterHoldsFromTheStartAndCanBeChanged() throws Exception {
    // Given
    EvenkeelProcess server = server().start();
    post(server, "s1", "Notification", 0, 5);
    post(server, "s2", "Notification", 0, 5);
    awaitPublished(server, 10);
    try (NodeClients clients = NodeClients.keeping(server.port())) {
      clients.open("{\"auth\":{\"session\":\"s2\"}}");
      await().until(() -> clients.messages(0).size() == 3);
      // When
      post(server, "s1", "Notification", 5, 6);
      post(server, "s2", "Notification", 5, 6);
      await().until(() -> !clients.all("claude_event").isEmpty());
      JsonNode bad = clients.emit("[\"filter\",{\"sessions\":\"s1\"}]");
      JsonNode good = clients.emit("[\"filter\",{\"session\":\"s1\"}]");
      post(server, "s2", "Notification", 6, 7);
      post(server, "s1", "Notification", 6, 7);
      await().until(() -> clients.all("claude_event").size() == 2);
      // Then
      assertThat(clients.all("history").getFirst().get("count").asInt()).isEqualTo(5);
      assertThat(bad.get("error").asText()).contains("'sessions'");
      assertThat(good.get("ok").asBoolean()).isTrue();
      assertThat(clients.all("claude_event").stream().map(each -> each.get("session_id").asText()))
          .containsExactly("s2", "s1");
    }
  }

  @Test
  void whatCannotBeGivenIsAConnectErrorThatSaysWhy() throws Exception {
    EvenkeelProcess server = server().start();
    try (NodeClients clients = NodeClients.keeping(server.port())) {
      clients.open("{\"auth\":{\"after\":\"yesterday\"}}");
      clients.open("{\"auth\":{\"history\":5000}}");
      await().until(() -> clients.state().get("clients").get(1).hasNonNull("error"));
      await().until(() -> clients.state().get("clients").get(0).hasNonNull("error"));
      assertThat(clients.state().get("clients").get(0).get("error").asText())
          .startsWith("auth.after is \"yesterday\"");
      assertThat(clients.state().get("clients").get(1).get("error").asText())
          .startsWith("auth.history is 5000");
    }
  }

  @Test
  void whoDoesNotKnowTheTokenAndPagesOfOthersStayOutside() throws Exception {
    // Given
    EvenkeelProcess server = server().with("EVENKEEL_TOKEN", "s3cret").start();
    try (NodeClients refused = NodeClients.keeping(server.port());
        NodeClients admitted = NodeClients.keeping(server.port())) {
      // When
      refused.open("{\"auth\":{}}");
      refused.open("{\"auth\":{\"token\":\"wrong\"}}");
      refused.open("{\"headers\":{\"Authorization\":\"Bearer wrong\"}}");
      refused.open("{\"auth\":{\"token\":\"s3cret\"},\"headers\":{\"Origin\":\"http://evil\"}}");
      refused.open("{\"auth\":{\"token\":\"s3cret\"},\"headers\":{\"Host\":\"evil\"}}");
      admitted.open("{\"auth\":{\"token\":\"s3cret\"}}");
      admitted.open("{\"headers\":{\"Authorization\":\"Bearer s3cret\"}}");
      admitted.open("{\"auth\":{\"token\":\"s3cret\"},\"transports\":[\"polling\"]}");
      // Then
      await().until(() -> admitted.state().get("connected").asInt() == 3);
      await()
          .until(
              () ->
                  refused
                      .state()
                      .get("clients")
                      .valueStream()
                      .allMatch(client -> client.hasNonNull("error")));
      assertThat(refused.state().get("connected").asInt()).isZero();
      for (int i = 0; i < 3; i++) {
        assertThat(refused.state().get("clients").get(i).get("error").asText()).contains("token");
      }
      for (int i = 0; i < 5; i++) {
        assertThat(refused.messages(i)).isEmpty();
      }
    }
  }

  @Test
  void whoStopsReadingIsToldHowManyEventsItMissed() throws Exception {
    // Given
    EvenkeelProcess server = server().start();
    try (BareClient slow = BareClient.join(server.port(), "{\"history\":0}")) {
      while (!slow.read().startsWith("42[\"welcome\"")) {
        // What comes before belongs to the connection; live events begin behind it.
      }
      String filling = "z".repeat(20_000);
      int posted = 0;
      // When
      while (get(server, "/api/status").get("hub").get("dropped").asLong() == 0) {
        post(server, "s1", "Notification", posted, posted + 50, filling);
        posted += 50;
        assertThat(posted).isLessThan(20_000);
      }
      post(server, "s1", "Notification", posted, posted + 1);
      posted++;
      // Then
      int got = 0;
      long missed = 0;
      int last = -1;
      while (last < posted - 1) {
        String message = slow.read();
        if (message.startsWith("42[\"claude_event\"")) {
          int n = JSON.readTree(message.substring(2)).get(1).get("data").path("n").asInt();
          assertThat(n).isEqualTo(last + 1);
          last = n;
          got++;
        } else if (message.startsWith("42[\"missed\"")) {
          long count = JSON.readTree(message.substring(2)).get(1).get("count").asLong();
          missed += count;
          last += (int) count;
        }
      }
      assertThat(missed).isPositive();
      assertThat(got + missed).isEqualTo(posted);
    }
  }

  @Test
  void anEventOfAHookOfTheAncestorIsTakenInAndPublished() throws Exception {
    // Given
    EvenkeelProcess server = server().start();
    try (NodeClients hook = NodeClients.keeping(server.port());
        NodeClients dashboard = NodeClients.keeping(server.port())) {
      hook.open("{}");
      dashboard.open("{}");
      await().until(() -> dashboard.messages(0).size() == 3);
      // When
      JsonNode answer =
          hook.emit(
              "[\"claude_event\",{\"type\":\"hook.pre_tool\",\"timestamp\":\"2025-08-01T00:00:00\","
                  + "\"data\":{\"tool_name\":\"Bash\",\"session_id\":\"s9\"}}]");
      // Then
      assertThat(answer.get("ok").asBoolean()).isTrue();
      await().until(() -> dashboard.all("claude_event").size() == 1);
      JsonNode event = dashboard.all("claude_event").getFirst();
      assertThat(event.get("source").asText()).isEqualTo("claude-mpm");
      assertThat(event.get("session_id").asText()).isEqualTo("s9");
      assertThat(event.get("event").asText()).isEqualTo("PreToolUse");
      assertThat(event.get("subtype").asText()).isEqualTo("pre_tool");
      assertThat(event.get("data").get("tool_name").asText()).isEqualTo("Bash");
      JsonNode status = get(server, "/api/status");
      assertThat(status.get("received").asInt()).isEqualTo(1);
      assertThat(status.get("accepted").asInt()).isEqualTo(1);
    }
  }

  /** In the ancestor, events posted over HTTP (POST /api/events) never enter its history. */
  @Test
  void eventsPostedOverHttpEnterTheHistory() throws Exception {
    // Given what claude-mpm's hook posts, with an event that Claude Code sent
    String recorded =
        Files.readAllLines(Path.of("events", "claude-code-2.1.197-feature.jsonl")).stream()
            .filter(line -> line.contains("\"PreToolUse\""))
            .findFirst()
            .orElseThrow();
    String session = JSON.readTree(recorded).get("session_id").asText();
    String envelope =
        """
        {"namespace":"","event":"claude_event","data":{"event":"mpm_event","source":"hook",
         "type":"hook","subtype":"pre_tool","timestamp":"2026-01-01T00:00:00Z",
         "session_id":"%s","data":{"type":"hook","subtype":"pre_tool",
         "hook_event_name":"PreToolUse","source":"fast_hook","data":%s}}}\
        """
            .formatted(session, recorded);
    EvenkeelProcess server = server().start();
    // When
    try (var connection = HttpConnection.to(server.port())) {
      assertThat(connection.post("/api/events", envelope).status()).isEqualTo(204);
    }
    awaitPublished(server, 1);
    // Then who joins afterwards gets it, and so does who asks
    try (NodeClients clients = NodeClients.keeping(server.port())) {
      clients.open("{}");
      await().until(() -> clients.messages(0).size() == 3);
      JsonNode event = clients.all("history").getFirst().get("events").get(0);
      assertThat(event.get("source").asText()).isEqualTo("claude-code");
      assertThat(event.get("session_id").asText()).isEqualTo(session);
      assertThat(event.get("event").asText()).isEqualTo("PreToolUse");
      for (var field : JSON.readTree(recorded).properties()) {
        assertThat(event.get("data").get(field.getKey())).isEqualTo(field.getValue());
      }
      assertThat(get(server, "/api/events?session=" + session).get("events")).contains(event);
    }
  }

  @Test
  void aServerThatIsItsOwnTargetSendsNothingRoundInCircles() throws Exception {
    // Given
    EvenkeelProcess server = server();
    server.with("EVENKEEL_TARGETS_MYSELF_URL", server.uri().toString()).start();
    // When
    post(server, "s1", "Notification", 0, 20);
    // Then
    await()
        .until(
            () ->
                get(server, "/api/status").get("targets").get("myself").get("delivered").asInt()
                    >= 20);
    JsonNode status = get(server, "/api/status");
    assertThat(status.get("accepted").asInt()).isEqualTo(20);
    assertThat(status.get("published").asInt()).isEqualTo(20);
    assertThat(status.get("rejected").asInt()).isEqualTo(20);
    assertThat(status.get("targets").get("myself").get("pending").asInt()).isZero();
    assertThat(server.output()).containsOnlyOnce("Is this server a target of itself");
  }
}
