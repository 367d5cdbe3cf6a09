package dev.evenkeel.server.extension;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

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
  private @Nullable Permit trial;

  /** What calls get while it is closed, another one each time; null while it is open. */
  private volatile @Nullable Permit closed = new Permit();

  Breaker(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Lets a call be made now, or returns null. Who gets a permit makes one, and says how it went.
   */
  @Nullable Permit admit() {
    Permit permit = closed;
    return permit == null ? admitTrial() : permit;
  }

  private synchronized @Nullable Permit admitTrial() {
    if (closed != null) {
      return closed;
    }
    if (trial != null || nanoTime.getAsLong() - retryAt < 0) {
      return null;
    }
    trial = new Permit();
    return trial;
  }

  /**
   * Takes down how a call went. One that began before it last opened or closed may still end, and
   * says nothing about now.
   *
   * @return whether that opened or closed it
   */
  synchronized boolean record(Permit permit, Result result) {
    if (permit.equals(trial)) {
      return recordTrial(result);
    }
    if (!permit.equals(closed)) {
      return false;
    }
    if (last.size() == LAST_CALLS) {
      count(last.removeFirst(), -1);
    }
    last.addLast(result);
    count(result, 1);
    if (failures >= FAILURES || lateCalls >= LATE_CALLS) {
      closed = null;
      retryAt = nanoTime.getAsLong() + wait;
      return true;
    }
    return false;
  }

  private boolean recordTrial(Result result) {
    trial = null;
    if (result == Result.GOOD) {
      closed = new Permit();
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
    return closed == null;
  }

  /** How long it stays open before the next trial. */
  synchronized Duration waits() {
    return Duration.ofNanos(wait);
  }
}
