package dev.evenkeel.server.hub.socketio;

import org.jspecify.annotations.Nullable;

/** What a Socket.IO packet is for: its first character on the wire. */
enum PacketType {
  CONNECT('0'),
  DISCONNECT('1'),
  EVENT('2'),
  ACK('3'),
  CONNECT_ERROR('4'),
  BINARY_EVENT('5'),
  BINARY_ACK('6');

  private static final PacketType[] ALL = values();

  private final char digit;

  PacketType(char digit) {
    this.digit = digit;
  }

  char digit() {
    return digit;
  }

  boolean isBinary() {
    return this == BINARY_EVENT || this == BINARY_ACK;
  }

  /** Null when the character stands for no type. */
  static @Nullable PacketType of(char digit) {
    for (PacketType each : ALL) {
      if (each.digit == digit) {
        return each;
      }
    }
    return null;
  }
}
