package dev.evenkeel.server.target;

import org.jspecify.annotations.Nullable;

/**
 * Finds the message that breaks its connection each time it is sent.
 *
 * <p>After a break everything that was in flight is sent one by one, so that the next break has one
 * suspect. A message that was alone in flight when {@value #MOST_BREAKS} connections in a row broke
 * is condemned. What breaks a connection: the server closing or resetting it, or, where the server
 * has acknowledged other events, not acknowledging this one in time. A connection that merely falls
 * silent, or that is never let in, is no event's fault.
 *
 * <p>Where nothing is acknowledged a message is done as soon as its bytes have left, so there is
 * nothing to send again and nobody to suspect: what breaks the connection is passed over by itself,
 * along with what followed it on the wire.
 */
final class Suspects {

  private static final int MOST_BREAKS = 3;

  // Mutable state, owned by the slot's thread
  private long suspect = -1;
  private int breaks;
  private long carefulUpTo = -1;

  /**
   * A connection broke.
   *
   * @param oldest what had waited longest, or nothing
   * @param newest what was sent last
   * @param blame whether the break may be a message's fault
   */
  void broke(@Nullable Outbound oldest, @Nullable Outbound newest, boolean blame) {
    if (oldest == null || newest == null) {
      return;
    }
    carefulUpTo = Math.max(carefulUpTo, newest.id);
    if (blame && oldest == newest) {
      breaks = oldest.id == suspect ? breaks + 1 : 1;
      suspect = oldest.id;
    }
  }

  /** Whether messages are to go one by one. */
  boolean isCareful(long confirmed) {
    return confirmed < carefulUpTo;
  }

  /** Whether a message has broken too many connections. */
  boolean isCondemned(Outbound message) {
    return message.id == suspect && breaks >= MOST_BREAKS;
  }
}
