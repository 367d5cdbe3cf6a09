package dev.evenkeel.server.handler;

import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.extension.CallScope;
import dev.evenkeel.server.extension.Permit;
import dev.evenkeel.server.extension.RunningExtension;
import dev.evenkeel.server.log.StateChange;
import java.lang.management.ThreadMXBean;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One call of an extension, which counts as a whole or not at all. Whoever is first decides: the
 * thread of the call by returning, or the watch when the deadline has passed.
 */
final class Call {

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
  private final Permit permit;
  private final String what;
  private final long deadlineNanos;
  private final CallScope scope = new CallScope();
  private final Thread thread = Thread.currentThread();
  private final long startNanos = System.nanoTime();
  private final @Nullable Runnable goOnWithout;
  final CallEmission emission;

  // Mutable state, guarded by this
  private State state = State.RUNNING;

  // Mutable state, owned by the thread of the call
  private List<StateChange> changes = List.of();

  // Mutable state, owned by the watch's thread
  private long firstCpu = -1;

  /**
   * @param deadlineNanos when the call is late, by {@link System#nanoTime}
   * @param goOnWithout what the watch does when it is late, or null
   */
  Call(
      RunningExtension extension,
      Permit permit,
      String what,
      @Nullable HookEvent event,
      long deadlineNanos,
      @Nullable Runnable goOnWithout) {
    this.extension = extension;
    this.permit = permit;
    this.what = what;
    this.deadlineNanos = deadlineNanos;
    this.goOnWithout = goOnWithout;
    this.emission = new CallEmission(event, extension.json());
  }

  Outcome run(CallScope.Body body) {
    extension.called();
    Throwable failure = null;
    try {
      extension.call(
          () -> {
            scope.run(body);
            return null;
          });
    } catch (Throwable e) {
      failure = e;
    }
    long nanos = System.nanoTime() - startNanos;
    boolean inTime = returned();
    if (!inTime) {
      extension.lateCallReturned(nanos);
      return Outcome.TOO_LATE;
    }
    if (failure == null) {
      failure = apply();
    }
    if (failure != null) {
      extension.failed(permit, what, failure, nanos);
      return Outcome.FAILED;
    }
    extension.succeeded(permit, nanos);
    return Outcome.DONE;
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

  /** Makes the changes in bounded maps count. Returns what an entry of the extension's throws. */
  private @Nullable Throwable apply() {
    try {
      changes = scope.apply();
      return null;
    } catch (RuntimeException | Error e) {
      return e;
    }
  }

  /** The changes in bounded maps that count. */
  List<StateChange> changes() {
    return changes;
  }

  /**
   * Called by the watch: interrupts the call if it is late, and goes on without it.
   *
   * @param longest what it may take at the most now, in nanoseconds, before its deadline, too
   * @return whether it is late
   */
  boolean checkDeadline(long now, long longest) {
    synchronized (this) {
      if (state != State.RUNNING || (now - deadlineNanos < 0 && age(now) < longest)) {
        return state == State.LATE;
      }
      state = State.LATE;
      extension.callIsLate(permit, what);
      thread.interrupt();
    }
    if (goOnWithout != null) {
      goOnWithout.run();
    }
    return true;
  }

  Thread thread() {
    return thread;
  }

  RunningExtension extension() {
    return extension;
  }

  /** How long it runs, in nanoseconds. */
  long age(long now) {
    return now - startNanos;
  }

  /** The processor's time that it took since this was first asked, in nanoseconds. */
  long busyNanos(ThreadMXBean threads) {
    long cpu = threads.getThreadCpuTime(thread.threadId());
    if (firstCpu < 0) {
      firstCpu = cpu;
    }
    return cpu - firstCpu;
  }
}
