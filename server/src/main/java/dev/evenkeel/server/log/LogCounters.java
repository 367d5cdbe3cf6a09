package dev.evenkeel.server.log;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/** What the log has done since the server started. */
final class LogCounters {

  /** More reasons than this are counted together: a reason with an id in it must not grow a map. */
  private static final int MAX_REASONS = 100;

  /** A longer reason is counted by its beginning: it is a label in the metrics. */
  private static final int MAX_LENGTH = 100;

  private static final String OTHER = "other";

  /** Before a reason of an extension's that is also one of the server's. */
  private static final String EXTENSIONS_OWN = "extension: ";

  /** Why the server itself does not publish an event that was accepted. */
  enum Loss {
    /** It was in a log that is damaged. */
    DAMAGE,
    /** The log was full of events that were not processed yet. */
    RETENTION,
    /** Its agent was answered before the disk took it, the disk failed, and memory was full. */
    DISK,
    /** The log's writer failed with it, by a mistake of its own. */
    FAILURE;

    private static final Set<String> REASONS =
        Arrays.stream(values()).map(Loss::reason).collect(Collectors.toUnmodifiableSet());

    String reason() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  final LongAdder published = new LongAdder();
  final LongAdder unlogged = new LongAdder();
  final LongAdder removed = new LongAdder();
  private final Map<Loss, LongAdder> lost = new EnumMap<>(Loss.class);
  private final Map<String, LongAdder> dropped = new ConcurrentHashMap<>();

  LogCounters() {
    for (Loss each : Loss.values()) {
      lost.put(each, new LongAdder());
    }
  }

  /** The server has lost so many. */
  void lost(Loss loss, long count) {
    requireNonNull(lost.get(loss)).add(count);
  }

  /** An extension did not want one to be published. */
  void dropped(String reason) {
    String label = reason.length() > MAX_LENGTH ? reason.substring(0, MAX_LENGTH) : reason;
    label = Loss.REASONS.contains(label) ? EXTENSIONS_OWN + label : label;
    String name = dropped.containsKey(label) || dropped.size() < MAX_REASONS ? label : OTHER;
    dropped.computeIfAbsent(name, each -> new LongAdder()).increment();
  }

  /** Both, by reason. */
  Map<String, Long> dropped() {
    var sums = new TreeMap<String, Long>();
    dropped.forEach((reason, count) -> sums.put(reason, count.sum()));
    lost.forEach(
        (loss, count) -> {
          if (count.sum() > 0) {
            sums.put(loss.reason(), count.sum());
          }
        });
    return sums;
  }
}
