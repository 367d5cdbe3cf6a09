package dev.evenkeel.server.hub.engineio;

/** Takes new sessions. */
@FunctionalInterface
public interface Acceptor {

  /**
   * A session has begun. It is called on the session's loop, before the session's first message.
   */
  SessionListener accept(Session session);
}
