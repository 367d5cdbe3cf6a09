package dev.evenkeel.server.log;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Which accepted events are done. Sessions overtake each other, so it is two marks: up to {@code
 * doneSeq} all are done, and those above that are done all have an id of at least {@code fromId}.
 */
final class Progress {

  /**
   * The two marks.
   *
   * @param doneSeq every event up to here is done
   * @param fromId where the ids of events above {@code doneSeq} that are done begin
   */
  record Marks(long doneSeq, long fromId) {}

  private static final class Entry {
    final long seq;
    final long nextIdWhenTaken;
    boolean done;

    Entry(long seq, long nextIdWhenTaken) {
      this.seq = seq;
      this.nextIdWhenTaken = nextIdWhenTaken;
    }
  }

  // Mutable state, guarded by this
  private final Deque<Entry> order = new ArrayDeque<>();
  private final Map<Long, Entry> bySeq = new HashMap<>();
  private long doneSeq;

  Progress(long doneSeq) {
    this.doneSeq = doneSeq;
  }

  /**
   * An event was taken for processing.
   *
   * @param nextId the next id that will be given: this event gets that one or a later one
   */
  synchronized void taken(long seq, long nextId) {
    var entry = new Entry(seq, nextId);
    order.addLast(entry);
    bySeq.put(seq, entry);
  }

  /** An event is done. */
  synchronized void done(long seq) {
    Entry entry = bySeq.remove(seq);
    if (entry == null) {
      throw new IllegalStateException("event " + seq + " is published and was never taken");
    }
    entry.done = true;
    while (!order.isEmpty() && order.getFirst().done) {
      doneSeq = order.removeFirst().seq;
    }
  }

  synchronized Marks marks(long nextId) {
    return new Marks(doneSeq, order.isEmpty() ? nextId : order.getFirst().nextIdWhenTaken);
  }

  synchronized int open() {
    return order.size();
  }
}
