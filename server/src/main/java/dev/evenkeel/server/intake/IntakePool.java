package dev.evenkeel.server.intake;

import dev.evenkeel.server.budget.QueueState;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The bounded pool for what must not hold up an event loop: large bodies and foreign filters. */
final class IntakePool implements AutoCloseable {

  private static final int THREADS = 4;
  private static final int CAPACITY = 256;
  private static final int IDLE_SECONDS = 30;

  private final ThreadPoolExecutor pool =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(CAPACITY),
          Thread.ofPlatform().name("intake-", 0).daemon().factory());
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("intake-timer").daemon().factory());

  IntakePool() {
    pool.allowCoreThreadTimeOut(true);
  }

  /**
   * Runs the work soon.
   *
   * @throws RejectedExecutionException when too much waits already
   */
  Future<?> submit(Runnable work) {
    return pool.submit(work);
  }

  void after(Duration delay, Runnable work) {
    var _ = timer.schedule(work, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  QueueState state() {
    return new QueueState("intake-pool", pool.getQueue().size(), CAPACITY, -1, -1);
  }

  @Override
  public void close() {
    timer.shutdownNow();
    pool.shutdownNow();
  }
}
