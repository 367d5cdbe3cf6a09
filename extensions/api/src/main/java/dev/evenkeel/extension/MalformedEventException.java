package dev.evenkeel.extension;

/** The bytes are not one event. The message says what is wrong, and where, in words for a user. */
public final class MalformedEventException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedEventException(String message) {
    super(message);
  }
}
