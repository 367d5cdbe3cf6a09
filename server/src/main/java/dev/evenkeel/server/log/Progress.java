package dev.evenkeel.server.log;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
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

  /** What was done before the start: its marks hold until {@code doneSeq} has come past it. */
  private final long earlierFromId;

  private final long lastDoneEarlier;

  Progress(long doneSeq) {
    this(new Marks(doneSeq, 0), List.of());
  }

  /**
   * @param earlier the marks that were kept
   * @param doneAbove what those marks say is done above their {@code doneSeq}
   */
  Progress(Marks earlier, Collection<Long> doneAbove) {
    this.doneSeq = earlier.doneSeq();
    this.earlierFromId = earlier.fromId();
    this.lastDoneEarlier = doneAbove.stream().mapToLong(Long::longValue).max().orElse(0);
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
    long fromId = order.isEmpty() ? nextId : order.getFirst().nextIdWhenTaken;
    boolean earlierOnesAbove = lastDoneEarlier > doneSeq;
    return new Marks(doneSeq, earlierOnesAbove ? Math.min(earlierFromId, fromId) : fromId);
  }

  synchronized int open() {
    return order.size();
  }
}
