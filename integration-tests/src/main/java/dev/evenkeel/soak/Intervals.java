package dev.evenkeel.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A set of numbers that mostly follow each other, kept as intervals: millions of them take no more
 * memory than there are gaps. For one thread.
 */
final class Intervals {

  /** From here to there, both included. */
  record Interval(long first, long last) {

    long count() {
      return last - first + 1;
    }
  }

  // Mutable state: the last number of each interval by its first; neighbours are always merged
  private final TreeMap<Long, Long> lasts = new TreeMap<>();
  private long count;

  /** Adds a number, and tells whether it is new. */
  boolean add(long number) {
    Map.Entry<Long, Long> below = lasts.floorEntry(number);
    if (below != null && below.getValue() >= number) {
      return false;
    }
    long first = below != null && below.getValue() == number - 1 ? below.getKey() : number;
    Long last = lasts.remove(number + 1);
    lasts.put(first, last == null ? number : last);
    count++;
    return true;
  }

  boolean contains(long number) {
    Map.Entry<Long, Long> below = lasts.floorEntry(number);
    return below != null && below.getValue() >= number;
  }

  /** How many numbers. */
  long count() {
    return count;
  }

  /** The largest, or this when there is none. */
  long lastOr(long other) {
    return lasts.isEmpty() ? other : lasts.lastEntry().getValue();
  }

  List<Interval> list() {
    var list = new ArrayList<Interval>();
    lasts.forEach((first, last) -> list.add(new Interval(first, last)));
    return list;
  }

  /** Those between its numbers that it lacks. */
  Intervals gaps() {
    var gaps = new Intervals();
    long next = Long.MIN_VALUE;
    for (Interval each : list()) {
      if (next != Long.MIN_VALUE) {
        gaps.put(next, each.first() - 1);
      }
      next = each.last() + 1;
    }
    return gaps;
  }

  /** Those that are here and not there. */
  Intervals minus(Intervals other) {
    var left = new Intervals();
    for (Interval each : list()) {
      long from = each.first();
      Map.Entry<Long, Long> hole = other.lasts.floorEntry(from);
      if (hole == null || hole.getValue() < from) {
        hole = other.lasts.higherEntry(from);
      }
      while (hole != null && hole.getKey() <= each.last()) {
        left.put(from, hole.getKey() - 1);
        from = hole.getValue() + 1;
        hole = other.lasts.higherEntry(hole.getKey());
      }
      left.put(from, each.last());
    }
    return left;
  }

  private void put(long first, long last) {
    if (first <= last) {
      lasts.put(first, last);
      count += last - first + 1;
    }
  }

  Intervals copy() {
    var copy = new Intervals();
    copy.lasts.putAll(lasts);
    copy.count = count;
    return copy;
  }

  /** {@code 1-5, 7, 9-12 ...}: the first few. */
  @Override
  public String toString() {
    var text = new StringBuilder();
    int told = 0;
    for (Interval each : list()) {
      if (told++ == 5) {
        return text.append(" ...").toString();
      }
      text.append(told == 1 ? "" : ", ").append(each.first());
      if (each.count() > 1) {
        text.append('-').append(each.last());
      }
    }
    return text.toString();
  }
}
