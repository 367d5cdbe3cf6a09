package dev.evenkeel.server.extension;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Tells everybody who reads events what happens to an extension. */
@FunctionalInterface
public interface Announcer {

  /** Tells nobody. */
  Announcer NONE = (event, data) -> {};

  /** Publishes a server event. */
  void announce(String event, ObjectNode data);
}
