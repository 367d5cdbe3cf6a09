package dev.evenkeel.server.extension;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A thread on which an extension is made, starts or stops, so that it holds up nobody for long. */
final class LifeThread {

  /** After its work a thread ends at once. */
  private static final Duration END = Duration.ofSeconds(1);

  private LifeThread() {}

  /**
   * Runs the work on a thread of its own.
   *
   * @param what for people, and the thread's name: {@code start of tools}
   * @throws RefusedException when it throws, or does not return in time: then it is interrupted and
   *     left alone
   */
  static <T extends @Nullable Object> T run(
      String what, ClassLoader context, Duration deadline, Callable<T> work)
      throws RefusedException {
    var result = new CompletableFuture<T>();
    Thread thread =
        Thread.ofPlatform()
            .name(what)
            .daemon()
            .unstarted(
                () -> {
                  try {
                    result.complete(work.call());
                  } catch (Throwable e) {
                    result.completeExceptionally(e);
                  }
                });
    thread.setContextClassLoader(context);
    thread.start();
    try {
      T done = result.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
      thread.join(END);
      return done;
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new RefusedException(Reason.of(cause), cause);
    } catch (TimeoutException e) {
      StackTraceElement[] at = thread.getStackTrace();
      thread.interrupt();
      throw new RefusedException(
          "it does not return within "
              + deadline.toSeconds()
              + " s"
              + (at.length == 0 ? "" : ", it is at " + at[0])
              + ". What takes long belongs on a thread of its own, or into a periodic task",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RefusedException("the server was interrupted meanwhile", e);
    }
  }
}
