package dev.evenkeel.server.hub.engineio;

/** What a client sent is no Engine.IO packet: its session is closed. */
final class InvalidPayloadException extends Exception {

  InvalidPayloadException(String message) {
    super(message);
  }
}
