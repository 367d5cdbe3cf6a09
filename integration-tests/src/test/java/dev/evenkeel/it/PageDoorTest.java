package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import dev.evenkeel.testbed.HttpConnection.Answer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of the page, as the packaged server sends them. */
class PageDoorTest {

  private static final String TOKEN = "a-token-of-this-test";

  @RegisterExtension static final Servers SERVERS = new Servers();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  static Path folder;

  private static EvenkeelProcess server;

  /** With a token: the page is sent without it, and nothing else is. */
  @BeforeAll
  static void start() {
    server = SERVERS.on(folder.resolve("data")).with("EVENKEEL_TOKEN", TOKEN).start();
  }

  private static Answer send(String method, String path, String... headers) throws IOException {
    try (var connection = HttpConnection.to(server.port())) {
      return connection.send(method, path, headers);
    }
  }

  private static void assertThatItIsGuarded(Answer answer) {
    assertThat(answer.header("Content-Security-Policy"))
        .startsWith("default-src 'none'; ")
        .contains("script-src 'self';", "style-src 'self';", "connect-src 'self';")
        .contains("img-src 'self';", "base-uri 'none';", "form-action 'none';")
        .contains("frame-ancestors 'none'", "require-trusted-types-for 'script'")
        .doesNotContain("unsafe", "*", "http:", "https:", "data:");
    assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
    assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
    assertThat(answer.header("Cross-Origin-Resource-Policy")).isEqualTo("same-origin");
    assertThat(answer.header("Cache-Control")).isEqualTo("no-cache");
    assertThat(answer.header("Set-Cookie")).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "/,text/html; charset=utf-8,<!doctype html>",
    "/page/page.js,text/javascript; charset=utf-8,import",
    "/page/page.css,text/css; charset=utf-8,color-scheme",
    "/page/icon.svg,image/svg+xml,<svg",
    "/page/vendor/uPlot.esm.js,text/javascript; charset=utf-8,uPlot",
    "/page/vendor/socket.io.esm.min.js,text/javascript; charset=utf-8,Socket.IO"
  })
  void aFileIsSentWithItsTypeAndItsPolicyToWhoKnowsNoToken(String path, String type, String holds)
      throws IOException {
    Answer answer = send("GET", path);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo(type);
    assertThat(answer.text()).contains(holds);
    assertThatItIsGuarded(answer);
  }

  @Test
  void whatTheBrowserHasIsNotSentAgain() throws IOException {
    String tag = send("GET", "/page/page.js").header("ETag");
    Answer again = send("GET", "/page/page.js", "If-None-Match: " + tag);
    assertThat(again.status()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThatItIsGuarded(again);
    assertThat(send("GET", "/page/page.js", "If-None-Match: \"other\"").status()).isEqualTo(200);
  }

  @Test
  void theHeadIsToldWithoutTheBody() throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> head =
          http.send(
              HttpRequest.newBuilder(server.uri().resolve("/")).HEAD().build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(head.statusCode()).isEqualTo(200);
      assertThat(head.headers().firstValueAsLong("Content-Length"))
          .hasValue(send("GET", "/").body().length);
      assertThat(head.headers().firstValue("Content-Security-Policy")).isPresent();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/index.html",
        "/page",
        "/page/",
        "/page/index.html",
        "/page/vendor/README.md",
        "/page/vendor/uPlot.LICENSE",
        "/page/../application.properties",
        "/page/%2e%2e/application.properties",
        "/page/..%2fapplication.properties",
        "/META-INF/MANIFEST.MF"
      })
  void nothingElseIsSent(String path) throws IOException {
    assertThat(send("GET", path).status()).isEqualTo(401);
    assertThat(send("GET", path, "Authorization: Bearer " + TOKEN).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE"})
  void thePageIsReadAndNothingMore(String method) throws IOException {
    assertThat(send(method, "/", "Content-Length: 0").status()).isIn(404, 405);
  }
}
