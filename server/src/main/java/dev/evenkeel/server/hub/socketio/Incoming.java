package dev.evenkeel.server.hub.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A packet that a client sent, whole and checked. */
sealed interface Incoming {

  /** The namespace that it is for. */
  String namespace();

  /** The client asks to join. */
  record Connect(String namespace, JsonNode auth) implements Incoming {}

  /** The client leaves. */
  record Disconnect(String namespace) implements Incoming {}

  /**
   * An event.
   *
   * @param id of the acknowledgement that the client waits for, or null
   */
  record Event(String namespace, @Nullable Long id, String name, List<JsonNode> arguments)
      implements Incoming {}

  /** The client's acknowledgement. */
  record Acknowledged(String namespace, long id) implements Incoming {}
}
