package dev.evenkeel.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A handler that is behind by the whole log: events go that nobody has seen, and are counted. */
class UnprocessedRetentionTest {

  private static final int EVENTS = 600;
  private static final int BOUND = 16 << 20;
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path folder;

  private long number(String sql) throws Exception {
    try (var connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("events.db"));
        var statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      return row.getLong(1);
    }
  }

  private static long droppedByRetention(OpenLog open) {
    return open.log.status().dropped().getOrDefault("retention", 0L);
  }

  @Test
  void unprocessedEventsOfAFullLogGoByTheirBytesAndAreCountedEachOnce() throws Exception {
    try (var open = new OpenLog(folder, new TestClock(), BOUND, 1 << 20, 2 << 20)) {
      // Given three times what the log holds, and nobody who processes it
      String text = "x".repeat(80_000);
      for (int i = 0; i < EVENTS; i++) {
        open.log.append(open.event("s", "A", ",\"n\":" + i + ",\"x\":\"" + text + "\"")).join();
        assertThat(open.log.status().bytes()).isLessThanOrEqualTo(BOUND);
      }
      // Then what is gone is counted, and what is there fills the log
      await()
          .atMost(SOON)
          .until(
              () -> number("SELECT count(*) FROM accepted") == EVENTS - droppedByRetention(open));
      assertThat(droppedByRetention(open)).isBetween(EVENTS / 3L, EVENTS - 80L);
      assertThat(number("SELECT sum(length(payload)) FROM accepted")).isGreaterThan(BOUND / 2);
      // When somebody processes the rest
      long dropped = droppedByRetention(open);
      var order = new ArrayList<Integer>();
      for (long i = dropped; i < EVENTS; i++) {
        AcceptedEvent event = open.log.take();
        order.add(event.event().at("n").asInt());
        open.publish(event);
      }
      // Then it is all that was not counted: the newest, in their order
      open.awaitPublished(EVENTS - dropped);
      assertThat(order).isEqualTo(IntStream.range((int) dropped, EVENTS).boxed().toList());
      assertThat(droppedByRetention(open)).isEqualTo(dropped);
      assertThat(open.log.status().published()).isEqualTo(EVENTS - dropped);
      assertThat(Files.size(folder.resolve("events.db"))).isLessThanOrEqualTo(BOUND);
    }
  }
}
