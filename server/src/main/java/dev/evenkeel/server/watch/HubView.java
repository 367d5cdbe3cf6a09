package dev.evenkeel.server.watch;

/**
 * How the hub is doing, for those who watch. Counters count since the start of the server.
 *
 * @param clients clients now
 * @param delivered events handed over, once for each client
 * @param dropped events that went by a client because it did not read
 * @param missed events that were gone from the log when a client wanted them
 * @param refused clients that were not let in
 * @param closed clients that were closed because they did not read
 */
public record HubView(
    int clients, long delivered, long dropped, long missed, long refused, long closed) {

  /** Of a server without one. */
  public static final HubView NONE = new HubView(0, 0, 0, 0, 0, 0);
}
