package dev.evenkeel.server.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LargeBodiesTest {

  private static final Duration SHORT = Duration.ofMillis(20);
  private static final Duration LONG = Duration.ofHours(1);

  private final CountDownLatch release = new CountDownLatch(1);
  private final LongAdder begun = new LongAdder();

  @AfterEach
  void letGo() {
    release.countDown();
  }

  private CompletableFuture<String> hold() {
    begun.increment();
    try {
      release.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return CompletableFuture.completedFuture("read");
  }

  private CompletableFuture<String> take(LargeBodies bodies, int bytes) {
    return bodies.take(bytes, this::hold, () -> "passed over");
  }

  /** One that is at work and stays so; also a machine that has no time for it gets there. */
  private CompletableFuture<String> atWork(LargeBodies bodies, int bytes) {
    long before = begun.sum();
    while (true) {
      CompletableFuture<String> taken = take(bodies, bytes);
      await().until(() -> begun.sum() > before || taken.isDone());
      if (begun.sum() > before) {
        return taken;
      }
    }
  }

  private static String outcome(CompletableFuture<String> future) throws Exception {
    return future.get(20, TimeUnit.SECONDS);
  }

  @Test
  void whatWaitsInTheQueueIsPassedOverInTimeAndNeverRead() throws Exception {
    try (var bodies = new LargeBodies(SHORT)) {
      // Given as many at work as may be
      List<CompletableFuture<String>> working =
          List.of(atWork(bodies, 100_000), atWork(bodies, 100_000));
      // When
      CompletableFuture<String> late = take(bodies, 100_000);
      // Then
      assertThat(outcome(late)).isEqualTo("passed over");
      assertThat(bodies.state().size()).isZero();
      release.countDown();
      for (CompletableFuture<String> each : working) {
        assertThat(outcome(each)).isEqualTo("read");
      }
      assertThat(begun.sum()).isEqualTo(2);
    }
  }

  @Test
  void whatWaitsForTheBytesOfTheOneAtWorkIsPassedOverInTimeAndNeverRead() throws Exception {
    try (var bodies = new LargeBodies(SHORT)) {
      // Given one of the largest
      CompletableFuture<String> working = atWork(bodies, Intake.MAX_BYTES);
      // When
      CompletableFuture<String> late = take(bodies, 100_000);
      // Then
      assertThat(outcome(late)).isEqualTo("passed over");
      release.countDown();
      assertThat(outcome(working)).isEqualTo("read");
      assertThat(begun.sum()).isEqualTo(1);
    }
  }

  @Test
  void whatFindsTheQueueFullIsPassedOverAtOnce() throws Exception {
    try (var bodies = new LargeBodies(LONG)) {
      // Given
      var waiting = new ArrayList<CompletableFuture<String>>();
      for (int i = 0; i < LargeBodies.AT_ONCE + IntakePool.CAPACITY; i++) {
        waiting.add(take(bodies, 100_000));
      }
      // Then
      assertThat(take(bodies, 100_000)).isCompletedWithValue("passed over");
      release.countDown();
      for (CompletableFuture<String> each : waiting) {
        assertThat(outcome(each)).isEqualTo("read");
      }
    }
  }

  @Test
  void whatFailsAtWorkIsToldAndGivesItsBytesBack() throws Exception {
    release.countDown();
    try (var bodies = new LargeBodies(LONG)) {
      // When
      CompletableFuture<String> failed =
          bodies.take(
              Intake.MAX_BYTES,
              () -> {
                throw new IllegalStateException("a bug");
              },
              () -> "passed over");
      // Then
      assertThatThrownBy(() -> outcome(failed))
          .isInstanceOf(ExecutionException.class)
          .hasRootCauseMessage("a bug");
      assertThat(outcome(take(bodies, Intake.MAX_BYTES))).isEqualTo("read");
    }
  }
}
