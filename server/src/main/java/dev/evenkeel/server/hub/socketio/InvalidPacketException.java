package dev.evenkeel.server.hub.socketio;

import dev.evenkeel.server.hub.engineio.CloseReason;

/** A client sent what is no packet, or not one that fits here: its connection is closed. */
final class InvalidPacketException extends Exception {

  private final String reason;

  InvalidPacketException(String message) {
    this(message, CloseReason.PARSE_ERROR);
  }

  /**
   * @param reason why the connection is closed, as it is counted
   */
  InvalidPacketException(String message, String reason) {
    super(message);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
