package dev.evenkeel.server.hub.engineio;

/**
 * A websocket of the edge, seen from a session. All calls are made on its event loop, except {@link
 * #loop}.
 */
public interface WebSocketLink {

  /** The event loop that it belongs to. */
  EventLoop loop();

  /**
   * Writes a packet, which may stay in a buffer until {@link #flush}.
   *
   * @param goesOn to be called on the loop when the network took a part of a large packet
   * @param taken to be called once on the loop, when the network took the packet or never will
   */
  void write(EncodedPacket packet, Runnable goesOn, Runnable taken);

  /** Sends what was written. */
  void flush();

  /**
   * Closes it in good order.
   *
   * @param code of RFC 6455, 7.4
   */
  void close(int code);

  /** Ends the connection at once: its peer does not read, so it would not answer to a close. */
  void abort();
}
