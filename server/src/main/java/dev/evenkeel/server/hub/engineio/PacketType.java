package dev.evenkeel.server.hub.engineio;

import org.jspecify.annotations.Nullable;

/** What an Engine.IO packet is for: its first character on the wire. */
public enum PacketType {
  OPEN('0'),
  CLOSE('1'),
  PING('2'),
  PONG('3'),
  MESSAGE('4'),
  UPGRADE('5'),
  NOOP('6');

  private static final PacketType[] ALL = values();

  private final char digit;

  PacketType(char digit) {
    this.digit = digit;
  }

  /** The digit that stands for it. */
  char digit() {
    return digit;
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
