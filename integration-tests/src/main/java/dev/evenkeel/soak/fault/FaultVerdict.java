package dev.evenkeel.soak.fault;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What became of the events that were answered.
 *
 * @param lostAtTarget answered events that never reached a target
 * @param lostInHistory answered events that the server does not keep, and did not count
 * @param unlogged events that the server counted as not kept, because of the disk
 * @param repeats events that came once more
 * @param mostRepeats the repeats that are allowed: a window for each replaced connection
 * @param mostJoined the most sockets that were joined at a target's side
 * @param violations promises that were broken, in words
 */
record FaultVerdict(
    long lostAtTarget,
    long lostInHistory,
    long unlogged,
    long repeats,
    long mostRepeats,
    int mostJoined,
    List<String> violations) {

  /** What the server may have in flight on a connection, and so may send again. */
  static final int WINDOW = 64;

  /** The connections that a target may have at once. */
  static final int CONNECTIONS = 3;

  /**
   * Judges.
   *
   * @param sessions what agents sent, and what was answered
   * @param targets what arrived, by the name of the target
   * @param excused targets from which nothing is expected
   * @param history the numbers of a session's events that the server keeps
   */
  static FaultVerdict of(
      List<Traffic.Snapshot> sessions,
      Map<String, Arrivals> targets,
      Predicate<String> excused,
      Function<String, List<Integer>> history,
      long unlogged) {
    var broken = new ArrayList<String>();
    long repeats = 0;
    long mostRepeats = 0;
    int mostJoined = 0;
    long lostAtTarget = 0;
    for (Map.Entry<String, Arrivals> each : targets.entrySet()) {
      Arrivals arrivals = each.getValue();
      String name = "the target " + each.getKey();
      long allowed = (long) WINDOW * Math.max(0, arrivals.everJoined() - CONNECTIONS);
      if (arrivals.repeats() > allowed) {
        broken.add(name + " got " + arrivals.repeats() + " events again, allowed " + allowed);
      }
      if (arrivals.mostJoined() > CONNECTIONS) {
        broken.add(name + " had " + arrivals.mostJoined() + " sockets joined");
      }
      if (arrivals.missed() > 0) {
        broken.add(name + " was told that it missed " + arrivals.missed());
      }
      repeats += arrivals.repeats();
      mostRepeats += allowed;
      mostJoined = Math.max(mostJoined, arrivals.mostJoined());
      if (!excused.test(each.getKey())) {
        lostAtTarget += lost(sessions, arrivals::marks, name, broken);
      }
    }
    long lostInHistory = Math.max(0, lost(sessions, history, "/api/events", broken) - unlogged);
    if (lostAtTarget > 0) {
      broken.add(lostAtTarget + " events are lost at a target");
    }
    if (lostInHistory > 0) {
      broken.add(lostInHistory + " events are lost in /api/events");
    }
    return new FaultVerdict(
        lostAtTarget,
        lostInHistory,
        unlogged,
        repeats,
        mostRepeats,
        mostJoined,
        List.copyOf(broken));
  }

  private static long lost(
      List<Traffic.Snapshot> sessions,
      Function<String, List<Integer>> arrived,
      String where,
      List<String> broken) {
    long lost = 0;
    for (Traffic.Snapshot session : sessions) {
      List<Integer> marks = arrived.apply(session.id());
      lookAtOrder(session, marks, where, broken);
      var here = new HashSet<>(marks);
      lost += session.answered().stream().filter(mark -> !here.contains(mark)).count();
    }
    return lost;
  }

  private static void lookAtOrder(
      Traffic.Snapshot session, List<Integer> marks, String where, List<String> broken) {
    int last = -1;
    for (int mark : marks) {
      if (mark <= last || mark >= session.sent()) {
        broken.add(
            "%s has %d behind %d of session %s, of which %d were sent"
                .formatted(where, mark, last, session.id(), session.sent()));
        return;
      }
      last = mark;
    }
  }
}
