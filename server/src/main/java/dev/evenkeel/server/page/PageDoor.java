package dev.evenkeel.server.page;

import dev.evenkeel.server.page.PageFiles.PageFile;
import io.quarkus.runtime.LaunchMode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Serves the page at {@code /}. */
@Singleton
public class PageDoor {

  /**
   * The page loads its own files, asks its own server, and nothing else: no inline script or style,
   * no other host, no frame around it, no form that leads away. Trusted types hold its scripts to
   * text: the browser refuses to read a string as HTML for them, whatever a library or a change
   * tries.
   */
  static final String POLICY =
      String.join(
          "; ",
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          "img-src 'self'",
          "connect-src 'self'",
          "base-uri 'none'",
          "form-action 'none'",
          "frame-ancestors 'none'",
          "require-trusted-types-for 'script'",
          "trusted-types 'none'");

  private final PageFiles files = PageFiles.read();

  void register(@Observes Router router) {
    for (String path : PageFiles.paths()) {
      router.route(HttpMethod.GET, path).handler(this::answer);
      router.route(HttpMethod.HEAD, path).handler(this::answer);
    }
  }

  private void answer(RoutingContext context) {
    // A changed file is live at the next request while somebody works on it
    PageFiles now = LaunchMode.current() == LaunchMode.DEVELOPMENT ? PageFiles.read() : files;
    PageFile file = now.at(context.normalizedPath());
    if (file == null) {
      context.next();
      return;
    }
    HttpServerResponse response =
        context
            .response()
            .putHeader("Content-Security-Policy", POLICY)
            .putHeader("Content-Type", file.type())
            // Kept by the browser, and asked for each time: a newer server has a newer page
            .putHeader("Cache-Control", "no-cache")
            .putHeader("ETag", file.tag());
    if (file.tag().equals(context.request().getHeader("If-None-Match"))) {
      response.setStatusCode(304).end();
    } else if (HttpMethod.HEAD.equals(context.request().method())) {
      response.putHeader("Content-Length", Integer.toString(file.bytes().length)).end();
    } else {
      response.end(Buffer.buffer(file.bytes()));
    }
  }
}
