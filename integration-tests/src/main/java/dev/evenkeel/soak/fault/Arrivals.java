package dev.evenkeel.soak.fault;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What reached one receiver, in the order in which it came. Thread-safe. */
class Arrivals {

  private final int connections;
  private final int window;

  // Mutable state, guarded by this
  private final Set<String> ids = new HashSet<>();
  private final Map<String, List<Integer>> marks = new HashMap<>();
  private long repeats;
  private long missed;
  private int joined;
  private int everJoined;
  private int mostJoined;

  /**
   * Nothing yet.
   *
   * @param connections that the receiver may have at once
   * @param window what may be sent again when one of them is replaced, in events
   */
  Arrivals(int connections, int window) {
    this.connections = connections;
    this.window = window;
  }

  /** Brings it up to date, where that does not happen by itself. */
  void readOn() throws IOException {}

  /**
   * An event came.
   *
   * @param session source and session id
   * @param mark the number that its agent gave it; empty for what no agent sent
   */
  final synchronized void arrived(String id, String session, String mark) {
    if (!ids.add(id)) {
      repeats++;
    } else if (!mark.isEmpty()) {
      marks.computeIfAbsent(session, _ -> new ArrayList<>()).add(Integer.parseInt(mark));
    }
  }

  /** So many connections are joined now. */
  final synchronized void nowJoined(int now) {
    everJoined += Math.max(0, now - joined);
    mostJoined = Math.max(mostJoined, now);
    joined = now;
  }

  /** All connections went with the receiver. */
  final synchronized void startedAgain() {
    joined = 0;
  }

  /** The receiver was told that it missed so many events. */
  final synchronized void wasToldThatItMissed(long count) {
    missed += count;
  }

  /** Whether everything of a session that was answered is here. */
  synchronized boolean has(Traffic.Snapshot session) {
    List<Integer> here = marks.getOrDefault("claude-code/" + session.id(), List.of());
    return here.size() >= session.answered().size()
        && new HashSet<>(here).containsAll(session.answered());
  }

  /** How many of these are not here. */
  synchronized long lacks(Set<String> wanted) {
    return wanted.stream().filter(id -> !ids.contains(id)).count();
  }

  /** The numbers of a session's events, in the order in which they came first. */
  synchronized List<Integer> marks(String session) {
    return List.copyOf(marks.getOrDefault("claude-code/" + session, List.of()));
  }

  /** How often an event came that had come before. */
  synchronized long repeats() {
    return repeats;
  }

  /** How often that may be: a window for each replaced connection. */
  synchronized long mostRepeats() {
    return (long) window * Math.max(0, everJoined - connections);
  }

  /** How many events the receiver was told that it missed. */
  synchronized long missed() {
    return missed;
  }

  /** The most connections that were joined at once. */
  synchronized int mostJoined() {
    return mostJoined;
  }

  /** The connections that there may be at once. */
  int connections() {
    return connections;
  }
}
