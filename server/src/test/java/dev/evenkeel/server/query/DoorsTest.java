package dev.evenkeel.server.query;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.evenkeel.server.budget.MemoryBudget;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(DoorsTest.OwnData.class)
class DoorsTest {

  private static final Path DATA =
      Path.of("target", "doors-test-" + UUID.randomUUID()).toAbsolutePath();
  private static final ObjectMapper JSON = new ObjectMapper();

  /** How many pages are in memory at a time. */
  private static final int PAGES = 4;

  /** A data folder and a port that nobody else has. */
  public static final class OwnData implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "evenkeel.data-dir",
          DATA.toString(),
          "evenkeel.allowed-origins",
          "https://dash.example",
          "quarkus.http.test-port",
          "0");
    }
  }

  @TestHTTPResource URI address;
  @Inject MemoryBudget budget;

  private final HttpClient http = HttpClient.newHttpClient();

  private HttpResponse<String> get(String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(address.resolve(path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode json(String path) throws Exception {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/json");
    return JSON.readTree(answer.body());
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(address.resolve(path))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> ask(String method, String origin, String... more) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address.resolve("/api/status"))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .header("Origin", origin);
    if (more.length > 0) {
      request.headers(more);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void aPageThatIsAllowedMayReadTheAnswersAndNoOther() throws Exception {
    HttpResponse<String> answer = ask("GET", "https://dash.example");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().map())
        .containsEntry("access-control-allow-origin", List.of("https://dash.example"))
        .containsEntry("vary", List.of("Origin"));
    String[] preflight = {
      "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "authorization"
    };
    HttpResponse<String> asked = ask("OPTIONS", "https://dash.example", preflight);
    assertThat(asked.statusCode()).isEqualTo(204);
    assertThat(asked.headers().firstValue("access-control-allow-headers").orElse(""))
        .contains("Authorization");
    for (String method : List.of("GET", "OPTIONS")) {
      HttpResponse<String> refused = ask(method, "https://evil.example", preflight);
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(refused.headers().map()).doesNotContainKey("access-control-allow-origin");
    }
  }

  private static String event(String session, String name, int number) {
    return """
    {"session_id":"%s","transcript_path":"/home/dev/.claude/t.jsonl","cwd":"/home/dev/project",
     "hook_event_name":"%s","tool_name":"Bash","tool_input":{"command":"ls -la %d"},
     "tool_use_id":"toolu_%s_%d"}\
    """
        .formatted(session, name, number, session, number);
  }

  private List<JsonNode> postAndRead(String session, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      assertThat(post("/hooks/claude-code", event(session, "PreToolUse", i)).statusCode())
          .isEqualTo(200);
    }
    String query = "/api/events?after=0&session=" + session;
    await().until(() -> json(query).get("events").size() == count);
    var events = new ArrayList<JsonNode>();
    json(query).get("events").forEach(events::add);
    return events;
  }

  /** The value of a sample without labels, or with these. */
  private double metric(String sample) throws Exception {
    String body = get("/q/metrics").body();
    return body.lines()
        .filter(line -> line.startsWith(sample + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(sample.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + sample + " in\n" + body));
  }

  @Test
  void eventsAreReadBackAsTheyCame() throws Exception {
    List<JsonNode> events = postAndRead("read-back", 3);

    assertThat(events)
        .extracting(each -> each.at("/data/tool_input/command").textValue())
        .containsExactly("ls -la 0", "ls -la 1", "ls -la 2");
    JsonNode newest = json("/api/events?session=read-back&limit=1");
    assertThat(newest.at("/events/0")).isEqualTo(events.get(2));
    assertThat(newest.get("next").textValue()).isEqualTo(events.get(2).get("id").textValue());
    assertThat(newest.get("missed").intValue()).isZero();
    JsonNode before =
        json("/api/events?session=read-back&before=" + newest.get("next").textValue());
    assertThat(before.get("events")).hasSize(2);
    assertThat(before.get("next").isNull()).isTrue();
  }

  @Test
  void wrongQuestionsAreRefusedInWords() throws Exception {
    for (String query :
        List.of("events?limit=0", "events?after=x", "events?nme=Stop", "sessions?after=x")) {
      HttpResponse<String> answer = get("/api/" + query);
      assertThat(answer.statusCode()).as(query).isEqualTo(400);
      assertThat(JSON.readTree(answer.body()).get("error").textValue()).isNotBlank();
    }
  }

  @Test
  void whatIsNotThereIsSaidInJson() throws Exception {
    HttpResponse<String> answer = get("/api/nothing");

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(JSON.readTree(answer.body()).get("error").textValue()).contains("/api/nothing");
  }

  @Test
  void theMemoryOfAPageIsGivenBackWhenItIsSent() throws Exception {
    postAndRead("given-back", 20);
    long tail = tailBytes();
    for (int i = 0; i < 20; i++) {
      assertThat(json("/api/events?session=given-back").get("events")).hasSize(20);
    }

    await().until(() -> budget.used() == tailBytes());
    assertThat(tailBytes()).isGreaterThanOrEqualTo(tail).isPositive();
  }

  @Test
  void aPageKeepsItsRoomUntilItsClientHasReadIt() throws Exception {
    postLarge("stalled");
    await().until(() -> budget.used() == tailBytes());

    try (Socket client = asking("stalled")) {
      assertThat(client.getInputStream().readNBytes(15)).asString().isEqualTo("HTTP/1.1 200 OK");

      assertThat(json("/api/sessions").get("sessions")).isNotEmpty();
      assertThat(budget.used() - tailBytes()).isGreaterThan(7_000_000);
    }

    await().until(() -> budget.used() == tailBytes());
  }

  @Test
  void whoLeavesBeforeItsPageIsReadKeepsNoRoom() throws Exception {
    // Given
    postLarge("leaving");
    var stalled = new ArrayList<Socket>();
    for (int i = 0; i < PAGES; i++) {
      Socket client = asking("leaving");
      stalled.add(client);
      assertThat(client.getInputStream().readNBytes(15)).asString().isEqualTo("HTTP/1.1 200 OK");
    }
    // When
    for (int i = 0; i < PAGES; i++) {
      try (Socket client = asking("leaving")) {
        client.shutdownOutput();
        assertThat(client.getInputStream().read()).as("the server knows that it left").isNegative();
      }
    }
    for (Socket client : stalled) {
      client.close();
    }
    // Then
    assertThat(json("/api/events?session=leaving&limit=1").get("events")).hasSize(1);
    await().until(() -> budget.used() == tailBytes());
  }

  /** Events that fill a page: more than lies between a server and a client that does not read. */
  private void postLarge(String session) throws Exception {
    String large = String.join("\",\"", Collections.nCopies(20, "x".repeat(50_000)));
    for (int i = 0; i < 8; i++) {
      post(
          "/hooks/codex",
          "{\"session_id\":\"%s\",\"hook_event_name\":\"L%d\",\"x\":[\"%s\"]}"
              .formatted(session, i, large));
    }
    await().until(() -> json("/api/events?session=" + session).get("events").size() >= 7);
  }

  /** A client that asks for a session's events and reads nothing by itself. */
  private Socket asking(String session) throws IOException {
    var client = new Socket();
    client.setReceiveBufferSize(4096);
    client.connect(new InetSocketAddress("127.0.0.1", address.getPort()));
    client
        .getOutputStream()
        .write(
            "GET /api/events?session=%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
                .formatted(session)
                .getBytes(UTF_8));
    return client;
  }

  private long tailBytes() throws Exception {
    for (JsonNode queue : json("/api/state").get("queues")) {
      if (queue.get("name").textValue().equals("published-tail")) {
        return queue.get("bytes").longValue();
      }
    }
    throw new AssertionError("no published-tail");
  }

  @Test
  void theCountersAddUpAndTheMetricsSayTheSame() throws Exception {
    JsonNode before = json("/api/status");
    postAndRead("adds-up", 5);
    post("/hooks/claude-code", event("adds-up", "PreToolUse", 4));
    assertThat(post("/hooks/claude-code", "[1, 2]").statusCode()).isEqualTo(400);

    JsonNode status = json("/api/status");

    // The sixth is merged if it comes within two seconds after the fifth, else it is one more.
    assertThat(grown("accepted", before, status)).isBetween(5L, 6L);
    assertThat(grown("accepted", before, status) + grown("merged", before, status)).isEqualTo(6);
    assertThat(grown("rejected", before, status)).isEqualTo(1);
    assertThat(grown("received", before, status)).isEqualTo(7);
    assertThat(grown("published", before, status)).isGreaterThanOrEqualTo(5);
    assertThat(status.get("version").textValue()).isNotBlank();
    assertThat(status.get("sessions").longValue()).isPositive();
    assertThat(status.at("/log/events").longValue()).isGreaterThanOrEqualTo(5);
    assertThat(status.at("/log/bytes").longValue()).isPositive();
    assertThat(status.at("/log/writable").booleanValue()).isTrue();
    assertThat(status.at("/memory/threads").longValue()).isPositive();
    for (String name : List.of("received", "accepted", "merged", "rejected", "shed", "unlogged")) {
      assertThat(metric("evenkeel_" + name + "_total"))
          .as(name)
          .isEqualTo(status.get(name).doubleValue());
    }
    assertThat(metric("evenkeel_sessions")).isEqualTo(status.get("sessions").doubleValue());
    assertThat(metric("evenkeel_log_events")).isEqualTo(status.at("/log/events").doubleValue());
    assertThat(metric("evenkeel_queue_capacity_bytes{queue=\"memory-budget\"}"))
        .isEqualTo(budget.capacity());
  }

  private static long grown(String name, JsonNode before, JsonNode after) {
    return after.get(name).longValue() - before.get(name).longValue();
  }

  @Test
  void theSessionsOfTheHubAreCountedUntilTheyAreGone() throws Exception {
    JsonNode before = json("/api/status").at("/hub/sessions");
    // When: one opens, and one speaks a version that is not served
    HttpResponse<String> opened = get("/socket.io/?EIO=4&transport=polling");
    assertThat(opened.statusCode()).isEqualTo(200);
    String sid = JSON.readTree(opened.body().substring(1)).get("sid").textValue();
    assertThat(get("/socket.io/?EIO=3&transport=polling").statusCode()).isEqualTo(400);
    // Then
    JsonNode now = json("/api/status").at("/hub/sessions");
    assertThat(now.get("open").intValue()).isEqualTo(before.get("open").intValue() + 1);
    assertThat(now.get("opened").intValue()).isEqualTo(before.get("opened").intValue() + 1);
    assertThat(now.get("websockets").intValue()).isZero();
    assertThat(now.at("/refused/version").intValue())
        .isEqualTo(before.at("/refused/version").asInt() + 1);
    assertThat(hubSessions().get("size")).isEqualTo(now.get("open"));
    assertThat(hubSessions().get("capacity")).isEqualTo(now.get("capacity"));
    assertThat(metric("evenkeel_queue_size{queue=\"hub-sessions\"}"))
        .isEqualTo(now.get("open").intValue());
    assertThat(metric("evenkeel_hub_requests_refused_total{kind=\"version\"}"))
        .isEqualTo(now.at("/refused/version").intValue());
    // When: it says good-bye
    assertThat(post("/socket.io/?EIO=4&transport=polling&sid=" + sid, "1").statusCode())
        .isEqualTo(200);
    // Then
    await().until(() -> hubSessions().get("size").equals(before.get("open")));
    JsonNode closed = json("/api/status").at("/hub/sessions/closed");
    assertThat(closed.properties()).isNotEmpty();
    String reason = closed.fieldNames().next();
    assertThat(metric("evenkeel_hub_sessions_closed_total{reason=\"" + reason + "\"}"))
        .isEqualTo(closed.get(reason).intValue());
  }

  @Test
  void theHubsWebSocketsAreNotCompressed() throws Exception {
    try (var client = new Socket("127.0.0.1", address.getPort())) {
      client
          .getOutputStream()
          .write(
              """
              GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r
              Host: localhost:%d\r
              Connection: Upgrade\r
              Upgrade: websocket\r
              Sec-WebSocket-Version: 13\r
              Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
              Sec-WebSocket-Extensions: permessage-deflate\r
              \r
              """
                  .formatted(address.getPort())
                  .getBytes(UTF_8));
      var answer = new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8));
      List<String> head = answer.lines().takeWhile(line -> !line.isEmpty()).toList();
      assertThat(head.getFirst()).startsWith("HTTP/1.1 101");
      assertThat(head)
          .noneMatch(line -> line.toLowerCase(Locale.ROOT).startsWith("sec-websocket-extensions"));
    }
  }

  private JsonNode hubSessions() throws Exception {
    for (JsonNode queue : json("/api/state").get("queues")) {
      if (queue.get("name").textValue().equals("hub-sessions")) {
        return queue;
      }
    }
    throw new AssertionError("no queue hub-sessions in /api/state");
  }

  @Test
  void sessionsAreListed() throws Exception {
    postAndRead("listed", 2);

    JsonNode session = json("/api/sessions?limit=1").at("/sessions/0");

    assertThat(session.get("session_id").textValue()).isEqualTo("listed");
    assertThat(session.get("source").textValue()).isEqualTo("claude-code");
    assertThat(session.get("cwd").textValue()).isEqualTo("/home/dev/project");
    assertThat(session.get("events").intValue()).isEqualTo(2);
    assertThat(session.get("state").textValue()).isEqualTo("active");
    assertThat(session.get("first").textValue()).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
  }

  /** Its name, and which of its capacities are given. */
  private static String withItsBounds(JsonNode queue) {
    var bounds = new ArrayList<String>();
    if (queue.get("capacity").longValue() > 0) {
      bounds.add("entries");
    }
    if (queue.get("capacityBytes").longValue() > 0) {
      bounds.add("bytes");
    }
    return queue.get("name").textValue() + ": " + String.join(", ", bounds);
  }

  @Test
  void everythingThatGrowsIsInTheState() throws Exception {
    JsonNode state = json("/api/state");

    assertThat(state.get("queues"))
        .extracting(DoorsTest::withItsBounds)
        .filteredOn(each -> !each.startsWith("guard-"))
        .containsExactlyInAnyOrder(
            "intake-pool: entries",
            "filter-pool: entries",
            "recent-tool-events: entries",
            "events-in-order: bytes",
            "log-appends: bytes",
            "log-publications: entries, bytes",
            "accepted: entries, bytes",
            "log-gone: entries, bytes",
            "log-unwritten: entries",
            "log-sessions: entries",
            "log-removals: entries",
            "published-tail: entries, bytes",
            "text-index: bytes",
            "handler: entries, bytes",
            "handler-lanes: entries",
            "handler-waiting: entries",
            "hub-window: entries, bytes",
            "hub-clients: entries, bytes",
            "hub-readings: entries",
            "hub-sessions: entries",
            "hub-unfinished: bytes",
            "memory-samples: entries",
            "memory-budget: bytes");
    assertThat(state.has("maps")).isTrue();
    assertThat(json("/api/extensions").get("extensions").isArray()).isTrue();
  }

  @Test
  void memoryIsSampledFromTheStart() throws Exception {
    JsonNode samples = json("/api/memory").get("samples");

    assertThat(samples).isNotEmpty();
    assertThat(samples.get(0).fieldNames())
        .toIterable()
        .containsExactly(
            "time",
            "rssBytes",
            "heapUsedBytes",
            "heapAfterGcBytes",
            "threads",
            "fileDescriptors",
            "connections");
  }

  @Test
  void claudeMpmsToolsRecogniseTheServer() throws Exception {
    JsonNode health = json("/health");
    assertThat(health.get("service").textValue()).isEqualTo("claude-mpm-monitor");
    assertThat(health.get("status").textValue()).isEqualTo("running");
    assertThat(health.get("port").intValue()).isEqualTo(address.getPort());
    assertThat(health.get("pid").longValue()).isEqualTo(ProcessHandle.current().pid());

    JsonNode directory = json("/api/working-directory");
    assertThat(directory.get("success").booleanValue()).isTrue();
    assertThat(directory.get("working_directory").textValue())
        .isEqualTo(System.getProperty("user.dir"));
  }

  @Test
  void theServerIsNotReadyWhileTheLogCannotBeWritten() throws Exception {
    assertThat(get("/q/health/live").statusCode()).isEqualTo(200);
    assertThat(get("/q/health/ready").statusCode()).isEqualTo(200);
    long unlogged = json("/api/status").get("unlogged").longValue();

    try (var other = DriverManager.getConnection("jdbc:sqlite:" + DATA.resolve("events.db"));
        var statement = other.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      assertThat(post("/hooks/codex", event("unlogged", "PreToolUse", 1)).statusCode())
          .isEqualTo(200);
      await().atMost(30, TimeUnit.SECONDS).until(() -> get("/q/health/ready").statusCode() == 503);
      assertThat(get("/q/health/live").statusCode()).isEqualTo(200);
      JsonNode status = json("/api/status");
      assertThat(status.at("/log/writable").booleanValue()).isFalse();
      assertThat(status.get("unlogged").longValue()).isEqualTo(unlogged + 1);
      statement.execute("ROLLBACK");
    }

    await().atMost(60, TimeUnit.SECONDS).until(() -> get("/q/health/ready").statusCode() == 200);
  }
}
