package dev.evenkeel.server.hub.engineio;

/** A packet as it came in. */
sealed interface Packet {

  /** Any packet but a binary message. */
  record Text(PacketType type, String data) implements Packet {}

  /** A binary message. */
  record Binary(byte[] data) implements Packet {}

  /**
   * A packet that is no binary message of long polling.
   *
   * @throws InvalidPayloadException when the first character stands for no type of packet
   */
  static Packet ofText(String text) throws InvalidPayloadException {
    PacketType type = text.isEmpty() ? null : PacketType.of(text.charAt(0));
    if (type == null) {
      throw new InvalidPayloadException("a packet of no known type");
    }
    return new Text(type, text.substring(1));
  }
}
