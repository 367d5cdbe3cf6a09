package dev.evenkeel.server.intake;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** A plain HTTP server, and a client that writes byte by byte what a test wants. */
final class HttpFixture implements AutoCloseable {

  /** An answer; {@code retryAfter} is its header of that name, or empty. */
  record Answer(int status, String body, String retryAfter) {
    Answer(int status, String body) {
      this(status, body, "");
    }
  }

  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;

  /** The server answers each request with what the handler makes of it. */
  HttpFixture(Function<HttpServerRequest, CompletableFuture<Answer>> handler) {
    server =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  request.pause();
                  var context = vertx.getOrCreateContext();
                  handler
                      .apply(request)
                      .thenAccept(
                          answer ->
                              context.runOnContext(
                                  _ -> {
                                    request.response().setStatusCode(answer.status());
                                    if (!answer.retryAfter().isEmpty()) {
                                      request
                                          .response()
                                          .putHeader("Retry-After", answer.retryAfter());
                                    }
                                    request.response().end(answer.body());
                                  }));
                })
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  Client connect() throws IOException {
    return new Client(new Socket("127.0.0.1", server.actualPort()));
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  /** One connection. */
  static final class Client implements AutoCloseable {
    private final Socket socket;

    private Client(Socket socket) throws IOException {
      this.socket = socket;
      socket.setSoTimeout(20_000);
    }

    Client post(String headers) throws IOException {
      return send("POST / HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n\r\n");
    }

    Client send(String text) throws IOException {
      return send(text.getBytes(UTF_8));
    }

    Client send(byte[] bytes) throws IOException {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
      return this;
    }

    Client chunk(byte[] bytes) throws IOException {
      return send(Integer.toHexString(bytes.length) + "\r\n").send(bytes).send("\r\n");
    }

    Client lastChunk() throws IOException {
      return send("0\r\n\r\n");
    }

    Answer answer() throws IOException {
      InputStream in = socket.getInputStream();
      var head = new ByteArrayOutputStream();
      while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
        int b = in.read();
        if (b < 0) {
          throw new IOException("closed after " + head.toString(ISO_8859_1));
        }
        head.write(b);
      }
      String text = head.toString(ISO_8859_1);
      String length = header(text, "content-length");
      return new Answer(
          Integer.parseInt(text.split(" ")[1]),
          new String(in.readNBytes(length.isEmpty() ? 0 : Integer.parseInt(length)), UTF_8),
          header(text, "retry-after"));
    }

    private static String header(String head, String name) {
      return head.lines()
          .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
          .map(line -> line.substring(name.length() + 1).strip())
          .findFirst()
          .orElse("");
    }

    /** Closes without a farewell. */
    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
