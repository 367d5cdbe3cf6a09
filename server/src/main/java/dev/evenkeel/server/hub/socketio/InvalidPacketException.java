package dev.evenkeel.server.hub.socketio;

/** A client sent what is no packet, or not one that fits here: its connection is closed. */
final class InvalidPacketException extends Exception {

  InvalidPacketException(String message) {
    super(message);
  }
}
