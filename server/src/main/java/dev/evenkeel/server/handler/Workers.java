package dev.evenkeel.server.handler;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
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

  /** After so many looks without progress a thread is added: a busy machine is no blocked call. */
  private static final int PATIENCE = 3;

  /** After so many looks with progress at each a thread is one too many: 2 s. */
  private static final int LOOKS_TO_SHRINK = 100;

  private final int usual = Math.max(2, Runtime.getRuntime().availableProcessors());
  private final ThreadFactory threads = Thread.ofPlatform().name("handler-", 0).daemon().factory();

  // Mutable state; exchanged under this
  private volatile ThreadPoolExecutor pool = newPool();
  private boolean closed;

  // Mutable state, owned by the watch's thread
  private long progressBefore;
  private int looksWithoutProgress;
  private int looksWithProgress;

  private ThreadPoolExecutor newPool() {
    return new ThreadPoolExecutor(
        usual, usual, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
  }

  void execute(Runnable work) {
    try {
      pool.execute(work);
    } catch (RejectedExecutionException e) {
      executeInNext(work);
    }
  }

  private synchronized void executeInNext(Runnable work) {
    if (!closed) {
      pool.execute(work);
    }
  }

  /**
   * Lets all threads end after what they do now, and takes others: what an extension left in a
   * thread's own variables would keep its classes.
   */
  synchronized void renew() {
    if (!closed) {
      ThreadPoolExecutor old = pool;
      pool = newPool();
      old.shutdown();
    }
  }

  /**
   * Called again and again: one more thread when work waits and nothing was done for a while, one
   * less when something was done at each look for long, back to the usual number when nothing
   * waits.
   *
   * @param progress grows with what is done
   */
  void adapt(long progress) {
    ThreadPoolExecutor pool = this.pool;
    boolean waits = !pool.getQueue().isEmpty();
    boolean stands = progress == progressBefore;
    looksWithoutProgress = waits && stands ? looksWithoutProgress + 1 : 0;
    looksWithProgress = stands ? 0 : looksWithProgress + 1;
    progressBefore = progress;
    int threads = pool.getCorePoolSize();
    if (looksWithoutProgress >= PATIENCE) {
      resize(pool, threads + 1);
    } else if (!waits && pool.getActiveCount() < usual) {
      resize(pool, usual);
    } else if (looksWithProgress >= LOOKS_TO_SHRINK) {
      looksWithProgress = 0;
      resize(pool, threads - 1);
    }
  }

  /** The maximum goes with it: a thread that is only above the core stays while there is work. */
  private void resize(ThreadPoolExecutor pool, int wanted) {
    int threads = Math.clamp(wanted, usual, MAX_THREADS);
    if (threads > pool.getCorePoolSize()) {
      pool.setMaximumPoolSize(threads);
      pool.setCorePoolSize(threads);
    } else if (threads < pool.getCorePoolSize()) {
      pool.setCorePoolSize(threads);
      pool.setMaximumPoolSize(threads);
    }
  }

  int size() {
    return pool.getPoolSize();
  }

  @Override
  public synchronized void close() {
    closed = true;
    pool.shutdownNow();
  }
}
