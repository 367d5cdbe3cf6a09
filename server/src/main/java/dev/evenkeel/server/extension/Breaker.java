package dev.evenkeel.server.extension;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/**
 * Keeps the server from calling an extension that fails again and again: it opens, waits, lets one
 * call try, and closes when that succeeds. Each trial that fails doubles the wait.
 */
final class Breaker {

  /** How many of the last calls are looked at. */
  static final int LAST_CALLS = 20;

  /** So many failures among them open it. */
  static final int FAILURES = 10;

  /** So many late calls among them open it: each holds back a session for a deadline. */
  static final int LATE_CALLS = 3;

  static final Duration FIRST_WAIT = Duration.ofSeconds(5);
  static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

  /** How a call went. */
  enum Result {
    GOOD,
    FAILED,
    LATE
  }

  private final LongSupplier nanoTime;

  // Mutable state, guarded by this
  private final Deque<Result> last = new ArrayDeque<>(LAST_CALLS);
  private int failures;
  private int lateCalls;
  private long wait = FIRST_WAIT.toNanos();
  private long retryAt;
  private boolean trying;
  private volatile boolean open;

  Breaker(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Whether a call may be made now. Who gets true makes one, and says how it went. */
  boolean admits() {
    return !open || admitsTrial();
  }

  private synchronized boolean admitsTrial() {
    if (!open) {
      return true;
    }
    if (trying || nanoTime.getAsLong() - retryAt < 0) {
      return false;
    }
    trying = true;
    return true;
  }

  /**
   * Takes down how a call went.
   *
   * @return whether that opened or closed it
   */
  synchronized boolean record(Result result) {
    if (open) {
      return recordTrial(result);
    }
    if (last.size() == LAST_CALLS) {
      count(last.removeFirst(), -1);
    }
    last.addLast(result);
    count(result, 1);
    if (failures >= FAILURES || lateCalls >= LATE_CALLS) {
      open = true;
      retryAt = nanoTime.getAsLong() + wait;
      return true;
    }
    return false;
  }

  /** Calls that began before it opened may still end: only a trial decides. */
  private boolean recordTrial(Result result) {
    if (!trying) {
      return false;
    }
    trying = false;
    if (result == Result.GOOD) {
      open = false;
      wait = FIRST_WAIT.toNanos();
      last.clear();
      failures = 0;
      lateCalls = 0;
      return true;
    }
    wait = Math.min(2 * wait, LONGEST_WAIT.toNanos());
    retryAt = nanoTime.getAsLong() + wait;
    return false;
  }

  private void count(Result result, int change) {
    switch (result) {
      case GOOD -> {}
      case FAILED -> failures += change;
      case LATE -> lateCalls += change;
    }
  }

  boolean isOpen() {
    return open;
  }

  /** How long it stays open before the next trial. */
  synchronized Duration waits() {
    return Duration.ofNanos(wait);
  }
}
