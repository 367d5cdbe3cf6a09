package dev.evenkeel.server.handler;

import dev.evenkeel.server.log.AcceptedEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The events of one session that wait, one of which may be at work. */
final class Lane {

  // Mutable state, guarded by this
  private final Deque<AcceptedEvent> waiting = new ArrayDeque<>(4);
  private boolean working;
  private boolean retired;

  /** What became of an offer. */
  enum Offer {
    /** The lane was idle: somebody has to work on it. */
    START,
    /** Somebody works on it already. */
    WAITS,
    /** The lane is no longer in use: make another. */
    RETIRED
  }

  synchronized Offer offer(AcceptedEvent event) {
    if (retired) {
      return Offer.RETIRED;
    }
    waiting.addLast(event);
    if (working) {
      return Offer.WAITS;
    }
    working = true;
    return Offer.START;
  }

  /** The next event, or null when there is none: then nobody works on the lane any more. */
  synchronized @Nullable AcceptedEvent next() {
    AcceptedEvent event = waiting.pollFirst();
    if (event == null) {
      working = false;
      retired = true;
    }
    return event;
  }
}
