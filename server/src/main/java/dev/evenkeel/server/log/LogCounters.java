package dev.evenkeel.server.log;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What the log has done since the server started. */
final class LogCounters {

  /** More reasons than this are counted together: a reason with an id in it must not grow a map. */
  private static final int MAX_REASONS = 100;

  /** A longer reason is counted by its beginning: it is a label in the metrics. */
  private static final int MAX_LENGTH = 100;

  private static final String OTHER = "other";

  final LongAdder published = new LongAdder();
  final LongAdder unlogged = new LongAdder();
  final LongAdder removed = new LongAdder();
  private final Map<String, LongAdder> dropped = new ConcurrentHashMap<>();

  void dropped(String reason, long count) {
    String label = reason.length() > MAX_LENGTH ? reason.substring(0, MAX_LENGTH) : reason;
    String name = dropped.containsKey(label) || dropped.size() < MAX_REASONS ? label : OTHER;
    dropped.computeIfAbsent(name, each -> new LongAdder()).add(count);
  }

  Map<String, Long> dropped() {
    var sums = new TreeMap<String, Long>();
    dropped.forEach((reason, count) -> sums.put(reason, count.sum()));
    return sums;
  }
}
