package dev.evenkeel.server.log;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * What is published while the disk fails. What memory still has of it is written when the disk is
 * back. Of the rest, the disk may have the events as accepted: those are removed, so that nothing
 * is processed twice, and counted. One thread.
 */
final class Unwritten {

  /** A publication and the first of its ids, which are consecutive. */
  private record Numbered(Publication publication, long firstId) {}

  // Mutable state, owned by the writer's thread
  private final Deque<Numbered> inMemory = new ArrayDeque<>();

  /** Numbers of accepted events; no more come once the disk fails. */
  private final Set<Long> toRemove = new HashSet<>();

  private long lost;

  void add(Publication publication, long firstId) {
    if (publication.events().isEmpty()) {
      removeCauseOf(publication);
    } else {
      inMemory.addLast(new Numbered(publication, firstId));
    }
  }

  /** Memory has nothing up to this id any more. */
  void forgetUpTo(long id) {
    while (!inMemory.isEmpty() && inMemory.getFirst().firstId() <= id) {
      Publication gone = inMemory.removeFirst().publication();
      if (removeCauseOf(gone) && gone.dropReason() == null) {
        lost++;
      }
    }
  }

  private boolean removeCauseOf(Publication publication) {
    AcceptedEvent cause = publication.cause();
    return cause != null && cause.logged() && toRemove.add(cause.seq());
  }

  /** The first id of what memory has, or else the given one. */
  long firstId(long orElse) {
    return inMemory.isEmpty() ? orElse : inMemory.getFirst().firstId();
  }

  /** Publications, at most as many as the tail has events. */
  int size() {
    return inMemory.size();
  }

  /** Writes it, and forgets nothing: that may fail. */
  void writeTo(WriteStatements to) throws SQLException {
    for (long seq : toRemove) {
      to.removeAccepted(seq);
    }
    for (Numbered each : inMemory) {
      Publication publication = each.publication();
      AcceptedEvent cause = publication.cause();
      boolean kept = publication.dropReason() == null;
      if (cause != null && kept && cause.logged() && !to.hasAccepted(cause.seq())) {
        to.append(cause.seq(), cause.event(), cause.decisions()); // the file is a new one
      }
      to.publish(publication, each.firstId());
    }
  }

  /**
   * Forgets all of it: it will never be written.
   *
   * @return how many events were answered as kept, and are not
   */
  long giveUp() {
    forgetUpTo(Long.MAX_VALUE);
    return written();
  }

  /**
   * Forgets all of it: it is written.
   *
   * @return how many events were answered as kept, and are not
   */
  long written() {
    long notKept = lost;
    inMemory.clear();
    toRemove.clear();
    lost = 0;
    return notKept;
  }
}
