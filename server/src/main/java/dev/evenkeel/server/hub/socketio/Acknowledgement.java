package dev.evenkeel.server.hub.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** The answer that a client waits for. Any thread may give it. */
@FunctionalInterface
public interface Acknowledgement {

  /**
   * Answers. Only the first answer is sent, and none when the client has left.
   *
   * @param arguments JSON values; {@link com.fasterxml.jackson.databind.node.BinaryNode} goes as a
   *     binary attachment
   */
  void answer(List<JsonNode> arguments);
}
