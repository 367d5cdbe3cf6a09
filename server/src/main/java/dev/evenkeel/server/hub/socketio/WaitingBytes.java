package dev.evenkeel.server.hub.socketio;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The attachments of all clients together whose packets are not whole yet: what each client may
 * hold is bounded by itself, and many clients would be too much.
 */
final class WaitingBytes {

  private final long limit;

  // Mutable state, lock-free
  private final AtomicLong used = new AtomicLong();

  /**
   * @param limit in bytes
   */
  WaitingBytes(long limit) {
    this.limit = limit;
  }

  /** Takes the bytes, or takes none and returns false when they are not to be had. */
  boolean take(long bytes) {
    long now = used.get();
    while (bytes <= limit - now) {
      if (used.compareAndSet(now, now + bytes)) {
        return true;
      }
      now = used.get();
    }
    return false;
  }

  /** Gives bytes back that were taken. */
  void giveBack(long bytes) {
    used.addAndGet(-bytes);
  }
}
