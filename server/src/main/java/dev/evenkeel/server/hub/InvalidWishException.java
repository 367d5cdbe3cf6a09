package dev.evenkeel.server.hub;

/** A client asks for what there is not. The message is for whoever wrote the client. */
final class InvalidWishException extends Exception {

  InvalidWishException(String message) {
    super(message);
  }
}
