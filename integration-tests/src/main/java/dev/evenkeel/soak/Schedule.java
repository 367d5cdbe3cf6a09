package dev.evenkeel.soak;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/** Which faults happen when. They happen one after the other, never two at once. */
public record Schedule(List<Entry> entries) {

  /** No faults. */
  public static final Schedule NONE = new Schedule(List.of());

  /**
   * A fault and when it begins.
   *
   * @param afterEvents so many accepted events after the start of the run, or later, when the one
   *     before it is not over
   */
  public record Entry(long afterEvents, Fault fault) {}

  public Schedule {
    entries = entries.stream().sorted(Comparator.comparingLong(Entry::afterEvents)).toList();
  }

  /** The same with one more. */
  public Schedule with(long afterEvents, Fault fault) {
    var more = new ArrayList<>(entries);
    more.add(new Entry(afterEvents, fault));
    return new Schedule(more);
  }

  /** These faults in their order, at equal distances from here to there, in accepted events. */
  public static Schedule spread(long from, long to, List<? extends Fault> faults) {
    var entries = new ArrayList<Entry>();
    for (int i = 0; i < faults.size(); i++) {
      entries.add(new Entry(from + (to - from) * i / faults.size(), faults.get(i)));
    }
    return new Schedule(entries);
  }

  /** The same with those alone for which this holds. */
  Schedule filter(Predicate<Fault> which) {
    return new Schedule(entries.stream().filter(each -> which.test(each.fault())).toList());
  }

  /** Whether nothing goes wrong. */
  public boolean isEmpty() {
    return entries.isEmpty();
  }
}
