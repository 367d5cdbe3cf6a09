package dev.evenkeel.server.handler;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that run extensions: as many as there are processors while calls are short, and more,
 * up to a limit, while calls block. They are platform threads, because an endless loop on a virtual
 * one would take its carrier from everybody.
 */
final class Workers implements AutoCloseable {

  private static final int MAX_THREADS = 64;
  private static final int IDLE_SECONDS = 10;

  private final int usual = Math.max(2, Runtime.getRuntime().availableProcessors());
  private final ThreadPoolExecutor pool =
      new ThreadPoolExecutor(
          usual,
          MAX_THREADS,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          Thread.ofPlatform().name("handler-", 0).daemon().factory());

  // Mutable state, owned by the watch's thread
  private long completedBefore;

  void execute(Runnable work) {
    pool.execute(work);
  }

  /**
   * Called again and again: one more thread when work waits and none was completed since the last
   * time, back to the usual number when nothing waits.
   */
  void adapt() {
    long completed = pool.getCompletedTaskCount();
    boolean waits = !pool.getQueue().isEmpty();
    if (waits && completed == completedBefore && pool.getCorePoolSize() < MAX_THREADS) {
      pool.setCorePoolSize(pool.getCorePoolSize() + 1);
    } else if (!waits && pool.getCorePoolSize() > usual && pool.getActiveCount() < usual) {
      pool.setCorePoolSize(usual);
    }
    completedBefore = completed;
  }

  int size() {
    return pool.getPoolSize();
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
