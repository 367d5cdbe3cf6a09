package dev.evenkeel.server.hub.engineio;

/** Why sessions end, in the words of the protocol's own implementation where it has some. */
public final class CloseReason {

  /** The client said so, or its connection ended. */
  public static final String TRANSPORT_CLOSE = "transport close";

  /** The connection failed, or broke a rule of HTTP or of websockets. */
  public static final String TRANSPORT_ERROR = "transport error";

  /** The client did not answer in time when it was asked whether it is there. */
  public static final String PING_TIMEOUT = "ping timeout";

  /** The client sent what is no packet, or not one that fits there. */
  public static final String PARSE_ERROR = "parse error";

  /** The client polled a second time, or sent a second request, before the first was answered. */
  public static final String OVERLAP = "overlapping requests";

  /** The client asked for more than it read, or read nothing for too long. */
  public static final String DOES_NOT_READ = "does not read";

  /** The client sent a part of something while such parts of all clients took all their room. */
  public static final String NO_ROOM = "no room for unfinished messages";

  /** The server's own code failed. */
  public static final String FAILED = "server error";

  /** The server ends. */
  public static final String SHUTDOWN = "server shutting down";

  private CloseReason() {}
}
