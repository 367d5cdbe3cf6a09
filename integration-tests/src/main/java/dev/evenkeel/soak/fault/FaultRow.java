package dev.evenkeel.soak.fault;

import dev.evenkeel.soak.Fault;
import java.time.Duration;
import java.util.List;

/**
 * What came of one fault: a row of the table.
 *
 * @param what what was done
 * @param answered the agents' events that were answered 200
 * @param unanswered events that got no answer, because the server was away
 * @param lostOnTheWay answered events that never reached a receiver, counted for each
 * @param lostInHistory answered events that the server does not keep, and did not count
 * @param unlogged events that the server counted as not kept, because of the disk
 * @param repeats events that came once more
 * @param mostRepeats the repeats that were allowed: a window for each replaced connection
 * @param mostJoined the most connections that a receiver had at once
 * @param levelAfter from when the fault was lifted, or its last blow fell, until everything
 *     answered had arrived
 * @param before what the server held before the fault
 * @param after what it held afterwards
 * @param mostRssBytes the most memory that it had
 * @param violations promises that were broken, in words; none when all is well
 * @param notes what else was measured
 */
public record FaultRow(
    String name,
    String what,
    long answered,
    long unanswered,
    long lostOnTheWay,
    long lostInHistory,
    long unlogged,
    long repeats,
    long mostRepeats,
    int mostJoined,
    Duration levelAfter,
    Held before,
    Held after,
    long mostRssBytes,
    List<String> violations,
    List<String> notes) {

  /** A fault that came to no end. */
  static FaultRow notDone(Fault fault, String why) {
    return new FaultRow(
        fault.name(),
        fault.what(),
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        Duration.ZERO,
        Held.NOTHING,
        Held.NOTHING,
        0,
        List.of(why),
        List.of());
  }

  public FaultRow {
    violations = List.copyOf(violations);
    notes = List.copyOf(notes);
  }

  /** Whether every promise was kept. */
  public boolean isKept() {
    return violations.isEmpty();
  }

  /** Whether nothing was lost. */
  public boolean isWhole() {
    return lostOnTheWay == 0 && lostInHistory == 0;
  }
}
