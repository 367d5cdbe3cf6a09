package dev.evenkeel.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The server's side of a hook: it keeps what is posted, and answers as told. */
final class HookServer implements AutoCloseable {

  /** A request as it came, header names in lower case. */
  record Request(String path, Map<String, String> headers, byte[] body) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
  private final CountDownLatch release = new CountDownLatch(1);

  private HookServer(int status, String answer, boolean hangs) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", exchange -> handle(exchange, status, answer, hangs));
    server.start();
  }

  static HookServer answering(int status, String answer) throws IOException {
    return new HookServer(status, answer, false);
  }

  /** Takes the event and does not answer until it is closed. */
  static HookServer hanging() throws IOException {
    return new HookServer(200, "too late", true);
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  Request request() throws InterruptedException {
    var request = requests.poll(10, TimeUnit.SECONDS);
    if (request == null) {
      throw new AssertionError("nothing was posted to the server");
    }
    return request;
  }

  private void handle(HttpExchange exchange, int status, String answer, boolean hangs)
      throws IOException {
    try (exchange) {
      var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
      exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
      var body = exchange.getRequestBody().readAllBytes();
      requests.add(new Request(exchange.getRequestURI().toString(), headers, body));
      if (hangs) {
        release.await();
      }
      var bytes = answer.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Location", "/elsewhere");
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    release.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
