package dev.evenkeel.soak;

import org.jspecify.annotations.Nullable;

/**
 * An event that reached a target or a client of the hub.
 *
 * @param millis when, in milliseconds since 1970, by the receiver's clock
 * @param session source and session id: the events of a session have an order
 * @param mark null for what no agent posted: derived events, and those of the server
 */
record Delivery(long millis, long id, String session, @Nullable Mark mark) {}
