package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import dev.evenkeel.testbed.SocketIoServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A target behind TLS gets everything where its certificate is trusted, and nothing elsewhere. */
class SecureTargetTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int EVENTS = 200;

  @RegisterExtension static final Servers SERVERS = new Servers();

  @TempDir Path folder;

  private EvenkeelProcess server(TlsFront front) {
    return SERVERS
        .on(folder.resolve("data"))
        .with("EVENKEEL_TARGETS_MAIN_URL", front.url().toString());
  }

  private static void post(EvenkeelProcess server) throws IOException {
    try (var connection = HttpConnection.to(server.port())) {
      for (int i = 0; i < EVENTS; i++) {
        String event = "{\"hook_event_name\":\"Note\",\"session_id\":\"s%d\"}".formatted(i % 7);
        assertThat(connection.post("/hooks/claude-code", event).status()).isEqualTo(200);
      }
    }
  }

  @Test
  void everythingArrivesOverThreeConnectionsWhereTheCertificateIsTrusted() throws Exception {
    try (var target = SocketIoServer.process();
        var front = TlsFront.of(URI.create(target.url()), folder)) {
      // Given
      EvenkeelProcess server =
          server(front)
              .withFlag("-Djavax.net.ssl.trustStore=" + front.trustStore())
              .withFlag("-Djavax.net.ssl.trustStorePassword=" + TlsFront.PASSWORD)
              .start();
      // When
      post(server);
      // Then
      await().atMost(SOON).until(() -> target.state().get("unique").asInt() == EVENTS);
      assertThat(target.state().get("outOfOrder").asInt()).isZero();
      assertThat(target.state().get("mostJoined").asInt()).isBetween(1, 3);
    }
  }

  @Test
  void nothingIsSentAndTheReasonIsToldWhereItIsNot() throws Exception {
    try (var target = SocketIoServer.process();
        var front = TlsFront.of(URI.create(target.url()), folder)) {
      // Given
      EvenkeelProcess server = server(front).start();
      var api = new Api(server.port());
      // When
      post(server);
      // Then
      await()
          .atMost(SOON)
          .untilAsserted(
              () -> {
                JsonNode told = api.get("/api/status").at("/targets/main");
                assertThat(told.toString()).contains("certification path");
                assertThat(told.get("pending").asInt()).isEqualTo(EVENTS);
              });
      assertThat(target.state().get("everJoined").asInt()).isZero();
    }
  }
}
