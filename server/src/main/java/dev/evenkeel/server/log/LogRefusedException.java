package dev.evenkeel.server.log;

/** The log's file is there but must not be used. The message says why and what to do. */
public final class LogRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LogRefusedException(String message) {
    super(message);
  }
}
