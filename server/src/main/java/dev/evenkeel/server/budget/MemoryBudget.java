package dev.evenkeel.server.budget;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes that bodies in flight, queues and tails may take together. Whoever keeps a payload in
 * memory reserves its bytes first and releases them afterwards.
 */
public final class MemoryBudget {

  /** From here on the least valuable events are shed. */
  private static final double TIGHT = 0.9;

  /** Up to here is kept what can be had again: it alone never makes the server shed events. */
  private static final double SPARE = 0.75;

  private final long capacity;

  // Mutable state, lock-free
  private final AtomicLong used = new AtomicLong();

  /**
   * @param capacity in bytes, at least one megabyte
   */
  public MemoryBudget(long capacity) {
    if (capacity < 1 << 20) {
      throw new IllegalArgumentException(
          "evenkeel.memory-budget is " + capacity + " bytes; the server needs at least 1 MB");
    }
    this.capacity = capacity;
  }

  /** Takes the bytes, or takes none and returns false when they are not to be had. */
  public boolean reserve(long bytes) {
    return reserve(bytes, capacity);
  }

  /** Takes the bytes for something that can be had again elsewhere, so only while there is room. */
  public boolean reserveSpare(long bytes) {
    return reserve(bytes, (long) (capacity * SPARE));
  }

  /** Takes the bytes for clients that only listen, so only while nothing has to be shed for it. */
  public boolean reserveUnshed(long bytes) {
    return reserve(bytes, (long) (capacity * TIGHT));
  }

  private boolean reserve(long bytes, long limit) {
    checkNotNegative(bytes);
    long now = used.get();
    while (bytes <= limit - now) {
      if (used.compareAndSet(now, now + bytes)) {
        return true;
      }
      now = used.get();
    }
    return false;
  }

  /**
   * Gives bytes back.
   *
   * @throws IllegalStateException when so many are not reserved; then none are given back
   */
  public void release(long bytes) {
    checkNotNegative(bytes);
    long now = used.get();
    while (bytes <= now) {
      if (used.compareAndSet(now, now - bytes)) {
        return;
      }
      now = used.get();
    }
    throw new IllegalStateException(
        "released " + bytes + " bytes of the memory budget while " + now + " were reserved");
  }

  private static void checkNotNegative(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException(bytes + " bytes; a number of bytes is not negative");
    }
  }

  /** Whether it is time to shed. */
  public boolean isTight() {
    return used.get() > capacity * TIGHT;
  }

  /** How many bytes are in use. */
  public long used() {
    return used.get();
  }

  /** How many bytes there are. */
  public long capacity() {
    return capacity;
  }
}
