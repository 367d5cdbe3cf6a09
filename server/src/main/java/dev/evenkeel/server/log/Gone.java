package dev.evenkeel.server.log;

import dev.evenkeel.server.budget.QueueState;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Remembers which published events are gone for good, so that a reader that comes late is told how
 * many it missed. It knows the {@value #REMEMBERED} with the highest ids, and nothing of those
 * below.
 */
final class Gone {

  private static final int REMEMBERED = 1 << 20;

  /** Neighbours become one run up to this length: events often go one by one. */
  private static final int JOINED = 1024;

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

    boolean isFollowedBy(Run next) {
      return last() + 1 == next.first && lanes.length + next.lanes.length <= JOINED;
    }

    Run and(Run next) {
      byte[] all = Arrays.copyOf(lanes, lanes.length + next.lanes.length);
      System.arraycopy(next.lanes, 0, all, lanes.length, next.lanes.length);
      return new Run(first, all);
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
  private final NavigableMap<Long, Run> runs = new TreeMap<>();
  private int remembered;

  /** What is about to go: already counted, and not yet known to be gone. */
  private List<Run> leaving = List.of();

  /** These are about to go: who reads now may meet them or not. */
  synchronized void leaving(List<Run> runs) {
    leaving = List.copyOf(runs);
  }

  /** Those that were about to go are gone. */
  synchronized void left() {
    leaving.forEach(this::add);
    leaving = List.of();
  }

  /** Those that were about to go are still there. */
  synchronized void stay() {
    leaving = List.of();
  }

  /** Adds events that went; they may lie below others that went before. */
  synchronized void add(Run run) {
    if (run.lanes().length == 0) {
      return;
    }
    remembered += run.lanes().length;
    Run joined = run;
    Map.Entry<Long, Run> before = runs.lowerEntry(run.first());
    if (before != null && before.getValue().isFollowedBy(joined)) {
      joined = before.getValue().and(joined);
    }
    Map.Entry<Long, Run> behind = runs.higherEntry(run.first());
    if (behind != null && joined.isFollowedBy(behind.getValue())) {
      joined = joined.and(behind.getValue());
      runs.remove(behind.getKey());
    }
    runs.put(joined.first(), joined);
    while (remembered > REMEMBERED && runs.size() > 1) {
      remembered -= runs.pollFirstEntry().getValue().lanes().length;
    }
  }

  /** The id before which runs are no longer remembered. */
  synchronized long oldest() {
    return runs.isEmpty() ? 0 : runs.firstKey();
  }

  /** The highest id that is gone, or 0. */
  synchronized long newest() {
    return runs.isEmpty() ? 0 : runs.lastEntry().getValue().last();
  }

  /** How many events of these lanes are gone with an id above the first and up to the second. */
  synchronized long countBetween(long after, long upTo, Lanes lanes) {
    Long reachesIn = runs.floorKey(after);
    long count = 0;
    for (Run run : runs.tailMap(reachesIn == null ? after : reachesIn, true).values()) {
      if (run.first() > upTo) {
        break;
      }
      count += run.countBetween(after, upTo, lanes);
    }
    for (Run run : leaving) {
      count += run.countBetween(after, upTo, lanes);
    }
    return count;
  }

  /**
   * The same, without those that were read before they went.
   *
   * @param read events of these lanes from between the two places
   */
  synchronized long countMissed(long after, long upTo, Lanes lanes, List<PublishedEvent> read) {
    long count = countBetween(after, upTo, lanes);
    if (count == 0) {
      return 0;
    }
    for (PublishedEvent event : read) {
      count -= countBetween(event.id() - 1, event.id(), Lanes.ALL);
    }
    return count;
  }

  /** All that is remembered, in the order of the ids. */
  synchronized List<Run> runs() {
    return List.copyOf(runs.values());
  }

  synchronized int size() {
    return remembered;
  }

  /** How much it remembers; a byte for each, beside what a run takes. */
  synchronized QueueState state() {
    return new QueueState("log-gone", remembered, REMEMBERED, remembered, REMEMBERED);
  }
}
