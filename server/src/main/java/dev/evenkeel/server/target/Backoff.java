package dev.evenkeel.server.target;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses that grow: each up to twice as long as the one before, half of it by chance, so that slots
 * that were cut off together do not come back together.
 */
final class Backoff {

  private final Duration min;
  private final Duration max;
  private final RandomGenerator random;

  // Mutable state, owned by the slot's thread
  private Duration ceiling;

  Backoff(Duration min, Duration max, RandomGenerator random) {
    this.min = min;
    this.max = max;
    this.random = random;
    this.ceiling = min;
  }

  /** The next pause: between half and all of the ceiling, which then doubles up to the longest. */
  Duration next() {
    long nanos = ceiling.toNanos();
    ceiling = ceiling.compareTo(max.dividedBy(2)) > 0 ? max : ceiling.multipliedBy(2);
    return Duration.ofNanos(nanos / 2 + random.nextLong(nanos / 2 + 1));
  }

  /** Begins with the shortest pause again, because something went well. */
  void reset() {
    ceiling = min;
  }
}
