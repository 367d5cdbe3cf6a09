package dev.evenkeel.soak;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * What reached one receiver, written down at its own side: each id once, in which order, how often
 * again, and how many connections were joined. Its memory does not grow with events. Thread-safe.
 */
final class Ledger implements HubListener {

  private static final long LONGEST_MILLIS = 3_600_000;
  private static final int SESSIONS = 50_000;

  /** The last of a session. */
  private record Last(long id, long n) {}

  /**
   * What there is to know at the end.
   *
   * @param ids of all events
   * @param streams the numbers of the marks of each agent
   * @param repeats how many came that had come before
   * @param outOfOrder how many came behind a later one of their session
   * @param missed how many the server said were gone before it could send them
   */
  record Page(
      String receiver,
      Intervals ids,
      Map<String, Intervals> streams,
      long repeats,
      long outOfOrder,
      String firstOutOfOrder,
      long missed,
      int joined,
      int mostJoined,
      long everJoined) {

    Page {
      streams = Map.copyOf(streams);
    }

    /** Marks in all. */
    long marks() {
      return streams.values().stream().mapToLong(Intervals::count).sum();
    }
  }

  private final String receiver;

  // Mutable state, guarded by this
  private final Intervals ids = new Intervals();
  private final Map<String, Intervals> streams = new TreeMap<>();
  private final Map<String, Last> sessions =
      new LinkedHashMap<>(1024, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Last> eldest) {
          return size() > SESSIONS;
        }
      };
  private final Histogram delays = new Histogram(LONGEST_MILLIS, 2);
  private long marks;
  private long repeats;
  private long outOfOrder;
  private String firstOutOfOrder = "";
  private long missed;
  private int joined;
  private int mostJoined;
  private long everJoined;

  Ledger(String receiver) {
    this.receiver = receiver;
  }

  @Override
  public String receiver() {
    return receiver;
  }

  @Override
  public void received(JsonNode event) {
    received(
        new Delivery(
            System.currentTimeMillis(),
            event.get("id").asLong(),
            event.path("source").asText() + '/' + event.path("session_id").asText(),
            Mark.of(event.path("data").path(Mark.FIELD))));
  }

  synchronized void received(Delivery delivery) {
    if (!ids.add(delivery.id())) {
      repeats++;
      return;
    }
    Mark mark = delivery.mark();
    long n = -1;
    if (mark != null) {
      n = mark.n();
      if (streams.computeIfAbsent(mark.stream(), _ -> new Intervals()).add(n)) {
        marks++;
      }
      delays.recordValue(Math.clamp(delivery.millis() - mark.sentMillis(), 0, LONGEST_MILLIS));
    }
    compareWithLast(delivery, n);
  }

  /** Both the ids of a session and the numbers that its agent gave grow. */
  private void compareWithLast(Delivery delivery, long n) {
    Last last = sessions.get(delivery.session());
    if (last != null && (delivery.id() < last.id() || (n >= 0 && n <= last.n()))) {
      outOfOrder++;
      if (firstOutOfOrder.isEmpty()) {
        firstOutOfOrder =
            "%d (number %d) behind %d (number %d) in %s"
                .formatted(delivery.id(), n, last.id(), last.n(), delivery.session());
      }
      return;
    }
    long lastN = n >= 0 ? n : last == null ? -1 : last.n();
    sessions.put(delivery.session(), new Last(delivery.id(), lastN));
  }

  @Override
  public synchronized void missed(long count) {
    missed += count;
  }

  synchronized long missed() {
    return missed;
  }

  synchronized long repeats() {
    return repeats;
  }

  /** So many connections are joined now. */
  @Override
  public synchronized void joined(int now) {
    everJoined += Math.max(0, now - joined);
    joined = now;
    mostJoined = Math.max(mostJoined, now);
  }

  /** How many events of agents have come, each counted once. */
  synchronized long marks() {
    return marks;
  }

  /** How many of these have not come, by the agent and its numbers. */
  synchronized long lacks(Map<String, Intervals> due) {
    long lacking = 0;
    for (Map.Entry<String, Intervals> each : due.entrySet()) {
      Intervals come = streams.getOrDefault(each.getKey(), new Intervals());
      lacking += each.getValue().minus(come).count();
    }
    return lacking;
  }

  /** How many events have come, each counted once. */
  synchronized long count() {
    return ids.count();
  }

  /** The greatest id, 0 before the first. */
  @Override
  public synchronized long lastId() {
    return ids.lastOr(0);
  }

  /** How many connections are joined now. */
  synchronized int joined() {
    return joined;
  }

  /** The time from the post to here, in milliseconds, since this was asked the last time. */
  synchronized Histogram takeDelays() {
    var taken = delays.copy();
    delays.reset();
    return taken;
  }

  synchronized Page page() {
    var copies = new TreeMap<String, Intervals>();
    streams.forEach((stream, numbers) -> copies.put(stream, numbers.copy()));
    return new Page(
        receiver,
        ids.copy(),
        copies,
        repeats,
        outOfOrder,
        firstOutOfOrder,
        missed,
        joined,
        mostJoined,
        everJoined);
  }
}
