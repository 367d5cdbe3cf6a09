package dev.evenkeel.server.hub.engineio;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts things by reason, of which there are few: past {@value #MAX} of them, by "other". */
final class Tally {

  private static final int MAX = 32;
  private static final String OTHER = "other";

  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

  void add(String reason) {
    LongAdder known = counts.get(reason);
    if (known == null) {
      String name = counts.size() < MAX ? reason : OTHER;
      known = counts.computeIfAbsent(name, any -> new LongAdder());
    }
    known.increment();
  }

  Map<String, Long> counts() {
    var sums = new TreeMap<String, Long>();
    counts.forEach((reason, count) -> sums.put(reason, count.sum()));
    return sums;
  }
}
