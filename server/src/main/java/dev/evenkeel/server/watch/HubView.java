package dev.evenkeel.server.watch;

import java.util.Map;

/**
 * How the hub is doing, for those who watch. Counters count since the start of the server.
 *
 * @param clients clients now
 * @param delivered events handed over, once for each client
 * @param dropped events that went by a client because it did not read
 * @param missed events that a client was told are gone, once for each client
 * @param refused clients that were not let in
 * @param closed clients that were closed because they did not read
 * @param sessions what the clients are connected with
 */
public record HubView(
    int clients,
    long delivered,
    long dropped,
    long missed,
    long refused,
    long closed,
    Sessions sessions) {

  /** Of a server without one. */
  public static final HubView NONE =
      new HubView(0, 0, 0, 0, 0, 0, new Sessions(0, 0, 0, 0, 0, 0, Map.of(), Map.of()));

  /**
   * The sessions of Engine.IO. One may be there a moment before its client and after it.
   *
   * @param open now
   * @param capacity the most at a time
   * @param websockets how many of them have a websocket; the others poll
   * @param waitingPolls how many of them have a poll that waits for its answer
   * @param pendingBytes what was handed over for them and the network has not taken yet
   * @param opened since the start
   * @param closed since the start, by reason
   * @param refused requests since the start, by the kind of their refusal
   */
  public record Sessions(
      int open,
      int capacity,
      int websockets,
      int waitingPolls,
      long pendingBytes,
      long opened,
      Map<String, Long> closed,
      Map<String, Long> refused) {}
}
