package dev.evenkeel.server.handler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.EvictionHandler;
import dev.evenkeel.extension.Limits;
import dev.evenkeel.server.extension.Extensions;
import dev.evenkeel.server.extension.RunningExtension;
import dev.evenkeel.server.extension.TestExtension;
import dev.evenkeel.server.log.StateChange;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ProcessingTest {

  private record Count(int value) {}

  /** A map that has let go of two entries, because it holds one and was stored with three. */
  private static Extensions twoEvictions(EvictionHandler<String, Count> handler) {
    var keeper =
        new TestExtension(
            "keeper",
            context -> {
              BoundedMap<String, Count> map =
                  context.boundedMap("map", String.class, Count.class, Limits.capacity(1));
              map.onEviction(handler);
            });
    return new Extensions(
        List.of(keeper),
        Map.of(),
        map ->
            List.of(
                new StateChange(map, "\"a\"", "{\"value\":1}", 1),
                new StateChange(map, "\"b\"", "{\"value\":2}", 2),
                new StateChange(map, "\"c\"", "{\"value\":3}", 3)),
        limits -> limits,
        Clock.systemUTC());
  }

  private static Processing cleanUp(Extensions extensions, CallWatch watch, Duration deadline) {
    return new Processing(
        new Processing.Work(extensions, watch, deadline, extensions::takeEvictions), null);
  }

  @Test
  void theEvictionHandlersOfACleanupShareOneDeadline() throws Exception {
    // Given a handler that takes some time, and one that does not return
    var toldAt = new CompletableFuture<Long>();
    var blocked = new Semaphore(0);
    var never = new Semaphore(0);
    Duration deadline = Duration.ofHours(1);
    var watch = new CallWatch();
    try (Extensions extensions =
        twoEvictions(
            (key, value, emission) -> {
              if (!toldAt.complete(System.nanoTime())) {
                blocked.release();
                never.acquire();
              }
            })) {
      var handedOver = new CompletableFuture<Boolean>();
      Processing cleanup = cleanUp(extensions, watch, deadline);
      var thread = Thread.ofPlatform().start(() -> cleanup.run(() -> handedOver.complete(true)));
      blocked.acquire();
      // When a deadline is over since the first
      List<Thread> late = watch.look(toldAt.join() + deadline.toNanos(), false);
      // Then
      assertThat(late).containsExactly(thread);
      assertThat(handedOver).isCompleted();
      thread.join();
      assertThat(cleanup.run(() -> {})).isEqualTo(Processing.Progress.DONE);
    } finally {
      never.release();
    }
  }

  @Test
  void whatIsNotToldByTheDeadlineIsWrittenAndPassedOver() {
    var told = new AtomicInteger();
    try (Extensions extensions = twoEvictions((key, value, emission) -> told.incrementAndGet())) {
      Processing cleanup = cleanUp(extensions, new CallWatch(), Duration.ZERO);
      assertThat(cleanup.run(() -> {})).isEqualTo(Processing.Progress.DONE);
      assertThat(told).hasValue(0);
      RunningExtension keeper = extensions.running().getFirst();
      assertThat(keeper.eventsPassedOver()).isEqualTo(2);
      assertThat(cleanup.isEmpty()).isFalse();
    }
  }
}
