package dev.evenkeel.soak;

import java.util.List;

/**
 * What is missing between the ids that a receiver got. A server gives ids one after the other; at
 * each start it goes on from the time, 1,024 ids for a millisecond, so that there is a jump.
 */
final class Completeness {

  /** No gap that comes from a loss is so long, and no jump so short: the ids of 200 ms. */
  private static final long JUMP = 200 * 1_024L;

  private Completeness() {}

  /** Ids that must have been published and did not come. */
  static long lostIds(Intervals ids) {
    return lostIds(ids, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  /** Those of them from here to there. */
  static long lostIds(Intervals ids, long from, long to) {
    return gaps(ids).stream()
        .filter(gap -> gap.count() < JUMP)
        .mapToLong(gap -> Math.min(gap.last(), to) - Math.max(gap.first(), from) + 1)
        .filter(count -> count > 0)
        .sum();
  }

  /** How often the server began anew. */
  static int jumps(Intervals ids) {
    return (int) gaps(ids).stream().filter(gap -> gap.count() >= JUMP).count();
  }

  /** How many ids came since the last jump. */
  static long sinceLastJump(Intervals ids) {
    long count = 0;
    Intervals.Interval before = null;
    for (Intervals.Interval each : ids.list()) {
      if (before != null && each.first() - before.last() > JUMP) {
        count = 0;
      }
      count += each.count();
      before = each;
    }
    return count;
  }

  private static List<Intervals.Interval> gaps(Intervals ids) {
    return ids.gaps().list();
  }
}
