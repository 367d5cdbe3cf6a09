package dev.evenkeel.server.extension;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long calls took, counted in classes that are at most an eighth wider than their lower bound,
 * from a microsecond to more than an hour. It has a fixed size.
 */
public final class CallTimes {

  private static final int PARTS = 8;
  private static final int PARTS_BITS = 3;
  private static final int CLASSES = 32 * PARTS;
  private static final double NANOS_IN_MILLI = 1e6;

  // Mutable state, lock-free
  private final AtomicLongArray counts = new AtomicLongArray(CLASSES);
  private final AtomicLong longest = new AtomicLong();

  /**
   * What it shows.
   *
   * @param p50Millis half of the calls took no longer, in milliseconds
   * @param p99Millis 99 of 100 calls took no longer
   * @param maxMillis the longest call
   */
  public record Summary(double p50Millis, double p99Millis, double maxMillis) {}

  void add(long nanos) {
    counts.incrementAndGet(classOf(nanos));
    if (nanos > longest.get()) {
      longest.accumulateAndGet(nanos, Math::max);
    }
  }

  /** The first classes are a microsecond wide, then each power of two has eight. */
  private static int classOf(long nanos) {
    long micros = Math.max(0, nanos / 1000);
    if (micros < PARTS) {
      return (int) micros;
    }
    int power = 63 - Long.numberOfLeadingZeros(micros);
    int part = (int) (micros >>> (power - PARTS_BITS)) & (PARTS - 1);
    return Math.min(CLASSES - 1, (power - PARTS_BITS + 1) * PARTS + part);
  }

  /** The upper bound of a class, in nanoseconds. */
  private static long upperBound(int each) {
    if (each < PARTS) {
      return 1000L * (each + 1);
    }
    int power = each / PARTS - 1 + PARTS_BITS;
    long part = each % PARTS + 1L;
    return 1000L * ((1L << power) + (part << (power - PARTS_BITS)));
  }

  Summary summary() {
    long[] now = new long[CLASSES];
    long all = 0;
    for (int i = 0; i < CLASSES; i++) {
      now[i] = counts.get(i);
      all += now[i];
    }
    return new Summary(
        quantile(now, all, 0.5), quantile(now, all, 0.99), longest.get() / NANOS_IN_MILLI);
  }

  private double quantile(long[] now, long all, double share) {
    long rank = (long) Math.ceil(share * all);
    long seen = 0;
    for (int i = 0; i < CLASSES && rank > 0; i++) {
      seen += now[i];
      if (seen >= rank) {
        return Math.min(upperBound(i), longest.get()) / NANOS_IN_MILLI;
      }
    }
    return 0;
  }
}
