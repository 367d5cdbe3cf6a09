package dev.evenkeel.server.log;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Remembers which published events are gone for good, so that a reader that comes late is told how
 * many it missed. It knows the last {@value #REMEMBERED} in full; of older ones only how many they
 * were.
 */
final class Gone {

  private static final int REMEMBERED = 1 << 20;

  /**
   * Events with consecutive ids.
   *
   * @param first the id of the first
   * @param lanes the lane of each
   */
  record Run(long first, byte[] lanes) {

    long last() {
      return first + lanes.length - 1;
    }

    long countBetween(long after, long upTo, Lanes wanted) {
      int from = Math.clamp(after + 1 - first, 0, lanes.length);
      int to = Math.clamp(upTo + 1 - first, 0, lanes.length);
      if (wanted.slots() == 1) {
        return Math.max(0, to - from);
      }
      long count = 0;
      for (int i = from; i < to; i++) {
        if (wanted.include(lanes[i] & 0xff)) {
          count++;
        }
      }
      return count;
    }
  }

  // Mutable state, guarded by this
  private final Deque<Run> runs = new ArrayDeque<>();
  private int remembered;

  synchronized void add(Run run) {
    if (run.lanes().length == 0) {
      return;
    }
    runs.addLast(run);
    remembered += run.lanes().length;
    while (remembered > REMEMBERED && runs.size() > 1) {
      remembered -= runs.removeFirst().lanes().length;
    }
  }

  /** The id before which runs are no longer remembered. */
  synchronized long oldest() {
    return runs.isEmpty() ? 0 : runs.getFirst().first();
  }

  /** The highest id that is gone, or 0. */
  synchronized long newest() {
    return runs.isEmpty() ? 0 : runs.getLast().last();
  }

  /** How many events of these lanes are gone with an id above the first and up to the second. */
  synchronized long countBetween(long after, long upTo, Lanes lanes) {
    if (runs.isEmpty() || runs.getLast().last() <= after) {
      return 0;
    }
    long count = 0;
    for (Run run : runs) {
      if (run.last() > after && run.first() <= upTo) {
        count += run.countBetween(after, upTo, lanes);
      }
    }
    return count;
  }

  synchronized int size() {
    return remembered;
  }
}
