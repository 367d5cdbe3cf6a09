package dev.evenkeel.server.watch;

import org.jspecify.annotations.Nullable;

/**
 * How a target is doing, as {@code /api/status} and the metrics tell it. Counters count since the
 * start of the server.
 *
 * @param state one word in lower case
 * @param connections joined now
 * @param maxConnections the most it may have
 * @param delivered events that were delivered
 * @param pending events that are still to be delivered
 * @param redelivered events that were sent once more after a connection was lost
 * @param undeliverable events that were passed over, because they could not be delivered
 * @param missed events that were gone before they could be delivered
 * @param stubbed events that were too large and went without their data
 * @param acknowledges whether the target acknowledges: yes, no or unknown
 * @param lastError what went wrong last, or null
 */
public record TargetView(
    String state,
    int connections,
    int maxConnections,
    long delivered,
    long pending,
    long redelivered,
    long undeliverable,
    long missed,
    long stubbed,
    String acknowledges,
    @Nullable String lastError) {}
