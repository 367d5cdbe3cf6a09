package dev.evenkeel.server.hub;

import java.time.Duration;

/**
 * The hub's limits.
 *
 * @param maxClients the most clients at a time
 * @param clientsBytes what all clients together may leave unread, beside one event for each
 * @param windowBytes what recent events take, encoded once for all clients
 * @param patience a client that has not read for so long is passed over
 * @param stallTime a client that has not read for so long is closed
 * @param heartbeat how often clients hear that the server lives
 */
public record HubConfig(
    int maxClients,
    long clientsBytes,
    long windowBytes,
    Duration patience,
    Duration stallTime,
    Duration heartbeat) {

  private static final int SHARE_OF_CLIENTS = 4;
  private static final int SHARE_OF_WINDOW = 32;

  /** The usual limits for a memory budget. */
  public static HubConfig within(long memoryBudget) {
    return new HubConfig(
        2000,
        memoryBudget / SHARE_OF_CLIENTS,
        memoryBudget / SHARE_OF_WINDOW,
        Duration.ofSeconds(2),
        Duration.ofSeconds(60),
        Duration.ofSeconds(180));
  }
}
