package dev.evenkeel.server.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class WorkersTest {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int USUAL = Math.max(2, Runtime.getRuntime().availableProcessors());
  private static final int BLOCKED = 5;

  /** Gives so many calls to the workers that block. Returns the threads of those that began. */
  private static Queue<Thread> block(Workers workers, int count, CountDownLatch end) {
    Queue<Thread> threads = new ConcurrentLinkedQueue<>();
    for (int i = 0; i < count; i++) {
      workers.execute(
          () -> {
            threads.add(Thread.currentThread());
            try {
              end.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
    }
    return threads;
  }

  /** Looks, no faster than threads take up work, until so many are blocked. */
  private static void grow(
      Workers workers, Queue<Thread> blocked, int count, Collection<Thread> late) {
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(1))
        .until(
            () -> {
              if (workers.size() == blocked.size()) {
                look(workers, 1, late);
              }
              return blocked.size() >= count;
            });
  }

  private static void look(Workers workers, int times, Collection<Thread> late) {
    for (int i = 0; i < times; i++) {
      workers.adapt(0, late);
    }
  }

  @Test
  void threadsThatBlockedCallsHaveMadeGoWhileThereIsWorkAllTheTime() throws Exception {
    try (var workers = new Workers()) {
      // Given more threads than usual, because calls block
      var end = new CountDownLatch(1);
      Queue<Thread> blocked = block(workers, USUAL + BLOCKED, end);
      grow(workers, blocked, USUAL + BLOCKED, List.of());
      assertThat(workers.size()).isEqualTo(USUAL + BLOCKED);

      // When the calls return, and there is always work for all of them
      var busy = new AtomicBoolean(true);
      List<Runnable> again = new ArrayList<>();
      for (int i = 0; i < 4 * (USUAL + BLOCKED); i++) {
        again.add(
            new Runnable() {
              @Override
              public void run() {
                if (busy.get()) {
                  workers.execute(this);
                }
              }
            });
      }
      again.forEach(workers::execute);
      end.countDown();

      // Then
      long[] progress = {0};
      await()
          .atMost(SOON)
          .until(
              () -> {
                for (int look = 0; look < 200; look++) {
                  workers.adapt(++progress[0], List.of());
                }
                return workers.size() == USUAL;
              });
      busy.set(false);
    }
  }

  @Test
  void threadsThatAreLeftToLateCallsTakeNoPlace() {
    var end = new CountDownLatch(1);
    try (var workers = new Workers()) {
      // Given as many blocked calls as there may be, and one that waits
      Queue<Thread> blocked = block(workers, Workers.MAX_THREADS, end);
      grow(workers, blocked, Workers.MAX_THREADS, List.of());
      var done = new CountDownLatch(1);
      workers.execute(done::countDown);
      look(workers, 100, List.of());
      assertThat(workers.size()).isEqualTo(Workers.MAX_THREADS);
      // When one of them is late
      look(workers, 100, List.of(blocked.element()));
      // Then
      await().atMost(SOON).until(() -> done.getCount() == 0);
      assertThat(workers.size()).isEqualTo(Workers.MAX_THREADS + 1);
      // And when the calls return
      end.countDown();
      await()
          .atMost(SOON)
          .until(
              () -> {
                look(workers, 1, List.of());
                return workers.size() == USUAL;
              });
    } finally {
      end.countDown();
    }
  }

  @Test
  void noMoreThreadsAreLeftToLateCallsThanTheLimit() {
    var end = new CountDownLatch(1);
    int most = Workers.MAX_THREADS + Workers.MAX_LEFT;
    try (var workers = new Workers()) {
      Queue<Thread> late = block(workers, most + 1, end);
      grow(workers, late, most, late);
      look(workers, 100, late);
      assertThat(workers.size()).isEqualTo(most);
    } finally {
      end.countDown();
    }
  }

  @Test
  void whatWaitsForThreadsThatAreRenewedGoesToTheNewOnes() {
    var end = new CountDownLatch(1);
    try (var workers = new Workers()) {
      // Given
      Queue<Thread> blocked = block(workers, USUAL, end);
      await().atMost(SOON).until(() -> blocked.size() == USUAL);
      var done = new CountDownLatch(1);
      workers.execute(done::countDown);
      // When
      workers.renew();
      // Then
      await().atMost(SOON).until(() -> done.getCount() == 0);
    } finally {
      end.countDown();
    }
  }

  @Test
  void lateCallsOnThreadsThatWereRenewedGiveNoPlaces() {
    var end = new CountDownLatch(1);
    try (var workers = new Workers()) {
      // Given
      Queue<Thread> old = block(workers, USUAL + BLOCKED, end);
      grow(workers, old, USUAL + BLOCKED, List.of());
      workers.renew();
      // When
      look(workers, 1, old);
      Queue<Thread> fresh = block(workers, USUAL + 1, end);
      await().atMost(SOON).until(() -> fresh.size() == USUAL);
      look(workers, 1, old);
      // Then
      assertThat(workers.size()).isEqualTo(USUAL);
    } finally {
      end.countDown();
    }
  }

  @Test
  void whereTheMachineHasNoMoreThreadsThoseThatAreThereDoTheWork() {
    // Given
    var none = new AtomicBoolean();
    var end = new CountDownLatch(1);
    try (var workers =
        new Workers(
            made -> {
              if (none.get()) {
                throw new OutOfMemoryError("unable to create native thread");
              }
            })) {
      Queue<Thread> blocked = block(workers, 1, end);
      await().atMost(SOON).until(() -> blocked.size() == 1);
      // When
      none.set(true);
      var done = new AtomicBoolean();
      workers.execute(() -> done.set(true));
      look(workers, 10, List.of());
      // Then
      assertThat(workers.size()).isEqualTo(1);
      assertThat(done).isFalse();
      end.countDown();
      await().atMost(SOON).until(done::get);
    } finally {
      end.countDown();
    }
  }
}
