package dev.evenkeel.server.intake;

import dev.evenkeel.server.budget.QueueState;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A bounded pool for what must not hold up an event loop: large bodies, or foreign filters. */
final class IntakePool implements AutoCloseable {

  static final int CAPACITY = 256;
  private static final int IDLE_SECONDS = 30;

  private final String name;
  private final int most;
  private final ThreadFactory threads;
  private final ScheduledThreadPoolExecutor timer;

  // Mutable state; exchanged under this
  private volatile ThreadPoolExecutor pool;
  private boolean closed;

  /**
   * @param most how many threads it has at most
   */
  IntakePool(String name, int most) {
    this(name, most, Thread.ofPlatform().name(name + '-', 0).daemon().factory());
  }

  /** A pool with threads of this kind. */
  IntakePool(String name, int most, ThreadFactory threads) {
    this.name = name;
    this.most = most;
    this.threads = threads;
    this.pool = newPool();
    this.timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name(name + "-timer").daemon().factory());
    timer.setRemoveOnCancelPolicy(true);
  }

  private ThreadPoolExecutor newPool() {
    var fresh =
        new ThreadPoolExecutor(
            most,
            most,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(CAPACITY),
            threads);
    fresh.allowCoreThreadTimeOut(true);
    return fresh;
  }

  /** Lets all threads end after what they do now and what waits for them, and takes others. */
  synchronized void renew() {
    if (!closed) {
      ThreadPoolExecutor old = pool;
      pool = newPool();
      old.shutdown();
    }
  }

  /**
   * Runs the work soon.
   *
   * @throws RejectedExecutionException when too much waits already, or the machine has no thread to
   *     give
   */
  void execute(Runnable work) {
    ThreadPoolExecutor current = pool;
    try {
      current.execute(work);
    } catch (OutOfMemoryError e) {
      throw new RejectedExecutionException("no thread", e);
    } catch (RejectedExecutionException e) {
      if (!current.isShutdown()) {
        throw e;
      }
      pool.execute(work);
    }
  }

  /** Forgets work that has not begun. */
  void forget(Runnable work) {
    pool.remove(work);
  }

  /** Runs something short after the delay, unless that is cancelled: then nothing is kept of it. */
  Future<?> after(Duration delay, Runnable work) {
    return timer.schedule(work, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  QueueState state() {
    return new QueueState(name, pool.getQueue().size(), CAPACITY, -1, -1);
  }

  @Override
  public synchronized void close() {
    closed = true;
    timer.shutdownNow();
    pool.shutdownNow();
  }
}
