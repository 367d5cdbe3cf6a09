package dev.evenkeel.extensions.gitbranch;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Looks folders up on threads of its own, because a file system may hang: a session waits for a
 * moment and goes on without an answer. Nothing waits in a queue behind a lookup that hangs.
 */
final class Lookups implements AutoCloseable {

  /** Far more than a few small files take, and little for an event. */
  static final Duration PATIENCE = Duration.ofMillis(200);

  /** As many may hang before further lookups are given up at once. */
  static final int MOST_AT_ONCE = 4;

  /**
   * What came of a lookup.
   *
   * @param branch the branch, or null where there is none
   * @param tried whether it was looked up; it was not where all threads are taken
   */
  record Finding(@Nullable String branch, boolean tried) {}

  private final Function<String, Optional<String>> lookup;
  private final Duration patience;
  private final ThreadPoolExecutor threads;

  Lookups(Function<String, Optional<String>> lookup, Duration patience) {
    this.lookup = lookup;
    this.patience = patience;
    this.threads =
        new ThreadPoolExecutor(
            0,
            MOST_AT_ONCE,
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().name("git-branch-", 1).daemon().factory());
  }

  /**
   * What is found in time. A folder whose lookup is late has no branch: it is not to be tried with
   * every event.
   *
   * @throws InterruptedException when the waiting thread is interrupted
   */
  Finding find(String folder) throws InterruptedException {
    Future<Optional<String>> found;
    try {
      found = threads.submit(() -> lookup.apply(folder));
    } catch (RejectedExecutionException e) {
      return new Finding(null, false);
    }
    try {
      Optional<String> branch = found.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return new Finding(branch.orElse(null), true);
    } catch (TimeoutException e) {
      found.cancel(true);
      return new Finding(null, true);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the lookup of " + folder + " failed", e.getCause());
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
