package dev.evenkeel.server.target;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells one sleeper to look again. A ring while it is awake is remembered, so it never sleeps
 * through one.
 */
final class Bell {

  /** Longer than anybody waits, and short enough to be added to a time. */
  static final Duration FOREVER = Duration.ofDays(365);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Mutable state, guarded by the lock
  private boolean rung;

  void ring() {
    lock.lock();
    try {
      if (!rung) {
        rung = true;
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a ring since the last call. */
  void await() throws InterruptedException {
    lock.lock();
    try {
      while (!rung) {
        changed.await();
      }
      rung = false;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a ring since the last call, at most so long. */
  void await(long nanos) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (!rung && left > 0) {
        left = changed.awaitNanos(left);
      }
      rung = false;
    } finally {
      lock.unlock();
    }
  }
}
