package dev.evenkeel.server.hub.conformance;

import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.hub.engineio.Acceptor;
import dev.evenkeel.server.hub.engineio.Engine;
import dev.evenkeel.server.hub.engineio.EngineConfig;
import dev.evenkeel.server.hub.engineio.WaitingBytes;
import dev.evenkeel.server.hub.socketio.Application;
import dev.evenkeel.server.hub.socketio.SocketConfig;
import dev.evenkeel.server.hub.socketio.SocketServer;
import dev.evenkeel.server.hub.vertx.Admission;
import dev.evenkeel.server.hub.vertx.EngineRoute;
import dev.evenkeel.server.hub.vertx.WebSocketSettings;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.Map;

/** An echo application on the hub's protocol classes, on an HTTP server of its own. */
final class ConformanceServer implements AutoCloseable {

  /** The heartbeat that the suites expect; the maximum payload is the usual one. */
  static final EngineConfig ENGINE =
      EngineConfig.DEFAULT.withHeartbeat(Duration.ofMillis(300), Duration.ofMillis(200));

  /** The connect timeout that the suites expect. */
  static final SocketConfig SOCKET = SocketConfig.DEFAULT.withConnectTimeout(Duration.ofSeconds(1));

  /** What the suite of Socket.IO expects. */
  static final Map<String, Application> ECHO = Map.of("/", new Echo(), "/custom", new Greeting());

  /** The server's usual memory budget. */
  private static final long BUDGET = 64 << 20;

  private final Vertx vertx;
  private final Engine engine;
  private final HttpServer server;
  private final String path;

  private ConformanceServer(
      EngineConfig config, WaitingBytes waiting, Acceptor acceptor, String path, int port) {
    this.path = path;
    vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(2)
                .setFileSystemOptions(
                    new FileSystemOptions()
                        .setFileCachingEnabled(false)
                        .setClassPathResolvingEnabled(false)));
    engine = new Engine(config, waiting, acceptor);
    Router router = Router.router(vertx);
    new EngineRoute(vertx, engine, Admission.ANYONE).attach(router, path);
    var options = new HttpServerOptions();
    WebSocketSettings.apply(options, config.maxPayload());
    server = vertx.createHttpServer(options).requestHandler(router);
    server.listen(port, "localhost").toCompletionStage().toCompletableFuture().join();
  }

  /** Bare Engine.IO at {@code /engine.io/}. */
  static ConformanceServer engineIo(EngineConfig config, Acceptor acceptor, int port) {
    return new ConformanceServer(config, usualWaiting(), acceptor, "/engine.io/", port);
  }

  /** Socket.IO at {@code /socket.io/}. */
  static ConformanceServer socketIo(
      EngineConfig engine, SocketConfig socket, Map<String, Application> applications, int port) {
    return socketIo(engine, socket, usualWaiting(), applications, port);
  }

  /** Socket.IO at {@code /socket.io/}, with another limit for what is not whole yet. */
  static ConformanceServer socketIo(
      EngineConfig engine,
      SocketConfig socket,
      WaitingBytes waiting,
      Map<String, Application> applications,
      int port) {
    return new ConformanceServer(
        engine, waiting, new SocketServer(socket, waiting, applications), "/socket.io/", port);
  }

  private static WaitingBytes usualWaiting() {
    return new WaitingBytes(new MemoryBudget(BUDGET));
  }

  /** The port that it listens on. */
  int port() {
    return server.actualPort();
  }

  /** Where it is. */
  String url() {
    return "http://localhost:" + port() + path;
  }

  Engine engine() {
    return engine;
  }

  @Override
  public void close() {
    engine.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
