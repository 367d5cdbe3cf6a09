package dev.evenkeel.server.hub.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.server.hub.engineio.EncodedPacket;
import java.util.List;

/**
 * An event encoded once, for any number of clients of one namespace. It holds the bytes that go
 * over the wire, and does not change.
 */
public final class OutgoingEvent {

  private final String namespace;
  private final List<EncodedPacket> packets;
  private final int size;

  private OutgoingEvent(String namespace, List<EncodedPacket> packets) {
    this.namespace = namespace;
    this.packets = packets;
    this.size = packets.stream().mapToInt(EncodedPacket::size).sum();
  }

  /**
   * An event with any arguments.
   *
   * @param namespace {@code /} or {@code /name}
   * @param arguments JSON values; {@link com.fasterxml.jackson.databind.node.BinaryNode}, at any
   *     depth, goes as a binary attachment
   */
  public static OutgoingEvent of(String namespace, String name, JsonNode... arguments) {
    return new OutgoingEvent(namespace, PacketEncoder.event(namespace, name, List.of(arguments)));
  }

  /**
   * An event with one argument that is JSON already, and is neither parsed nor checked.
   *
   * @param namespace {@code /} or {@code /name}
   * @param json the argument in UTF-8; it must not be changed afterwards
   */
  public static OutgoingEvent ofJson(String namespace, String name, byte[] json) {
    return new OutgoingEvent(namespace, PacketEncoder.event(namespace, name, json));
  }

  /** The namespace whose clients can be sent this. */
  public String namespace() {
    return namespace;
  }

  /** What it adds to a client's {@link Client#pendingBytes}, in bytes. */
  public int size() {
    return size;
  }

  List<EncodedPacket> packets() {
    return packets;
  }
}
