package dev.evenkeel.soak;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * When the next event is due: at a steady rate for all agents together, and not while a receiver is
 * too far behind, because retention would overtake it. Thread-safe.
 */
final class Pace {

  private static final long NAP = TimeUnit.MILLISECONDS.toNanos(5);

  private final long nanosBetween;
  private final AtomicLong due;
  private final AtomicLong heldNanos = new AtomicLong();
  private volatile boolean held;
  private volatile boolean resting;
  private volatile boolean over;

  /**
   * From now on.
   *
   * @param perSecond the rate
   */
  Pace(int perSecond) {
    this.nanosBetween = TimeUnit.SECONDS.toNanos(1) / perSecond;
    this.due = new AtomicLong(System.nanoTime());
  }

  /**
   * Waits until an event is due. Who was late does not make up for it: the rate is never exceeded.
   *
   * @return whether there is one; false when the run is over
   */
  boolean await() {
    long mine = due.getAndUpdate(last -> Math.max(last, System.nanoTime() - NAP) + nanosBetween);
    while (!over) {
      long left = mine - System.nanoTime();
      boolean stopped = held || resting;
      if (left <= 0 && !stopped) {
        return true;
      }
      LockSupport.parkNanos(stopped ? NAP : left);
    }
    return false;
  }

  /** Holds the agents, or lets them go on. */
  void hold(boolean hold, long nanosSinceLast) {
    if (held) {
      heldNanos.addAndGet(nanosSinceLast);
    }
    held = hold;
  }

  /** Whether agents are held now. */
  boolean isHeld() {
    return held;
  }

  /** Lets no event go, or goes on: for a look at what stays when nothing is under way. */
  void rest(boolean rest) {
    resting = rest;
  }

  /** How long agents were held, in all. */
  long heldMillis() {
    return TimeUnit.NANOSECONDS.toMillis(heldNanos.get());
  }

  void end() {
    over = true;
  }

  boolean isOver() {
    return over;
  }
}
