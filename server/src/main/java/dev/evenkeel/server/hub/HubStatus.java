package dev.evenkeel.server.hub;

/**
 * How the hub is. Counters count since the start of the server.
 *
 * @param clients clients now
 * @param delivered events handed over, once for each client
 * @param dropped events that went by a client because it did not read
 * @param missed events that a client was told are gone, once for each client
 * @param refused clients that were not let in
 * @param closed clients that were closed because they did not read
 */
public record HubStatus(
    int clients, long delivered, long dropped, long missed, long refused, long closed) {}
