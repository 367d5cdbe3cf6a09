package dev.evenkeel.server.intake;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerRequest;
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
    context
        .response()
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("X-Frame-Options", "DENY")
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("Cross-Origin-Resource-Policy", "same-origin");
    Doorkeeper.Refusal refusal =
        doorkeeper.refuses(
            new Doorkeeper.Caller(
                request.path(),
                hostOf(request),
                request.getHeader("Origin"),
                request.getHeader("Sec-Fetch-Site"),
                request.getHeader("Authorization")));
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

  /** HTTP/2 has no header for it. */
  private static @Nullable String hostOf(HttpServerRequest request) {
    String header = request.getHeader("Host");
    HostAndPort authority = header == null ? request.authority() : null;
    return authority == null ? header : authority.toString();
  }
}
