package dev.evenkeel.server.hub.engineio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StrandTest {

  /** A loop on a thread of its own. */
  private record ThreadLoop(ExecutorService thread) implements EventLoop {

    @Override
    public void execute(Runnable task) {
      thread.execute(task);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
      throw new UnsupportedOperationException("a strand has no timers");
    }
  }

  private final ThreadLoop first = loop("first");
  private final ThreadLoop second = loop("second");
  private final AtomicInteger turns = new AtomicInteger();
  private final Strand strand = new Strand(first, turns::incrementAndGet);

  private static ThreadLoop loop(String name) {
    return new ThreadLoop(Executors.newSingleThreadExecutor(task -> new Thread(task, name)));
  }

  @AfterEach
  void stop() {
    first.thread().shutdownNow();
    second.thread().shutdownNow();
  }

  @Test
  void tasksKeepTheirOrderAndNeverRunTogetherWhileTheLoopChanges() {
    var done = Collections.synchronizedList(new ArrayList<Integer>());
    var running = new AtomicInteger();
    var together = new AtomicInteger();
    var elsewhere = new AtomicInteger();
    for (int i = 0; i < 10_000; i++) {
      int number = i;
      strand.execute(
          () -> {
            together.accumulateAndGet(running.incrementAndGet(), Math::max);
            done.add(number);
            String loop = strand.loop().equals(first) ? "first" : "second";
            if (!Thread.currentThread().getName().equals(loop)) {
              elsewhere.incrementAndGet();
            }
            if (number % 100 == 50) {
              strand.moveTo(strand.loop().equals(first) ? second : first);
            }
            running.decrementAndGet();
          });
    }
    await().until(() -> done.size() == 10_000);
    assertThat(done).isEqualTo(IntStream.range(0, 10_000).boxed().toList());
    assertThat(together).hasValue(1);
    assertThat(elsewhere).hasValue(0);
  }

  @Test
  void tasksOfATurnAreFollowedByOneTurnEnd() {
    var done = new AtomicInteger();
    strand.execute(
        () -> {
          for (int i = 0; i < 100; i++) {
            strand.execute(done::incrementAndGet);
          }
        });
    await().until(() -> done.get() == 100 && turns.get() > 0);
    assertThat(turns).hasValue(1);
  }

  @Test
  void aTaskThatFailsDoesNotStopTheOthers() {
    var done = Collections.synchronizedList(new ArrayList<String>());
    first.execute(() -> Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> {}));
    strand.execute(
        () -> {
          done.add("fails");
          throw new IllegalStateException("as it is told");
        });
    strand.execute(() -> done.add("goes on"));
    await().untilAsserted(() -> assertThat(done).isEqualTo(List.of("fails", "goes on")));
  }
}
