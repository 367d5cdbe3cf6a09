package dev.evenkeel.extension;

import java.time.Duration;

/**
 * How large and how old a {@link BoundedMap} may become.
 *
 * @param capacity the most entries, at least 1
 * @param maxAge how long after its last use an entry is kept
 * @param openMaxAge the same for a value that is {@link Open}
 */
public record Limits(int capacity, Duration maxAge, Duration openMaxAge) {

  /** 300 seconds after the last use. */
  public static final Duration DEFAULT_MAX_AGE = Duration.ofSeconds(300);

  /** Six hours: longer than tool calls and subagents run, shorter than a leak takes to matter. */
  public static final Duration DEFAULT_OPEN_MAX_AGE = Duration.ofHours(6);

  public Limits {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity is " + capacity + "; a map needs at least 1");
    }
    if (maxAge.isZero() || maxAge.isNegative()) {
      throw new IllegalArgumentException("maxAge is " + maxAge + "; it has to be positive");
    }
    if (openMaxAge.compareTo(maxAge) < 0) {
      throw new IllegalArgumentException(
          "openMaxAge is " + openMaxAge + ", less than maxAge, " + maxAge);
    }
  }

  /** A capacity, with the usual ages. */
  public static Limits capacity(int capacity) {
    return new Limits(capacity, DEFAULT_MAX_AGE, DEFAULT_OPEN_MAX_AGE);
  }

  /** The same with another age. */
  public Limits withMaxAge(Duration age) {
    return new Limits(capacity, age, openMaxAge.compareTo(age) < 0 ? age : openMaxAge);
  }

  /** The same with another capacity. */
  public Limits withCapacity(int entries) {
    return new Limits(entries, maxAge, openMaxAge);
  }
}
