package dev.evenkeel.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A page of somebody else in a real browser on the user's machine. */
class BrowserDoorTest {

  /** Tries what a page can try, and tells its own server what came of it. */
  private static final String PAGE =
      """
      <!doctype html><script>
      const event = JSON.stringify({hook_event_name: 'Stop', session_id: 'browser'});
      const hub = '/socket.io/?EIO=4&transport=';
      // Joins, and sends an event, in one request of a session that another client has opened
      const packets = '40\\u001e42' + JSON.stringify(['claude_event',
        {type: 'hook.stop', timestamp: '2026', data: {session_id: 'browser'}}]);
      const post = {method: 'POST', body: packets, headers: {'Content-Type': 'text/plain'}};
      const websocket = url => new Promise((resolve, reject) => {
        const socket = new WebSocket(url);
        socket.onmessage = message => resolve('read ' + message.data.length);
        socket.onerror = () => reject(new TypeError());
      });
      const tries = {
        cors: () => fetch('URL/hooks/x', {method: 'POST', body: event}),
        json: () => fetch('URL/hooks/x', {method: 'POST', body: event,
          headers: {'Content-Type': 'application/json'}}),
        noCors: () => fetch('URL/hooks/x', {method: 'POST', mode: 'no-cors', body: event}),
        beacon: () => Promise.resolve({type: 'beacon ' + navigator.sendBeacon('URL/hooks/x', event)}),
        status: () => fetch('URL/api/status').then(answer => answer.text()),
        events: () => fetch('URL/api/events', {mode: 'no-cors'}).then(answer => answer.text()),
        poll: () => fetch('URL' + hub + 'polling').then(answer => answer.text()),
        pollNoCors: () => fetch('URL' + hub + 'polling', {mode: 'no-cors'}).then(answer => answer.text()),
        pollReads: () => fetch('URL' + hub + 'polling&sid=SID', {mode: 'no-cors'}).then(answer => answer.text()),
        pollPost: () => fetch('URL' + hub + 'polling&sid=SID', post).then(answer => answer.text()),
        pollPostNoCors: () => fetch('URL' + hub + 'polling&sid=SID', {...post, mode: 'no-cors'}),
        pollFrame: () => new Promise(resolve => {
          const frame = document.createElement('iframe');
          frame.onload = () => resolve({type: 'opaque'});
          frame.src = 'URL' + hub + 'polling';
          document.documentElement.append(frame);
        }),
        websocket: () => websocket('URL'.replace('http', 'ws') + hub + 'websocket'),
        reboundPoll: () => fetch('REBOUND' + hub + 'polling', {mode: 'no-cors'}).then(answer => answer.text()),
        rebound: () => fetch('REBOUND/hooks/x', {method: 'POST', mode: 'no-cors', body: event}),
      };
      (async () => {
        const told = {};
        for (const [name, attempt] of Object.entries(tries)) {
          try {
            const answer = await attempt();
            told[name] = typeof answer === 'string' ? 'read ' + answer.length : answer.type;
          } catch (e) {
            told[name] = e.name;
          }
        }
        await fetch('/told', {method: 'POST', body: JSON.stringify(told)});
      })();
      </script>\
      """;

  @RegisterExtension static final Servers SERVERS = new Servers();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  /** The second is another port of the server's own host, which browsers call the same site. */
  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1"})
  void nothingOfAForeignPageArrivesAndItReadsNothing(String host) throws Exception {
    // Given
    EvenkeelProcess server = SERVERS.on(folder.resolve("data")).start();
    var told = new AtomicReference<String>();
    HttpServer foreign =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String page =
        PAGE.replace("URL", server.uri().toString())
            .replace("REBOUND", "http://evil.example:" + server.port());
    var opened = new AtomicInteger();
    foreign.createContext("/favicon.ico", exchange -> answer(exchange, ""));
    foreign.createContext(
        "/",
        exchange -> {
          opened.incrementAndGet();
          answer(exchange, page.replace("SID", openSession(server.port())));
        });
    foreign.createContext(
        "/told",
        exchange -> {
          told.set(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
          answer(exchange, "");
        });
    foreign.start();
    // When
    try (var browser =
        new Chromium(
            folder.resolve("browser"), "--host-resolver-rules=MAP evil.example 127.0.0.1")) {
      browser.tab().open("http://" + host + ":" + foreign.getAddress().getPort() + "/");
      await("the page has tried everything")
          .atMost(Duration.ofSeconds(90))
          .until(() -> told.get() != null);
    } finally {
      foreign.stop(0);
    }
    // Then
    JsonNode came = new JsonMapper().readTree(told.get());
    for (String name : List.of("cors", "json", "status", "poll", "pollPost", "websocket")) {
      assertThat(came.get(name).asText()).as(name).isEqualTo("TypeError");
    }
    for (String name : List.of("noCors", "rebound", "pollPostNoCors", "pollFrame")) {
      assertThat(came.get(name).asText()).as(name).isIn("opaque", "TypeError");
    }
    for (String name : List.of("events", "pollNoCors", "pollReads", "reboundPoll")) {
      assertThat(came.get(name).asText()).as(name).isIn("read 0", "TypeError");
    }
    JsonNode hub = new Api(server.port()).get("/api/status").get("hub");
    assertThat(hub.at("/sessions/opened").asInt()).isEqualTo(opened.get());
    assertThat(hub.get("clients").asInt()).isZero();
    try (var agent = HttpConnection.to(server.port())) {
      String event = "{\"hook_event_name\":\"Stop\",\"session_id\":\"agent\"}";
      assertThat(agent.post("/hooks/claude-code", event).status()).isEqualTo(200);
    }
    try (LogFile log = LogFile.of(server.dataDir())) {
      assertThat(log.texts("SELECT session_id FROM sessions WHERE session_id <> ''"))
          .containsExactly("agent");
      assertThat(log.number("SELECT count(*) FROM accepted")).isEqualTo(1);
    }
  }

  /** A session of long polling, as another client opens it. */
  private static String openSession(int port) throws IOException {
    try (var client = HttpConnection.to(port)) {
      String packet = client.get("/socket.io/?EIO=4&transport=polling").text();
      return new JsonMapper().readTree(packet.substring(1)).get("sid").asText();
    }
  }

  private static void answer(HttpExchange exchange, String text) throws IOException {
    byte[] body = text.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/html");
    exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}
