package dev.evenkeel.extension.testkit;

import org.jspecify.annotations.Nullable;

/** Knows whether a call into the extension is running, and on which thread. */
final class CallGuard {
  private volatile @Nullable Thread owner;

  void begin() {
    owner = Thread.currentThread();
  }

  void end() {
    owner = null;
  }

  boolean isInside() {
    return Thread.currentThread().equals(owner);
  }

  void requireInside(String what) {
    Thread current = owner;
    if (current == null) {
      throw new IllegalStateException(
          what
              + " outside a call: only processors, periodic tasks and eviction handlers may,"
              + " guards and filters may only read");
    }
    if (!current.equals(Thread.currentThread())) {
      throw new IllegalStateException(
          what + " on " + Thread.currentThread() + "; the call runs on " + current);
    }
  }
}
