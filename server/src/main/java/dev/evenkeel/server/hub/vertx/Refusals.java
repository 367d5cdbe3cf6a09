package dev.evenkeel.server.hub.vertx;

import dev.evenkeel.server.hub.engineio.Refusal;
import io.vertx.core.http.HttpServerResponse;

/** How a refusal is answered. */
final class Refusals {

  private Refusals() {}

  static void send(HttpServerResponse response, Refusal refusal) {
    if (response.closed() || response.ended()) {
      return;
    }
    response
        .setStatusCode(refusal.status())
        .putHeader("Content-Type", "application/json")
        .putHeader("Cache-Control", "no-store")
        .end(refusal.json());
  }
}
