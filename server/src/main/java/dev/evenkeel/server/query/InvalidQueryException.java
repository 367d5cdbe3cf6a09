package dev.evenkeel.server.query;

/** A question that cannot be answered as it was put; the message says why, to the one who asks. */
public final class InvalidQueryException extends Exception {

  private static final long serialVersionUID = 1L;

  InvalidQueryException(String message) {
    super(message);
  }
}
