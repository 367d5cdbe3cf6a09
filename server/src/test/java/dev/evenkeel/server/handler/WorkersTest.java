package dev.evenkeel.server.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class WorkersTest {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int USUAL = Math.max(2, Runtime.getRuntime().availableProcessors());
  private static final int BLOCKED = 5;

  private static void block(Workers workers, CountDownLatch blocked, CountDownLatch end) {
    workers.execute(
        () -> {
          blocked.countDown();
          try {
            end.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  @Test
  void threadsThatBlockedCallsHaveMadeGoWhileThereIsWorkAllTheTime() throws Exception {
    try (var workers = new Workers()) {
      // Given more threads than usual, because calls block
      var blocked = new CountDownLatch(USUAL + BLOCKED);
      var end = new CountDownLatch(1);
      for (int i = 0; i < USUAL + BLOCKED; i++) {
        block(workers, blocked, end);
      }
      await()
          .atMost(SOON)
          .until(
              () -> {
                workers.adapt(0);
                return blocked.getCount() == 0;
              });
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
                  workers.adapt(++progress[0]);
                }
                return workers.size() == USUAL;
              });
      busy.set(false);
    }
  }
}
