package dev.evenkeel.server.hub.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.server.hub.engineio.EngineConfig;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The cases of the Engine.IO protocol's public conformance suite, under their names. */
@DisplayName("Engine.IO protocol")
class EngineIoConformanceTest {

  /** With the heartbeat that the suite expects. */
  private static ConformanceServer hasty;

  /** With a heartbeat that no test has to hurry for. */
  private static ConformanceServer server;

  private static Polls polls;

  @BeforeAll
  static void start() {
    hasty = ConformanceServer.engineIo(ConformanceServer.ENGINE, EngineEcho::new, 0);
    server = ConformanceServer.engineIo(EngineConfig.DEFAULT, EngineEcho::new, 0);
    polls = new Polls(server);
  }

  @AfterAll
  static void stop() {
    polls.close();
    server.close();
    hasty.close();
  }

  /** Asks soon, and waits long for the answer. */
  private static ConformanceServer asking() {
    return ConformanceServer.engineIo(
        EngineConfig.DEFAULT.withHeartbeat(Duration.ofMillis(300), Duration.ofSeconds(20)),
        EngineEcho::new,
        0);
  }

  private static void checkHandshake(JsonNode handshake, String upgrades) {
    assertThat(handshake.properties().stream().map(Map.Entry::getKey))
        .containsExactlyInAnyOrder("sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload");
    assertThat(handshake.get("sid").isTextual()).isTrue();
    assertThat(handshake.get("upgrades")).hasToString(upgrades);
    assertThat(handshake.get("pingInterval").asInt()).isEqualTo(300);
    assertThat(handshake.get("pingTimeout").asInt()).isEqualTo(200);
    assertThat(handshake.get("maxPayload").asInt()).isEqualTo(1_000_000);
  }

  private static void checkRefused(String method, String query, int code) throws Exception {
    var response = polls.request(method, query, "");
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(new JsonMapper().readTree(response.body()).get("code").asInt()).isEqualTo(code);
  }

  private static void checkNoWebSocket(String query) {
    assertThatThrownBy(() -> new TestSocket(server, query))
        .hasRootCauseMessage("Unexpected HTTP response status code 400");
  }

  private static void checkIsGone(String sid) throws Exception {
    var response = polls.poll(sid);
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("Session ID unknown");
  }

  private static TestSocket upgrading(String sid) throws Exception {
    var socket = new TestSocket(server, "?EIO=4&transport=websocket&sid=" + sid);
    socket.send("2probe");
    assertThat(socket.nextText()).isEqualTo("3probe");
    return socket;
  }

  private static void checkEchoes(TestSocket socket) throws Exception {
    socket.send("4hello");
    assertThat(socket.nextButPing()).isEqualTo("4hello");
  }

  @Nested
  @DisplayName("handshake / HTTP long-polling")
  class PollingHandshake {

