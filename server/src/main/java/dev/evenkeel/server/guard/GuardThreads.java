package dev.evenkeel.server.guard;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.evenkeel.server.budget.QueueState;
import dev.evenkeel.server.extension.RunningExtension;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that guards run on: a few for each extension, so that one that blocks takes none from
 * the others. They are platform threads: an endless loop on a virtual one would take its carrier
 * from everybody. Idle ones end.
 */
final class GuardThreads implements AutoCloseable {

  static final int THREADS = 4;
  static final int CAPACITY = 256;
  private static final int IDLE_SECONDS = 10;

  /** By extension; forgotten with it. */
  private final Cache<RunningExtension, ThreadPoolExecutor> pools =
      Caffeine.newBuilder().weakKeys().executor(Runnable::run).build();

  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().name("guard-timer").daemon().factory());

  // Mutable state; any thread
  private volatile boolean closed;

  GuardThreads() {
    timer.setRemoveOnCancelPolicy(true);
  }

  /**
   * Runs a call of the extension soon.
   *
   * @throws RejectedExecutionException when too many wait already, or after the end
   */
  void execute(RunningExtension extension, Runnable call) {
    if (closed) {
      throw new RejectedExecutionException("the server stops");
    }
    pools.get(extension, GuardThreads::pool).execute(call);
  }

  private static ThreadPoolExecutor pool(RunningExtension extension) {
    var pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(CAPACITY),
            Thread.ofPlatform().name("guard-" + extension.name() + '-', 0).daemon().factory());
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** Forgets a call that has not begun. */
  void forget(RunningExtension extension, Runnable call) {
    ThreadPoolExecutor pool = pools.getIfPresent(extension);
    if (pool != null) {
      pool.remove(call);
    }
  }

  /** Runs something short after the delay, unless that is cancelled: then nothing is kept of it. */
  Future<?> after(Duration delay, Runnable work) {
    return timer.schedule(work, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** What waits, by extension. */
  List<QueueState> states() {
    return pools.asMap().entrySet().stream()
        .map(
            each ->
                new QueueState(
                    "guard-" + each.getKey().name(),
                    each.getValue().getQueue().size(),
                    CAPACITY,
                    -1,
                    -1))
        .toList();
  }

  @Override
  public void close() {
    closed = true;
    timer.shutdownNow();
    pools.asMap().values().forEach(ThreadPoolExecutor::shutdownNow);
  }
}
