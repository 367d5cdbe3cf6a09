package dev.evenkeel.server.hub.vertx;

import dev.evenkeel.server.hub.engineio.EngineConfig;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;

/** Prepares Quarkus' HTTP server for the websockets of the hub. */
@Singleton
public class HubHttpOptions implements HttpServerOptionsCustomizer {

  @Override
  public void customizeHttpServer(HttpServerOptions options) {
    WebSocketSettings.apply(options, EngineConfig.DEFAULT.maxPayload());
  }

  @Override
  public void customizeHttpsServer(HttpServerOptions options) {
    WebSocketSettings.apply(options, EngineConfig.DEFAULT.maxPayload());
  }
}
