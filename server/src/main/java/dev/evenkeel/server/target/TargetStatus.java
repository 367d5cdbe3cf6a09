package dev.evenkeel.server.target;

import org.jspecify.annotations.Nullable;

/**
 * How a target is doing. Counters since start.
 *
 * @param state of its slots, the best of them
 * @param connections joined now
 * @param maxConnections the most it may have
 * @param delivered events that were acknowledged; where nothing is acknowledged, that were sent
 * @param pending events that are still to be delivered
 * @param redelivered events that were sent once more after a connection was lost
 * @param undeliverable events that were passed over, because each broke connection after connection
 * @param missed events that were gone before they could be delivered; the target is told how many
 * @param stubbed events that were too large and went without their data
 * @param acknowledges whether the target acknowledges, as far as is known
 * @param lastError what went wrong last, or nothing yet
 */
public record TargetStatus(
    State state,
    int connections,
    int maxConnections,
    long delivered,
    long pending,
    long redelivered,
    long undeliverable,
    long missed,
    long stubbed,
    Acknowledges acknowledges,
    @Nullable String lastError) {

  /** What a slot is doing, worst first. */
  public enum State {
    /** Ended. */
    CLOSED,
    /** Waits before it tries again, because the target could not be reached or went away. */
    WAITING,
    /** Is about to connect. */
    CONNECTING,
    /** Has nothing to send, and no connection. */
    IDLE,
    /** Has a connection. */
    CONNECTED
  }

  /** What is known of the target's acknowledgements. */
  public enum Acknowledges {
    UNKNOWN,
    YES,
    NO
  }
}
