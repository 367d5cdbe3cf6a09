package dev.evenkeel.server.hub;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * What is being read from the log for one client, and what came of it: at most one page and one
 * history at a time. After the client has left, whatever still comes is given back.
 */
final class Readings {

  /** What a reading is for. */
  enum Purpose {
    FIRST_HISTORY,
    ASKED_HISTORY,
    PAGE
  }

  /** What came of a reading that was begun with this filter. */
  record Arrival(Purpose purpose, ClientFilter filter, PastReader.Result result) {

    boolean isLater() {
      return result instanceof PastReader.Result.Later;
    }

    /** Whether it has to be tried again because memory was short. */
    boolean lackedMemory() {
      return result instanceof PastReader.Result.Later later && later.forMemory();
    }

    /** What is to be sent, nothing when it has to be tried again. */
    List<Queued> items() {
      return switch (result) {
        case PastReader.Result.Read read -> read.items();
        case PastReader.Result.Later _ -> List.of();
      };
    }
  }

  private final PastReader reader;
  private final ClientMemory memory;
  private final Runnable arrived;

  // Mutable state, owned by the client's event loop; arrivals come from the reader
  private final Queue<Arrival> arrivals = new ConcurrentLinkedQueue<>();
  private volatile boolean left;
  private boolean readingPage;
  private boolean readingHistory;

  /**
   * @param arrived is called on any thread when there is something to take
   */
  Readings(PastReader reader, ClientMemory memory, Runnable arrived) {
    this.reader = reader;
    this.memory = memory;
    this.arrived = arrived;
  }

  /** Reads on from a place, unless that is under way. */
  void readPage(long after, ClientFilter filter, int maxBytes) {
    if (!readingPage) {
      readingPage = true;
      reader.page(
          after,
          filter,
          maxBytes,
          this::isWanted,
          result -> arrive(new Arrival(Purpose.PAGE, filter, result)));
    }
  }

  /** Reads the last events up to a place, unless a history is being read. */
  void readHistory(
      Purpose purpose, long upTo, ClientFilter filter, HistoryRequest wanted, List<String> names) {
    if (!readingHistory) {
      readingHistory = true;
      reader.history(
          upTo,
          filter,
          wanted,
          names,
          this::isWanted,
          result -> arrive(new Arrival(purpose, filter, result)));
    }
  }

  private boolean isWanted() {
    return !left;
  }

  /** On any thread. After a client has left, nothing runs on its event loop any more. */
  private void arrive(Arrival arrival) {
    arrivals.add(arrival);
    arrived.run();
    if (left) {
      forgetArrivals();
    }
  }

  /** Takes what has come, or null. Whoever takes it gives back what is reserved. */
  @Nullable Arrival next() {
    Arrival next = arrivals.poll();
    if (next != null) {
      switch (next.purpose()) {
        case FIRST_HISTORY, ASKED_HISTORY -> readingHistory = false;
        case PAGE -> readingPage = false;
      }
    }
    return next;
  }

  private void forgetArrivals() {
    for (Arrival each = arrivals.poll(); each != null; each = arrivals.poll()) {
      forget(each);
    }
  }

  /** Gives back what an arrival holds. */
  void forget(Arrival arrival) {
    arrival.items().forEach(item -> memory.release(item.reserved()));
  }

  /** The client is gone. */
  void leave() {
    left = true;
    forgetArrivals();
  }
}
