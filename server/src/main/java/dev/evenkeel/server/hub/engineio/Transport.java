package dev.evenkeel.server.hub.engineio;

import org.jspecify.annotations.Nullable;

/** How a session's packets travel. */
sealed interface Transport {

  /**
   * Long polling, with the poll that waits, if one does.
   *
   * @param probe the websocket that is to replace it, if one is there
   */
  record Polling(@Nullable Poll waiting, @Nullable Probe probe) implements Transport {

    static final Polling IDLE = new Polling(null, null);

    Polling withWaiting(@Nullable Poll poll) {
      return new Polling(poll, probe);
    }

    Polling withProbe(@Nullable Probe other) {
      return new Polling(waiting, other);
    }
  }

  /** A websocket. */
  record WebSocket(WebSocketLink link) implements Transport {}

  /** None any more. */
  record Closed() implements Transport {}

  /**
   * A websocket that is to replace long polling.
   *
   * @param answered whether its question was answered: only then may it take over
   */
  record Probe(WebSocketLink link, boolean answered) {}
}
