package dev.evenkeel.server.intake;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/** Puts the doorkeeper before every door. */
@ApplicationScoped
public class DoorFilter {

  /** Before everything else: the order is by falling priority. */
  private static final int FIRST = 10_000;

  private static final String HUB = "/socket.io/";

  private final Doorkeeper doorkeeper;

  @Inject
  DoorFilter(Doorkeeper doorkeeper) {
    this.doorkeeper = doorkeeper;
  }

  void register(@Observes Filters filters) {
    filters.register(this::check, FIRST);
  }

  private void check(RoutingContext context) {
    HttpServerRequest request = context.request();
    if (request.version() == HttpVersion.HTTP_2) {
      // It has no such header, and clients take an answer that has one for broken.
      context.addHeadersEndHandler(ignored -> context.response().headers().remove("Connection"));
    }
    context
        .response()
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("X-Frame-Options", "DENY")
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("Cross-Origin-Resource-Policy", "same-origin");
    var caller =
        new Doorkeeper.Caller(
            request.path(),
            hostOf(request),
            request.getHeader("Origin"),
            request.getHeader("Sec-Fetch-Site"),
            request.getHeader("Authorization"));
    boolean mayRead = letRead(caller, context.response());
    if (mayRead && isPreflight(request) && !doorkeeper.isStranger(caller)) {
      allow(context.response());
      return;
    }
    Doorkeeper.Refusal refusal = doorkeeper.refuses(caller);
    if (refusal == null) {
      context.next();
      return;
    }
    if (refusal.status() == 401) {
      context.response().putHeader("WWW-Authenticate", "Bearer");
    }
    context
        .response()
        .setStatusCode(refusal.status())
        .putHeader("Content-Type", "application/json")
        .putHeader("Connection", "close")
        .end(JsonNodeFactory.instance.objectNode().put("error", refusal.error()).toString());
  }

  /** A page that is allowed may read the answers. The hub says so by itself. */
  private boolean letRead(Doorkeeper.Caller caller, HttpServerResponse response) {
    String origin = caller.origin();
    if (origin == null || !doorkeeper.allows(origin) || caller.path().startsWith(HUB)) {
      return false;
    }
    response.putHeader("Access-Control-Allow-Origin", origin).putHeader("Vary", "Origin");
    return true;
  }

  /** A browser asks so before it sends a header of its own, and cannot send the token yet. */
  private static boolean isPreflight(HttpServerRequest request) {
    return HttpMethod.OPTIONS.equals(request.method())
        && request.getHeader("Access-Control-Request-Method") != null;
  }

  private static void allow(HttpServerResponse response) {
    response
        .setStatusCode(204)
        .putHeader("Access-Control-Allow-Methods", "GET, POST")
        .putHeader("Access-Control-Allow-Headers", "Authorization, Content-Type")
        .putHeader("Access-Control-Max-Age", "600")
        .end();
  }

  /** HTTP/2 has no header for it. */
  private static @Nullable String hostOf(HttpServerRequest request) {
    String header = request.getHeader("Host");
    HostAndPort authority = header == null ? request.authority() : null;
    return authority == null ? header : authority.toString();
  }
}
