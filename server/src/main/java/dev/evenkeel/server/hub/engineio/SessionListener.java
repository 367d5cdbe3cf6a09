package dev.evenkeel.server.hub.engineio;

/** Who is told what a session receives: on the session's loop, one call at a time. */
public interface SessionListener {

  /** A text message. */
  void message(String text);

  /** A binary message, which now belongs to the listener. */
  void message(byte[] binary);

  /** The session has ended: the last call. */
  void closed(String reason);
}
