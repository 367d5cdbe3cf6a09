package dev.evenkeel.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The log stays within its bytes and its age, and the file with it. */
class RetentionTest {

  private static final long MB = 1 << 20;
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final int LINES = 80;

  @RegisterExtension static final Servers SERVERS = new Servers();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  @Test
  void fileAndWriteAheadLogStayWithinTheBoundAndShrinkWithItAndWithAge() throws Exception {
    // Given
    EvenkeelProcess server =
        SERVERS
            .on(folder.resolve("data"))
            .with("EVENKEEL_LOG_MAX_BYTES", Long.toString(32 * MB))
            .start();
    // When: four times the bound
    int sent = 0;
    long most = 0;
    try (var connection = HttpConnection.to(server.port())) {
      for (long bytes = 0; bytes < 128 * MB; ) {
        byte[] batch = batch(sent);
        HttpConnection.Answer answer = connection.post("/hooks/claude-code/batch", batch);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.text()).contains("\"accepted\":" + LINES);
        sent += LINES;
        bytes += batch.length;
        most = Math.max(most, bytesOf(server));
      }
    }
    // Then
    assertThat(most).as("file and write-ahead log, at the most").isBetween(20 * MB, 32 * MB);
    try (LogFile log = LogFile.of(server.dataDir())) {
      await().atMost(SOON).until(() -> log.unpublished() == 0);
      int last = sent - 1;
      // The last by number need not be the last by place: sessions overtake each other.
      assertThat(log.published().stream().mapToInt(each -> each.data().get("n").asInt()).max())
          .hasValue(last);
      assertThat(log.published().getFirst().data().get("n").asInt()).isPositive();
      assertThat(log.number("SELECT count(*) FROM accepted"))
          .as("no payload without its place")
          .isEqualTo(log.number("SELECT count(*) FROM published WHERE seq IS NOT NULL"));
    }
    try (var reader = HttpConnection.to(server.port())) {
      JsonNode page = json(reader.get("/api/events?after=0&limit=1"));
      assertThat(page.get("missed").asLong())
          .as("a reader that comes late is told how many it missed")
          .isEqualTo(json(reader.get("/api/status")).get("published").asLong() - count(server));
    }
    // When: a smaller bound
    assertThat(server.stop()).isIn(0, 143);
    server.with("EVENKEEL_LOG_MAX_BYTES", Long.toString(16 * MB)).start();
    // Then
    await("the file shrinks").atMost(SOON).until(() -> bytesOf(server) <= 16 * MB);
    long kept = count(server);
    assertThat(kept).isPositive();
    // When: all is too old
    assertThat(server.stop()).isIn(0, 143);
    server.with("EVENKEEL_LOG_MAX_AGE", "1s").start();
    // Then
    await("old events go").atMost(SOON).until(() -> count(server) == 0);
    await("their place, too").atMost(SOON).until(() -> bytesOf(server) < 4 * MB);
  }

  private static JsonNode json(HttpConnection.Answer answer) throws IOException {
    return new JsonMapper().readTree(answer.body());
  }

  private static long count(EvenkeelProcess server) {
    try (LogFile log = LogFile.of(server.dataDir())) {
      return log.number("SELECT count(*) FROM published");
    }
  }

  private static byte[] batch(int first) throws IOException {
    var batch = new ByteArrayOutputStream();
    String filling = "z".repeat(50_000);
    for (int i = first; i < first + LINES; i++) {
      String session = "s" + i % 7;
      batch.write(
          "{\"hook_event_name\":\"Stop\",\"session_id\":\"%s\",\"n\":%d,\"x\":\"%s\"}\n"
              .formatted(session, i, filling)
              .getBytes(UTF_8));
    }
    return batch.toByteArray();
  }

  private static long bytesOf(EvenkeelProcess server) throws IOException {
    return size(server.dataDir().resolve("events.db"))
        + size(server.dataDir().resolve("events.db-wal"));
  }

  private static long size(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      return 0;
    }
  }
}
