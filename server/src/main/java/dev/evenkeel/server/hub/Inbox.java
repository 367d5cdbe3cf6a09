package dev.evenkeel.server.hub;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Takes in the events that clients send, as the server's other doors do. */
public interface Inbox {

  /** Where the events of one client go in. */
  @FunctionalInterface
  interface Line {

    /**
     * Takes one event, after those that came before it.
     *
     * @param event one JSON object in UTF-8, as claude-mpm's hooks send it
     * @return completes on any thread: null, or why the event was not taken
     */
    CompletableFuture<@Nullable String> take(byte[] event);
  }

  /**
   * Opens a line for a client. It needs no end: what came is taken, also when the client leaves.
   */
  Line open();

  /** Counts what was sent and is not taken. */
  void reject(String why);
}