    @Test
    @DisplayName("successfully opens a session")
    void opens() throws Exception {
      try (var client = new Polls(hasty)) {
        checkHandshake(client.handshake(), "[\"websocket\"]");
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"?transport=polling", "?EIO=abc&transport=polling"})
    @DisplayName("fails with an invalid 'EIO' query parameter")
    void wrongVersion(String query) throws Exception {
      checkRefused("GET", query, 5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"?EIO=4", "?EIO=4&transport=abc", ""})
    @DisplayName("fails with an invalid 'transport' query parameter")
    void wrongTransport(String query) throws Exception {
      checkRefused("GET", query, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS"})
    @DisplayName("fails with an invalid request method")
    void wrongMethod(String method) throws Exception {
      checkRefused(method, "?EIO=4&transport=polling", 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "PUT"})
    @DisplayName("fails with an unknown session")
    void unknownSession(String method) throws Exception {
      checkRefused(method, Polls.of("nobody"), 1);
    }

    @Test
    @DisplayName("fails when a session is asked for by a method that has no meaning")
    void wrongMethodOfSession() throws Exception {
      checkRefused("PUT", Polls.of(polls.open()), 2);
    }

    @Test
    @DisplayName("fails when a websocket is asked for by an ordinary request")
    void noWebSocketRequest() throws Exception {
      checkRefused("GET", "?EIO=4&transport=websocket", 3);
    }
  }

  @Nested
  @DisplayName("handshake / WebSocket")
  class WebSocketHandshake {

    @Test
    @DisplayName("successfully opens a session")
    void opens() throws Exception {
      try (var socket = new TestSocket(hasty, "?EIO=4&transport=websocket")) {
        String first = socket.nextText();
        assertThat(first).startsWith("0");
        checkHandshake(new JsonMapper().readTree(first.substring(1)), "[]");
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"?transport=websocket", "?EIO=abc&transport=websocket"})
    @DisplayName("fails with an invalid 'EIO' query parameter")
    void wrongVersion(String query) {
      checkNoWebSocket(query);
    }

    @ParameterizedTest
    @ValueSource(strings = {"?EIO=4", "?EIO=4&transport=abc", "?EIO=4&transport=polling"})
    @DisplayName("fails with an invalid 'transport' query parameter")
    void wrongTransport(String query) {
      checkNoWebSocket(query);
    }

    @Test
    @DisplayName("fails with an unknown session")
    void unknownSession() {
      checkNoWebSocket("?EIO=4&transport=websocket&sid=nobody");
    }
  }

  @Nested
  @DisplayName("message / HTTP long-polling")
  class PollingMessages {

    @ParameterizedTest
    @ValueSource(
        strings = {
          "4hello",
          "4test1\u001e4test2\u001e4test3",
          "4hello\u001ebAQIDBA==",
          "4ü€😀",
          "4"
        })
    @DisplayName("sends and receives payloads of text and binary packets")
    void echoes(String payload) throws Exception {
      String sid = polls.open();

      var pushed = polls.post(sid, payload);
      assertThat(pushed.statusCode()).isEqualTo(200);
      assertThat(pushed.body()).isEqualTo("ok");

      var polled = polls.poll(sid);
      assertThat(polled.statusCode()).isEqualTo(200);
      assertThat(polled.body()).isEqualTo(payload);
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "", "4a\u001e", "b*", "0{}", "2", "5", "9", "\u001e"})
    @DisplayName("closes the session upon invalid packet format")
    void invalid(String payload) throws Exception {
      String sid = polls.open();
      assertThat(polls.post(sid, payload).statusCode()).isEqualTo(400);
      checkIsGone(sid);
    }

    @Test
    @DisplayName("closes the session upon duplicate poll requests")
    void duplicatePoll() throws Exception {
      String sid = polls.open();
      var first = polls.getLater(Polls.of(sid));
      var second = polls.getLater(Polls.of(sid) + "&t=burst");

      // Which of the two was the first is decided by the network
      assertThat(List.of(first.get().statusCode(), second.get().statusCode()))
          .containsExactlyInAnyOrder(200, 400);
      String closing = (first.get().statusCode() == 200 ? first : second).get().body();
      assertThat(closing).isEqualTo("1");
      checkIsGone(sid);
    }

    @Test
    @DisplayName("closes the session upon cancelled polling request")
    void cancelledPoll() throws Exception {
      String sid = polls.open();
      long before = closedBy("transport close");
      try (Socket request = polls.rawGet(sid)) {
        assertThat(request.isConnected()).isTrue();
      }
      await().until(() -> closedBy("transport close") > before);
      checkIsGone(sid);
    }
  }

  private static long closedBy(String reason) {
    return server.engine().status().closed().getOrDefault(reason, 0L);
  }

  @Nested
  @DisplayName("message / WebSocket")
  class WebSocketMessages {

    @ParameterizedTest
    @ValueSource(strings = {"4hello", "4ü€😀", "4"})
    @DisplayName("sends and receives a plain text packet")
    void text(String message) throws Exception {
      try (var socket = TestSocket.opened(server)) {
        socket.send(message);
        assertThat(socket.nextButPing()).isEqualTo(message);
      }
    }

    @Test
    @DisplayName("sends and receives a binary packet")
    void binary() throws Exception {
      try (var socket = TestSocket.opened(server)) {
        socket.send(1, 2, 3, 4);
        assertThat(socket.nextButPing()).isEqualTo(new byte[] {1, 2, 3, 4});
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "", "2", "2probe", "0{}", "5"})
    @DisplayName("closes the session upon invalid packet format")
    void invalid(String message) throws Exception {
      try (var socket = TestSocket.opened(server)) {
        long before = closedBy("parse error");
        socket.send(message);
        socket.awaitClosed();
        assertThat(closedBy("parse error")).isGreaterThan(before);
      }
    }
  }

  @Nested
  @DisplayName("heartbeat / HTTP long-polling")
  class PollingHeartbeat {

    @Test
    @DisplayName("sends ping/pong packets")
    void pings() throws Exception {
      try (var asking = asking();
          var client = new Polls(asking)) {
        String sid = client.open();
        for (int i = 0; i < 3; i++) {
          var polled = client.poll(sid);
          assertThat(polled.statusCode()).isEqualTo(200);
          assertThat(polled.body()).isEqualTo("2");
          assertThat(client.post(sid, "3").statusCode()).isEqualTo(200);
        }
      }
    }

    @Test
    @DisplayName("closes the session upon ping timeout")
    void timesOut() throws Exception {
      try (var client = new Polls(hasty)) {
        String sid = client.open();
        await().until(() -> hasty.engine().status().sessions() == 0);
        assertThat(hasty.engine().status().closed()).containsKey("ping timeout");
        assertThat(client.post(sid, "3").statusCode()).isEqualTo(400);
        assertThat(client.poll(sid).statusCode()).isEqualTo(400);
      }
    }
  }

