package dev.evenkeel.server.hub;

import dev.evenkeel.server.hub.socketio.OutgoingEvent;
import dev.evenkeel.server.log.PublishedEvents;
import org.jspecify.annotations.Nullable;

/**
 * What a client is to be sent before it goes on from its place.
 *
 * @param event what is sent, or null for a step without an event
 * @param reserved the bytes that were reserved for it
 * @param place where the client stands when it is sent, or {@link #ASIDE}
 * @param events how many published events it is
 * @param missed how many events the client is told that are gone
 */
record Queued(@Nullable OutgoingEvent event, long reserved, long place, int events, long missed) {

  /** It does not move the client's place. */
  static final long ASIDE = -1;

  static Queued aside(OutgoingEvent event, long reserved) {
    return new Queued(event, reserved, ASIDE, 0, 0);
  }

  static Queued event(OutgoingEvent event, long id) {
    return new Queued(event, event.size(), id, 1, 0);
  }

  static Queued step(long place) {
    return new Queued(null, 0, place, 0, 0);
  }

  /** The word that so many events are gone. */
  static Queued missed(long count, long place) {
    return new Queued(Messages.missed(count), 0, place, 0, count);
  }

  /** Where the word goes that events are missed: before the page's first, or at its end. */
  static long placeOfMissed(PublishedEvents.Page page) {
    return page.events().isEmpty() ? page.upTo() : page.events().getFirst().id() - 1;
  }

  boolean isAside() {
    return place == ASIDE;
  }
}
