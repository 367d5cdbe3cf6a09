package dev.evenkeel.server.handler;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The threads that run extensions: as many as there are processors while calls are short, and more,
 * up to a limit, while calls block. A thread whose call is late is left to it, and takes no place
 * from the others. They are platform threads, because an endless loop on a virtual one would take
 * its carrier from everybody.
 */
final class Workers implements AutoCloseable {

  static final int MAX_THREADS = 64;

  /** So many threads may be left to late calls beside them: sixteen calls of twelve extensions. */
  static final int MAX_LEFT = 192;

  private static final int IDLE_SECONDS = 10;

  /** After so many looks without progress a thread is added: a busy machine is no blocked call. */
  private static final int PATIENCE = 3;

  /** After so many looks with progress at each a thread is one too many: 2 s. */
  private static final int LOOKS_TO_SHRINK = 100;

  private final int usual = Math.max(2, Runtime.getRuntime().availableProcessors());
  private final AtomicLong number = new AtomicLong();
  private final Consumer<Thread> made;

  // Mutable state; exchanged under this
  private volatile ThreadPoolExecutor pool;
  private boolean closed;

  // Mutable state, owned by the watch's thread
  private long progressBefore;
  private int looksWithoutProgress;
  private int looksWithProgress;

  Workers() {
    this(thread -> {});
  }

  /**
   * @param made is given each thread before it starts
   */
  Workers(Consumer<Thread> made) {
    this.made = made;
    this.pool = newPool();
  }

  /** Makes the threads of one pool. */
  private final class Maker implements ThreadFactory {
    @Override
    public Thread newThread(Runnable work) {
      var worker = new Worker(this, work, "handler-" + number.getAndIncrement());
      made.accept(worker);
      return worker;
    }
  }

  /** A thread that knows its pool by who made it. */
  private static final class Worker extends Thread {
    private final Maker maker;

    Worker(Maker maker, Runnable work, String name) {
      super(work, name);
      this.maker = maker;
      setDaemon(true);
    }
  }

  private ThreadPoolExecutor newPool() {
    return new ThreadPoolExecutor(
        usual, usual, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), new Maker());
  }

  void execute(Runnable work) {
    try {
      pool.execute(work);
    } catch (RejectedExecutionException e) {
      executeInNext(work);
    } catch (OutOfMemoryError e) {
      // The machine has no thread to give: those that are there do it, or the next that is made.
      pool.getQueue().add(work);
    }
  }

  private synchronized void executeInNext(Runnable work) {
    if (!closed) {
      pool.execute(work);
    }
  }

  /**
   * Lets all threads end after what they do now, and takes others: what an extension left in a
   * thread's own variables would keep its classes. What waits goes to the others, because calls may
   * never give the old threads back.
   */
  synchronized void renew() {
    if (!closed) {
      ThreadPoolExecutor old = pool;
      pool = newPool();
      old.shutdown();
      List<Runnable> waiting = new ArrayList<>();
      old.getQueue().drainTo(waiting);
      waiting.forEach(pool::execute);
    }
  }

  /**
   * Called again and again: one more thread when work waits and nothing was done for a while, one
   * less when something was done at each look for long, back to the usual number when nothing
   * waits.
   *
   * @param progress grows with what is done
   * @param late the threads whose calls are late now
   */
  void adapt(long progress, Collection<Thread> late) {
    ThreadPoolExecutor pool = this.pool;
    int left = leftOf(pool, late);
    boolean waits = !pool.getQueue().isEmpty();
    boolean stands = progress == progressBefore;
    looksWithoutProgress = waits && stands ? looksWithoutProgress + 1 : 0;
    looksWithProgress = stands ? 0 : looksWithProgress + 1;
    progressBefore = progress;
    int threads = pool.getCorePoolSize();
    int wanted = threads;
    if (looksWithoutProgress >= PATIENCE) {
      wanted = threads + 1;
    } else if (!waits && pool.getActiveCount() < usual + left) {
      wanted = usual + left;
    } else if (looksWithProgress >= LOOKS_TO_SHRINK) {
      looksWithProgress = 0;
      wanted = threads - 1;
    }
    resize(pool, Math.clamp(wanted, usual + left, MAX_THREADS + left));
  }

  /** How many threads of this pool are left to late calls, up to a limit. */
  private static int leftOf(ThreadPoolExecutor pool, Collection<Thread> late) {
    long left =
        late.stream()
            .filter(each -> each instanceof Worker own && own.maker.equals(pool.getThreadFactory()))
            .count();
    return (int) Math.min(left, MAX_LEFT);
  }

  /** The maximum goes with it: a thread that is only above the core stays while there is work. */
  private static void resize(ThreadPoolExecutor pool, int threads) {
    int before = pool.getCorePoolSize();
    if (threads > before) {
      pool.setMaximumPoolSize(threads);
      try {
        pool.setCorePoolSize(threads);
      } catch (OutOfMemoryError e) {
        pool.setCorePoolSize(before); // else each piece of work would ask for a thread, in vain
      }
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
