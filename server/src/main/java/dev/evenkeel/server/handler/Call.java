package dev.evenkeel.server.handler;

import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.extension.CallScope;
import dev.evenkeel.server.extension.RunningExtension;
import dev.evenkeel.server.log.StateChange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One call of an extension, which counts as a whole or not at all. Whoever is first decides: the
 * thread of the call by returning, or the watch when the deadline has passed.
 */
final class Call {

  private static final System.Logger LOG = System.getLogger(Call.class.getName());

  private enum State {
    RUNNING,
    RETURNED,
    LATE
  }

  /** How it went. */
  enum Outcome {
    DONE,
    FAILED,
    /** Somebody else goes on with the lane: this thread has nothing more to do there. */
    TOO_LATE
  }

  private final RunningExtension extension;
  private final String what;
  private final long deadlineNanos;
  private final CallScope scope = new CallScope();
  private final Thread thread = Thread.currentThread();
  private final @Nullable Runnable goOnWithout;
  final CallEmission emission;

  // Mutable state, guarded by this
  private State state = State.RUNNING;

  /**
   * @param deadlineNanos when the call is late, by {@link System#nanoTime}
   * @param goOnWithout what the watch does when it is late, or null
   */
  Call(
      RunningExtension extension,
      String what,
      @Nullable HookEvent event,
      long deadlineNanos,
      @Nullable Runnable goOnWithout) {
    this.extension = extension;
    this.what = what;
    this.deadlineNanos = deadlineNanos;
    this.goOnWithout = goOnWithout;
    this.emission = new CallEmission(event);
  }

  Outcome run(CallScope.Body body) {
    extension.called();
    Throwable failure = null;
    try {
      scope.run(body);
    } catch (InterruptedException e) {
      failure = e;
    } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
      failure = e;
    }
    boolean inTime = returned();
    if (!inTime) {
      extension.lateCallReturned();
      return Outcome.TOO_LATE;
    }
    if (failure != null) {
      failed(failure);
      return Outcome.FAILED;
    }
    return Outcome.DONE;
  }

  /** Counts and logs that this call does not count. */
  void failed(Throwable failure) {
    extension.failed();
    LOG.log(
        System.Logger.Level.WARNING,
        "The extension " + extension.name() + " failed on " + what,
        failure);
  }

  private synchronized boolean returned() {
    boolean inTime = state == State.RUNNING;
    if (inTime) {
      state = State.RETURNED;
    }
    // An interrupt that came at the last moment is not for what this thread does next.
    boolean _ = Thread.interrupted();
    return inTime;
  }

  /**
   * The changes in bounded maps, made to count.
   *
   * @throws IllegalArgumentException when they cannot be written
   */
  List<StateChange> apply() {
    return scope.apply();
  }

  /** Called by the watch: interrupts the call if it is late, and goes on without it. */
  void checkDeadline(long now) {
    synchronized (this) {
      if (state != State.RUNNING || now - deadlineNanos < 0) {
        return;
      }
      state = State.LATE;
      extension.callIsLate();
      extension.failed();
      thread.interrupt();
    }
    LOG.log(
        System.Logger.Level.WARNING,
        "The extension {0} is late on {1} and was interrupted; the event goes on without it.",
        extension.name(),
        what);
    if (goOnWithout != null) {
      goOnWithout.run();
    }
  }
}
