package dev.evenkeel.soak.fault;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for conditions, with an end. */
final class Waiting {

  private static final Duration STEP = Duration.ofMillis(20);

  private Waiting() {}

  /**
   * Waits until something is true.
   *
   * @throws IllegalStateException when it is not after so long
   * @throws Exception what the condition throws
   */
  static void until(Duration longest, String what, Callable<Boolean> condition) throws Exception {
    if (!happens(longest, condition)) {
      throw new IllegalStateException("after " + longest.toSeconds() + " s still not: " + what);
    }
  }

  /**
   * Whether something becomes true within a time.
   *
   * @throws Exception what the condition throws
   */
  static boolean happens(Duration longest, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + longest.toNanos();
    while (!condition.call()) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (System.nanoTime() > end) {
        return false;
      }
      LockSupport.parkNanos(STEP.toNanos());
    }
    return true;
  }

  /** Lets so much time pass, for a fault that lasts. */
  static void lasting(Duration time) throws Exception {
    boolean _ = happens(time, () -> false);
  }
}
