package dev.evenkeel.server.hub.vertx;

import io.vertx.core.http.HttpServerOptions;

/** What the HTTP server has to be told about websockets. */
public final class WebSocketSettings {

  private WebSocketSettings() {}

  /**
   * Limits what a client may send, and sends without compression: each client would get a
   * compression of its own, which costs many times what it saves on one machine.
   *
   * @param maxPayload the most bytes of one message
   */
  public static void apply(HttpServerOptions options, int maxPayload) {
    options
        .setPerMessageWebSocketCompressionSupported(false)
        .setPerFrameWebSocketCompressionSupported(false)
        .setMaxWebSocketFrameSize(maxPayload)
        .setMaxWebSocketMessageSize(maxPayload);
  }
}
