package dev.evenkeel.server.hub.vertx;

import dev.evenkeel.server.hub.engineio.Engine;
import dev.evenkeel.server.hub.engineio.Handshake;
import dev.evenkeel.server.hub.engineio.Refusal;
import dev.evenkeel.server.hub.engineio.Session;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The door of a Socket.IO server in an HTTP server of Vert.x: long polling and websockets, on one
 * path. The HTTP server's options must be prepared with {@link WebSocketSettings}.
 */
public final class EngineRoute implements Handler<RoutingContext> {

  private static final System.Logger LOG = System.getLogger(EngineRoute.class.getName());
  private static final int TRY_AGAIN_LATER = 1013;

  private final Vertx vertx;
  private final Engine engine;
  private final Admission admission;

  /**
   * @param admission is asked about each request
   */
  public EngineRoute(Vertx vertx, Engine engine, Admission admission) {
    this.vertx = vertx;
    this.engine = engine;
    this.admission = admission;
  }

  /**
   * Serves it on a path.
   *
   * @param path with a slash at its end, {@code /socket.io/}
   */
  public void attach(Router router, String path) {
    router.route(path).handler(this);
  }

  @Override
  public void handle(RoutingContext context) {
    HttpServerRequest request = context.request();
    Handshake caller = handshake(request);
    Refusal forbidden = admission.refuses(caller);
    if (forbidden != null) {
      engine.countRefused(forbidden);
      Refusals.send(request.response(), forbidden);
      return;
    }
    letRead(caller.origin(), request.response());
    if (request.method().name().equals("OPTIONS") && caller.origin() != null) {
      request
          .response()
          .putHeader("Access-Control-Allow-Methods", "GET, POST")
          .putHeader("Access-Control-Allow-Headers", "Authorization, Content-Type")
          .setStatusCode(204)
          .end();
      return;
    }
    NettyLoop loop = NettyLoop.of(vertx.getOrCreateContext());
    switch (engine.route(asked(request))) {
      case Engine.Route.Refused(Refusal refusal) -> Refusals.send(request.response(), refusal);
      case Engine.Route.OpenPolling any -> {
        Session session = engine.open(caller, loop);
        if (session == null) {
          Refusals.send(request.response(), engine.full());
        } else {
          poll(session, request, loop);
        }
      }
      case Engine.Route.OpenWebSocket any -> upgrade(request, loop, link -> open(caller, link));
      case Engine.Route.Polls(Session session) -> poll(session, request, loop);
      case Engine.Route.Posts(Session session) -> post(session, request, loop);
      case Engine.Route.Upgrades(Session session) ->
          upgrade(
              request,
              loop,
              link -> {
                link.readInto(session);
                session.probe(link);
              });
    }
  }

  private static Engine.Request asked(HttpServerRequest request) {
    String upgrade = request.getHeader("Upgrade");
    return new Engine.Request(
        request.method().name(),
        request.getParam("EIO"),
        request.getParam("transport"),
        request.getParam("sid"),
        "websocket".equalsIgnoreCase(upgrade));
  }

  private static Handshake handshake(HttpServerRequest request) {
    SocketAddress remote = request.remoteAddress();
    String host = remote == null ? null : remote.host();
    return new Handshake(
        host == null ? "" : host,
        hostOf(request),
        request.getHeader("Origin"),
        request.getHeader("Sec-Fetch-Site"),
        request.getHeader("Authorization"),
        request.getHeader("User-Agent"));
  }

  /** HTTP/2 has no header for it. */
  private static @Nullable String hostOf(HttpServerRequest request) {
    String header = request.getHeader("Host");
    HostAndPort authority = header == null ? request.authority() : null;
    return authority == null ? header : authority.toString();
  }

  private void letRead(@Nullable String origin, HttpServerResponse response) {
    if (origin != null && admission.mayRead(origin)) {
      response
          .putHeader("Access-Control-Allow-Origin", origin)
          .putHeader("Access-Control-Allow-Credentials", "true")
          .putHeader("Vary", "Origin");
    }
  }

  private static void poll(Session session, HttpServerRequest request, NettyLoop loop) {
    var poll = new HttpPoll(request, loop);
    request.response().closeHandler(closed -> session.lost(poll));
    session.poll(poll);
  }

  private void post(Session session, HttpServerRequest request, NettyLoop loop) {
    if (session.dataBegins()) {
      new BodyReading(session, request, loop, engine).start();
    } else {
      Refusals.send(request.response(), engine.overlap());
    }
  }

  private void upgrade(HttpServerRequest request, NettyLoop loop, Consumer<HttpWebSocket> use) {
    request
        .toWebSocket()
        .onSuccess(socket -> use.accept(link(socket, request.connection(), loop)))
        .onFailure(
            failure ->
                LOG.log(System.Logger.Level.DEBUG, "A websocket could not be opened", failure));
  }

  private HttpWebSocket link(ServerWebSocket socket, HttpConnection connection, NettyLoop loop) {
    return new HttpWebSocket(
        socket, connection, loop, engine.config().maxPayload(), engine.waiting());
  }

  private void open(Handshake caller, HttpWebSocket link) {
    Session session = engine.open(caller, link);
    if (session == null) {
      link.close(TRY_AGAIN_LATER);
    } else {
      link.readInto(session);
    }
  }
}
