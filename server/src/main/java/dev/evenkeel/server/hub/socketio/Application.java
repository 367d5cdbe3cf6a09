package dev.evenkeel.server.hub.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.server.hub.engineio.Handshake;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is served in one namespace. It is called on the event loop of the client concerned, one call
 * at a time for each client, and must not block. What it throws closes that client's connection.
 */
public interface Application {

  /**
   * A client asks to join.
   *
   * @param handshake what its first request brought: headers that a browser cannot set on a
   *     websocket come in {@code auth} instead
   * @param auth the object that came with the request to join, {@code {}} when there was none
   * @return null to let it in, or why not: the client is told so ({@code connect_error}), and its
   *     connection stays open for other namespaces
   */
  default @Nullable String admit(Handshake handshake, JsonNode auth) {
    return null;
  }

  /** A client has joined, and may be sent events from now on. */
  void connected(Client client);

  /**
   * A client sent an event.
   *
   * @param arguments JSON values; binary ones, at any depth, are {@link
   *     com.fasterxml.jackson.databind.node.BinaryNode}
   * @param acknowledgement where the client wants an answer, else null
   */
  void event(
      Client client,
      String name,
      List<JsonNode> arguments,
      @Nullable Acknowledgement acknowledgement);

  /** A client has left, for whatever reason: the last call for it, exactly one after each join. */
  void disconnected(Client client, String reason);
}