  @Nested
  @DisplayName("heartbeat / WebSocket")
  class WebSocketHeartbeat {

    @Test
    @DisplayName("sends ping/pong packets")
    void pings() throws Exception {
      try (var asking = asking();
          var socket = TestSocket.opened(asking)) {
        for (int i = 0; i < 3; i++) {
          assertThat(socket.nextText()).isEqualTo("2");
          socket.send("3");
        }
        assertThat(socket.isClosed()).isFalse();
      }
    }

    @Test
    @DisplayName("closes the session upon ping timeout")
    void timesOut() throws Exception {
      try (var socket = TestSocket.opened(hasty)) {
        assertThat(socket.nextText()).isEqualTo("2");
        socket.awaitClosed();
      }
    }
  }

  @Nested
  @DisplayName("close")
  class Closing {

    @Test
    @DisplayName("forcefully closes the session, over HTTP long-polling")
    void polling() throws Exception {
      String sid = polls.open();
      var poll = waitingPoll(sid);

      assertThat(polls.post(sid, "1").body()).isEqualTo("ok");

      assertThat(poll.get().statusCode()).isEqualTo(200);
      assertThat(poll.get().body()).isEqualTo("6");
      checkIsGone(sid);
    }

    @Test
    @DisplayName("forcefully closes the session, over a WebSocket")
    void webSocket() throws Exception {
      try (var socket = TestSocket.opened(server)) {
        socket.send("1");
        socket.awaitClosed();
      }
    }
  }

  /** A poll that the server holds. */
  private static CompletableFuture<HttpResponse<String>> waitingPoll(String sid) {
    int before = server.engine().status().waitingPolls();
    var poll = polls.getLater(Polls.of(sid));
    await().until(() -> server.engine().status().waitingPolls() > before);
    return poll;
  }

  @Nested
  @DisplayName("upgrade")
  class Upgrade {

    @Test
    @DisplayName("successfully upgrades from HTTP long-polling to WebSocket")
    void upgrades() throws Exception {
      String sid = polls.open();
      try (var socket = upgrading(sid)) {
        var polled = polls.poll(sid);
        assertThat(polled.statusCode()).isEqualTo(200);
        assertThat(polled.body()).isEqualTo("6");

        socket.send("5");

        checkEchoes(socket);
      }
    }

    @Test
    @DisplayName("ends the poll that waits when the upgrade begins")
    void endsWaitingPoll() throws Exception {
      String sid = polls.open();
      var poll = waitingPoll(sid);
      try (var socket = upgrading(sid)) {
        assertThat(poll.get().body()).isEqualTo("6");
        socket.send("5");
        checkEchoes(socket);
      }
    }

    @Test
    @DisplayName("ignores HTTP requests with same sid after upgrade")
    void ignoresPolls() throws Exception {
      String sid = polls.open();
      try (var socket = upgrading(sid)) {
        socket.send("5");

        assertThat(polls.poll(sid).statusCode()).isEqualTo(400);
        assertThat(polls.post(sid, "4lost").statusCode()).isEqualTo(400);

        checkEchoes(socket);
      }
    }

    @Test
    @DisplayName("ignores WebSocket connection with same sid after upgrade")
    void ignoresWebSockets() throws Exception {
      String sid = polls.open();
      try (var socket = upgrading(sid)) {
        socket.send("5");
        try (var other = new TestSocket(server, "?EIO=4&transport=websocket&sid=" + sid)) {
          other.awaitClosed();
        }
        checkEchoes(socket);
      }
    }

    @Test
    @DisplayName("delivers over the WebSocket what waited for a poll")
    void keepsWhatWaits() throws Exception {
      String sid = polls.open();
      try (var socket = upgrading(sid)) {
        assertThat(polls.post(sid, "4first\u001e4second").body()).isEqualTo("ok");
        socket.send("5");
        assertThat(socket.nextButPing()).isEqualTo("4first");
        assertThat(socket.nextButPing()).isEqualTo("4second");
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"4hello", "5", "abc", "2"})
    @DisplayName("closes only the WebSocket when it does not probe")
    void wrongProbe(String message) throws Exception {
      String sid = polls.open();
      try (var socket = new TestSocket(server, "?EIO=4&transport=websocket&sid=" + sid)) {
        socket.send(message);
        socket.awaitClosed();
      }
      polls.post(sid, "4still here");
      assertThat(polls.poll(sid).body()).endsWith("4still here");
    }

    @Test
    @DisplayName("goes on with HTTP long-polling when the WebSocket is lost before it took over")
    void lostProbe() throws Exception {
      String sid = polls.open();
      upgrading(sid).close();
      polls.post(sid, "4still here");
      assertThat(polls.poll(sid).body()).endsWith("4still here");
    }
  }
}
