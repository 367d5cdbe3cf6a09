package dev.evenkeel.server.query;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.budget.QueueState;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;

/** A client that asks for much and reads nothing loses its connection, and the page its memory. */
@QuarkusTest
@TestProfile(SlowClientTest.Impatience.class)
class SlowClientTest {

  private static final int EVENTS = 7;

  /** A server that waits for five seconds where others wait for half a minute. */
  public static final class Impatience implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      Path data = Path.of("target", "slow-client-test-" + UUID.randomUUID()).toAbsolutePath();
      return Map.of("evenkeel.data-dir", data.toString(), "quarkus.http.test-port", "0");
    }

    @Override
    public Set<Class<?>> getEnabledAlternatives() {
      return Set.of(FiveSeconds.class);
    }
  }

  /** How long the server waits in this test. */
  @Alternative
  @Singleton
  public static final class FiveSeconds {
    @Produces
    @Alternative
    @Singleton
    SlowClients slowClients() {
      return new SlowClients(Duration.ofSeconds(5));
    }
  }

  @TestHTTPResource URI address;
  @Inject MemoryBudget budget;
  @Inject ServerStatus status;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private void post() throws Exception {
    // Many strings: a long one would be trimmed
    String large = String.join("\",\"", Collections.nCopies(20, "x".repeat(50_000)));
    for (int i = 0; i < EVENTS; i++) {
      String event = "{\"session_id\":\"s\",\"hook_event_name\":\"L%d\",\"x\":[\"%s\"]}";
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(address.resolve("/hooks/codex"))
                  .timeout(Duration.ofSeconds(30))
                  .POST(HttpRequest.BodyPublishers.ofString(event.formatted(i, large)))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
    }
  }

  private long tailBytes() {
    return status.state().queues().stream()
        .filter(queue -> queue.name().equals("published-tail"))
        .mapToLong(QueueState::bytes)
        .findFirst()
        .orElseThrow();
  }

  private int readable() throws Exception {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(address.resolve("/api/events?session=s"))
                .timeout(Duration.ofSeconds(30))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    return answer.body().split("\"type\":\"hook\"", -1).length - 1;
  }

  @Test
  void itLosesItsConnectionAndTheBudgetGetsItsBytesBack() throws Exception {
    // Given
    post();
    await().until(() -> readable() == EVENTS);
    await().until(() -> budget.used() == tailBytes());
    // When it asks and does not read
    try (Socket client = clientThatAPageIsHeldFor()) {
      // Then
      await("its memory is given back while the client still holds on")
          .atMost(30, TimeUnit.SECONDS)
          .until(() -> budget.used() == tailBytes());
      assertThat(client.isClosed()).isFalse();
      assertThat(bytesUntilTheEnd(client.getInputStream()))
          .as("the connection ends before the page does")
          .isLessThan(EVENTS * 1_000_000L);
    }
    assertThat(readable()).as("others are served").isEqualTo(EVENTS);
  }

  /** Where memory is short, the server asks to come again later: then it does. */
  private Socket clientThatAPageIsHeldFor() throws IOException {
    var answers = new ArrayList<String>();
    while (answers.size() < 5) {
      var client = new Socket();
      client.setReceiveBufferSize(4096);
      client.connect(new InetSocketAddress("127.0.0.1", address.getPort()));
      client
          .getOutputStream()
          .write("GET /api/events?session=s HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(UTF_8));
      try {
        await("the page is held for it")
            .atMost(4, TimeUnit.SECONDS)
            .until(() -> budget.used() - tailBytes() > 6_000_000);
        return client;
      } catch (ConditionTimeoutException e) {
        try (client) {
          client.setSoTimeout(5000);
          answers.add(new String(client.getInputStream().readNBytes(300), UTF_8));
        }
      }
    }
    throw new AssertionError("no page is held for a client that does not read: " + answers);
  }

  private static long bytesUntilTheEnd(InputStream in) throws IOException {
    long bytes = 0;
    byte[] some = new byte[64 << 10];
    try {
      for (int read = in.read(some); read >= 0; read = in.read(some)) {
        bytes += read;
      }
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset");
    }
    return bytes;
  }
}
