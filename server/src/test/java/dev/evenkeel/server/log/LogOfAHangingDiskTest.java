package dev.evenkeel.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.log.EventLog.Appended;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** While the disk does not come back from a write, nobody is kept waiting, and nothing is twice. */
class LogOfAHangingDiskTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  private final CountDownLatch answers = new CountDownLatch(1);

  @TempDir Path folder;

  @AfterEach
  void letGo() {
    answers.countDown();
  }

  /** What the writer does not come back from until the disk answers. */
  public static final class Hanging {
    private final CountDownLatch answers;
    private final boolean fails;

    Hanging(CountDownLatch answers, boolean fails) {
      this.answers = answers;
      this.fails = fails;
    }

    public String getText() throws InterruptedException {
      answers.await();
      if (fails) {
        throw new IllegalStateException("the disk fails in the end");
      }
      return "late";
    }
  }

  /** Appends an event that keeps the writer in the middle of its write. */
  private CompletableFuture<Appended> hang(OpenLog open, boolean fails) {
    ObjectNode decision = SqliteEventLog.data();
    decision.putPOJO("text", new Hanging(answers, fails));
    return open.log.append(open.event("s", "First", ""), List.of(decision));
  }

  private static Appended appended(CompletableFuture<Appended> answer) throws Exception {
    return answer.get(60, TimeUnit.SECONDS);
  }

  private static List<String> names(OpenLog open) {
    return open.all(0, Lanes.ALL).stream()
        .filter(event -> event.get("type").asText().equals("hook"))
        .map(event -> event.get("event").asText())
        .toList();
  }

  private static long waitingAppends(OpenLog open) {
    return open.log.queues().stream()
        .filter(queue -> queue.name().equals("log-appends"))
        .findFirst()
        .orElseThrow()
        .size();
  }

  @Test
  void whoWaitsIsAnsweredAndTheEventsAreWrittenOnceInTheirPlaces() throws Exception {
    List<JsonNode> published;
    MemoryBudget budget;
    try (var open = new OpenLog(folder)) {
      budget = open.budget;
      // Given
      CompletableFuture<Appended> first = hang(open, false);
      // When
      assertThat(appended(first)).isEqualTo(Appended.UNLOGGED);
      CompletableFuture<Appended> second = open.log.append(open.event("s", "Second", ""));
      CompletableFuture<Appended> third = open.log.append(open.event("s", "Third", ""));
      // Then
      assertThat(appended(second)).isEqualTo(Appended.UNLOGGED);
      assertThat(appended(third)).isEqualTo(Appended.UNLOGGED);
      assertThat(open.log.isWritable()).isFalse();
      assertThat(open.log.status().unlogged()).isEqualTo(3);
      assertThat(open.budget.used()).as("what waits has memory of its own").isPositive();
      // And when the disk answers
      answers.countDown();
      await().atMost(SOON).until(open.log::isWritable);
      assertThat(appended(open.log.append(open.event("s", "Fourth", ""))))
          .isEqualTo(Appended.LOGGED);
      open.publish(4);
      await().atMost(SOON).until(() -> names(open).size() == 4);
      published = open.all(0, Lanes.ALL);
      assertThat(names(open)).containsExactly("First", "Second", "Third", "Fourth");
      assertThat(open.log.status().unlogged()).as("once, and for good").isEqualTo(3);
      assertThat(open.log.status().dropped()).isEmpty();
    }
    assertThat(budget.used()).isZero();
    try (var again = new OpenLog(folder)) {
      assertThat(again.all(0, Lanes.ALL)).isEqualTo(published);
      again.append("s", "Fifth", 1);
      assertThat(again.log.take().event().name()).as("none is processed again").isEqualTo("Fifth");
    }
  }

  @Test
  void whatTheWriterItselfFailsWithIsCounted() throws Exception {
    try (var open = new OpenLog(folder)) {
      // Given one that was answered before it is written
      open.append("s", "Before", 1);
      AcceptedEvent before = open.log.take();
      assertThat(appended(hang(open, false))).isEqualTo(Appended.UNLOGGED);
      assertThat(appended(open.log.append(open.event("s", "Early", ""))))
          .isEqualTo(Appended.UNLOGGED);
      // When it is written together with what no writer can publish
      Publication impossible = Publication.of(before, Map.of(), null, List.of(), List.of());
      impossible.events().add(null);
      var told = new CompletableFuture<Boolean>();
      open.log.publish(impossible, () -> told.complete(true));
      answers.countDown();
      // Then
      assertThat(told.get(60, TimeUnit.SECONDS)).isTrue();
      assertThat(open.log.status().dropped()).isEqualTo(Map.of("failure", 2L));
      // And the writer goes on, with what came before and with what comes after
      assertThat(appended(open.log.append(open.event("s", "After", ""))))
          .isEqualTo(Appended.LOGGED);
      open.publish(2);
      await().atMost(SOON).until(() -> names(open).size() == 2);
      assertThat(names(open)).containsExactly("First", "After");
    }
  }

  @Test
  void whatFindsNoMemoryIsLostAndEverythingElseIsKept() throws Exception {
    MemoryBudget budget;
    try (var open = new OpenLog(folder, new TestClock(), 64 << 20, 1 << 20, 1 << 20)) {
      budget = open.budget;
      // Given
      CompletableFuture<Appended> first = hang(open, false);
      assertThat(appended(first)).isEqualTo(Appended.UNLOGGED);
      // When much more comes than there is memory for
      String large = ",\"x\":\"" + "x".repeat(200_000) + '"';
      var all = new ArrayList<CompletableFuture<Appended>>();
      for (int i = 0; i < 20; i++) {
        all.add(open.log.append(open.event("s", "E" + i, large)));
      }
      var kept = new ArrayList<String>();
      for (int i = 0; i < all.size(); i++) {
        Appended how = appended(all.get(i));
        assertThat(how).isIn(Appended.UNLOGGED, Appended.LOST);
        if (how == Appended.UNLOGGED) {
          kept.add("E" + i);
        }
      }
      // Then
      assertThat(kept).hasSize(5);
      assertThat(waitingAppends(open)).isEqualTo(5);
      assertThat(open.log.status().unlogged()).isEqualTo(6);
      answers.countDown();
      var handedOut = new ArrayList<String>();
      for (int i = 0; i < 6; i++) {
        AcceptedEvent event = open.log.take();
        handedOut.add(event.event().name());
        open.publish(event);
      }
      kept.addFirst("First");
      assertThat(handedOut).isEqualTo(kept);
      await().atMost(SOON).until(() -> names(open).size() == 6);
      assertThat(waitingAppends(open)).isZero();
    }
    assertThat(budget.used()).isZero();
  }

  @Test
  void whatTheDiskFailsToTakeInTheEndGoesOnFromMemoryAndIsCountedOnce() throws Exception {
    try (var open = new OpenLog(folder)) {
      // Given
      CompletableFuture<Appended> first = hang(open, true);
      assertThat(appended(first)).isEqualTo(Appended.UNLOGGED);
      // When
      answers.countDown();
      // Then
      AcceptedEvent event = open.log.take();
      assertThat(event.event().name()).isEqualTo("First");
      assertThat(event.logged()).isFalse();
      assertThat(open.log.status().unlogged()).isEqualTo(1);
      await().atMost(SOON).until(open.log::isWritable);
      assertThat(appended(open.log.append(open.event("s", "Second", ""))))
          .isEqualTo(Appended.LOGGED);
      assertThat(open.log.status().unlogged()).isEqualTo(1);
    }
  }

  @Test
  @Timeout(60)
  void theServerCanBeStopped() throws Exception {
    var open = new OpenLog(folder);
    // Given
    CompletableFuture<Appended> first = hang(open, false);
    assertThat(appended(first)).isEqualTo(Appended.UNLOGGED);
    CompletableFuture<Appended> second = open.log.append(open.event("s", "Second", ""));
    assertThat(appended(second)).isEqualTo(Appended.UNLOGGED);
    // When
    open.close();
    // Then
    assertThat(answers.getCount()).as("the disk hangs still").isEqualTo(1);
    answers.countDown();
    await().atMost(SOON).until(() -> !open.log.isAlive());
  }
}
