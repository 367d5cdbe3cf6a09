package dev.evenkeel.server.log;

import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

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

  // Mutable state, guarded by this

  /**
   * Those that were taken and are not done, and the next id when each was taken. As many as the
   * handler's window lets in, however many went past the first.
   */
  private final NavigableMap<Long, Long> open = new TreeMap<>();

  private long lastTaken;

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
    this.lastTaken = earlier.doneSeq();
    this.earlierFromId = earlier.fromId();
    this.lastDoneEarlier = doneAbove.stream().mapToLong(Long::longValue).max().orElse(0);
  }

  /**
   * An event was taken for processing.
   *
   * @param nextId the next id that will be given: this event gets that one or a later one
   */
  synchronized void taken(long seq, long nextId) {
    open.put(seq, nextId);
    lastTaken = Math.max(lastTaken, seq);
  }

  /** An event is done. */
  synchronized void done(long seq) {
    if (open.remove(seq) == null) {
      throw new IllegalStateException("event " + seq + " is published and was never taken");
    }
  }

  synchronized Marks marks(long nextId) {
    boolean allDone = open.isEmpty();
    long doneSeq = allDone ? lastTaken : open.firstKey() - 1;
    long fromId = allDone ? nextId : open.firstEntry().getValue();
    boolean earlierOnesAbove = lastDoneEarlier > doneSeq;
    return new Marks(doneSeq, earlierOnesAbove ? Math.min(earlierFromId, fromId) : fromId);
  }

  synchronized int open() {
    return open.size();
  }
}
