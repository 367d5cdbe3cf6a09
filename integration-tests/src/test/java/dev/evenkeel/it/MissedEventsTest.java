package dev.evenkeel.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import dev.evenkeel.testbed.SocketIoServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A target that was away for so long that retention took events from it is told how many. */
class MissedEventsTest {

  private static final Duration SOON = Duration.ofSeconds(90);
  private static final int LINES = 40;

  @RegisterExtension static final Servers SERVERS = new Servers();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  private static JsonNode status(HttpConnection connection) throws IOException {
    return new JsonMapper().readTree(connection.get("/api/status").body());
  }

  private static void post(HttpConnection connection, int lines, int size) throws IOException {
    var batch = new ByteArrayOutputStream();
    for (int i = 0; i < lines; i++) {
      batch.write(
          "{\"hook_event_name\":\"Note\",\"session_id\":\"s%d\",\"x\":\"%s\"}\n"
              .formatted(i % 5, "x".repeat(size))
              .getBytes(UTF_8));
    }
    HttpConnection.Answer answer = connection.post("/hooks/claude-code/batch", batch.toByteArray());
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.text()).contains("\"accepted\":" + lines);
  }

  @Test
  void itIsToldAtTheRightPlaceAndTheCountAddsUp() throws Exception {
    try (var target = SocketIoServer.process()) {
      // Given a target with one connection, which has had some events
      EvenkeelProcess server =
          SERVERS
              .on(folder.resolve("data"))
              .with("EVENKEEL_TARGETS_MAIN_URL", target.url())
              .with("EVENKEEL_POOL_MAX_CONNECTIONS", "1")
              .with("EVENKEEL_LOG_MAX_BYTES", Integer.toString(16 << 20))
              .start();
      try (var connection = HttpConnection.to(server.port())) {
        post(connection, LINES, 100);
        await().atMost(SOON).until(() -> target.state().get("unique").asInt() == LINES);
        await()
            .atMost(SOON)
            .until(() -> status(connection).at("/targets/main/pending").asInt() == 0);
        // When it is away while three times the log goes by, and comes back
        target.stopListening();
        for (int i = 0; i < 25; i++) {
          post(connection, LINES, 50_000);
        }
        int sent = 26 * LINES;
        await().atMost(SOON).until(() -> status(connection).get("published").asInt() == sent);
        await().atMost(SOON).until(() -> status(connection).at("/log/removed").asInt() > sent / 3);
        target.listen();
        await()
            .atMost(SOON)
            .until(
                () -> {
                  JsonNode state = target.state();
                  return state.get("unique").asInt() + state.get("missedTotal").asInt() == sent;
                });
      }
      // Then where something is missing it was told so, and how much
      JsonNode state = target.state();
      assertThat(state.get("outOfOrder").asInt()).isZero();
      assertThat(state.get("missedTotal").asInt()).isPositive();
      JsonNode record = target.record();
      JsonNode ids = record.get("ids");
      JsonNode places = record.get("missedBehind");
      assertThat(places).isNotEmpty();
      assertThat(places.get(0).asInt()).as("behind what it had before").isEqualTo(LINES);
      int next = 0;
      long missed = 0;
      for (int at = 1; at <= ids.size(); at++) {
        long told = 0;
        while (next < places.size() && places.get(next).asInt() == at) {
          told += record.get("missed").get(next++).asLong();
        }
        if (at < ids.size()) {
          long gap = ids.get(at).asLong() - ids.get(at - 1).asLong() - 1;
          assertThat(gap).as("between event " + (at - 1) + " and the next").isEqualTo(told);
        }
        missed += told;
      }
      assertThat(missed).isEqualTo(state.get("missedTotal").asLong());
    }
  }
}
