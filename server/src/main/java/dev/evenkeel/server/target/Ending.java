package dev.evenkeel.server.target;

import java.io.InterruptedIOException;
import java.net.ConnectException;

/**
 * How a connection came to its end.
 *
 * @param kind what that means for the server's side
 * @param why in words
 */
record Ending(Kind kind, String why) {

  enum Kind {
    /** The server said so itself, or it never let us in: it does not count us as joined. */
    CLOSED,
    /** The stream ended or was reset. The server knows of it, unless it was somebody in between. */
    CUT,
    /** Nothing was heard for too long. The server may still count us as joined. */
    SILENT
  }

  static Ending closed(String why) {
    return new Ending(Kind.CLOSED, why);
  }

  static Ending silent(String why) {
    return new Ending(Kind.SILENT, why);
  }

  /**
   * Judges a failure of the WebSocket.
   *
   * <p>Before the server's open packet we have not asked to be let in, so nothing can be joined;
   * but a time-out says nothing of what the server will make of what we sent. Afterwards an end of
   * the stream or a reset comes from the server only when nobody stands between us: a proxy that
   * dies on our side looks the same. So only a close frame counts as noticed.
   */
  static Ending ofFailure(Throwable failure, boolean opened) {
    if (failure instanceof InterruptedIOException) {
      return silent("no answer: " + describe(failure));
    }
    if (opened) {
      return new Ending(Kind.CUT, "connection lost: " + describe(failure));
    }
    return closed(
        isRefused(failure) ? "connection refused" : "cannot connect: " + describe(failure));
  }

  /** Whether the server is certain not to count the connection as joined. */
  boolean isNoticed() {
    return kind == Kind.CLOSED;
  }

  /** Whether nobody listens there. */
  static boolean isRefused(Throwable failure) {
    // An exception of the library may be around the one that says so.
    for (Throwable each = failure; each != null; each = each.getCause()) {
      String message = each.getMessage();
      if (each instanceof ConnectException && message != null && message.contains("refused")) {
        return true;
      }
    }
    return false;
  }

  /** A failure in a few words. */
  static String describe(Throwable failure) {
    String message = failure.getMessage();
    String name = failure.getClass().getSimpleName();
    return message == null ? name : name + ": " + message;
  }
}
