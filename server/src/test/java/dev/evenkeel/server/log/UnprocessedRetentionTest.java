package dev.evenkeel.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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

  @Test
  void whatTheHandlerBeginsToReadWhileUnprocessedEventsGoIsReadOrGoneAndNeverBoth()
      throws Exception {
    // Given events that only the disk has
    try (var open = new OpenLog(folder)) {
      open.append("s", "A", EVENTS);
    }
    try (var open = new OpenLog(folder)) {
      var taken = new CompletableFuture<AcceptedEvent>();
      Thread handler = Thread.ofPlatform().unstarted(() -> take(open, taken));
      var full = new AtomicBoolean(true);
      // When the handler begins to read them while the writer is about to remove some
      open.log.countBeside(
          () -> {
            if (!isWriter() || !full.getAndSet(false)) {
              return 0;
            }
            handler.start();
            await().atMost(SOON).until(() -> taken.isDone() || waits(handler));
            return Long.MAX_VALUE / 2;
          });
      AcceptedEvent first = taken.get(60, TimeUnit.SECONDS);
      await().atMost(SOON).until(() -> droppedByRetention(open) > 0);
      // Then it is given those that are still there, all of them
      int dropped = (int) droppedByRetention(open);
      var order = new ArrayList<Integer>();
      for (AcceptedEvent event = first; ; event = open.log.take()) {
        order.add(event.event().at("n").asInt());
        open.publish(event);
        if (order.size() == EVENTS - dropped) {
          break;
        }
      }
      assertThat(order).isEqualTo(IntStream.range(dropped, EVENTS).boxed().toList());
      open.awaitPublished(EVENTS - dropped);
      assertThat(open.log.queues())
          .filteredOn(queue -> queue.name().equals("accepted"))
          .allMatch(queue -> queue.size() == 0);
    }
    // And each that was published has its payload
    assertThat(number("SELECT count(*) FROM published p JOIN accepted a ON a.seq = p.seq"))
        .isEqualTo(number("SELECT count(*) FROM published WHERE seq IS NOT NULL"))
        .isPositive();
  }

  private static boolean isWriter() {
    return Thread.currentThread().getName().equals("log-writer");
  }

  /** Whether it waits to be told that it may read. */
  private static boolean waits(Thread handler) {
    return handler.getState() == Thread.State.WAITING
        && Arrays.stream(handler.getStackTrace())
            .anyMatch(frame -> frame.getClassName().equals(AcceptedFeed.class.getName()));
  }

  private static void take(OpenLog open, CompletableFuture<AcceptedEvent> taken) {
    try {
      taken.complete(open.log.take());
    } catch (InterruptedException e) {
      taken.completeExceptionally(e);
    }
  }
}
