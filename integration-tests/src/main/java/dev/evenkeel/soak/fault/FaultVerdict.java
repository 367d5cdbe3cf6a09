package dev.evenkeel.soak.fault;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What became of the events that were answered.
 *
 * @param lostOnTheWay answered events, and derived ones, that never reached a receiver, counted for
 *     each
 * @param lostInHistory answered events that the server does not keep, and did not count
 * @param unlogged events that the server counted as not kept, because of the disk
 * @param repeats events that came once more
 * @param mostRepeats the repeats that are allowed: a window for each replaced connection
 * @param mostJoined the most connections that a receiver had at once
 * @param violations promises that were broken, in words
 */
record FaultVerdict(
    long lostOnTheWay,
    long lostInHistory,
    long unlogged,
    long repeats,
    long mostRepeats,
    int mostJoined,
    List<String> violations) {

  /**
   * Judges.
   *
   * @param sessions what agents sent, and what was answered
   * @param receivers what arrived, by the name of the receiver
   * @param excused receivers from which nothing is expected
   * @param history the numbers of a session's events that the server keeps
   * @param derived the ids of what the server derived from them and keeps
   */
  static FaultVerdict of(
      List<Traffic.Snapshot> sessions,
      Map<String, Arrivals> receivers,
      Predicate<String> excused,
      Function<String, List<Integer>> history,
      Set<String> derived,
      long unlogged) {
    var broken = new ArrayList<String>();
    long repeats = 0;
    long mostRepeats = 0;
    int mostJoined = 0;
    long lostOnTheWay = 0;
    for (Map.Entry<String, Arrivals> each : receivers.entrySet()) {
      Arrivals arrivals = each.getValue();
      String name = "the " + each.getKey();
      long allowed = arrivals.mostRepeats();
      if (arrivals.repeats() > allowed) {
        broken.add(name + " got " + arrivals.repeats() + " events again, allowed " + allowed);
      }
      if (arrivals.mostJoined() > arrivals.connections()) {
        broken.add(name + " had " + arrivals.mostJoined() + " sockets joined");
      }
      if (arrivals.missed() > 0) {
        broken.add(name + " was told that it missed " + arrivals.missed());
      }
      repeats += arrivals.repeats();
      mostRepeats += allowed;
      mostJoined = Math.max(mostJoined, arrivals.mostJoined());
      if (!excused.test(each.getKey())) {
        lostOnTheWay += lost(sessions, arrivals::marks, name, broken) + arrivals.lacks(derived);
      }
    }
    long lostInHistory = Math.max(0, lost(sessions, history, "/api/events", broken) - unlogged);
    if (lostOnTheWay > 0) {
      broken.add(lostOnTheWay + " events never reached a receiver");
    }
    if (lostInHistory > 0) {
      broken.add(lostInHistory + " events are lost in /api/events");
    }
    return new FaultVerdict(
        lostOnTheWay,
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
