package dev.evenkeel.soak;

/** An extension of the run does not start, so there is nothing to soak. */
final class RefusedExtensionException extends Exception {

  /**
   * @param message which one, and what the server says of it
   */
  RefusedExtensionException(String message) {
    super(message);
  }
}
