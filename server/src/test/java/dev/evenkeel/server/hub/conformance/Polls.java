package dev.evenkeel.server.hub.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Speaks HTTP with a server under test, as long polling does. */
final class Polls implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final String url;
  private final int port;

  Polls(ConformanceServer server) {
    url = server.url();
    port = server.port();
  }

  /** A request with the query, the method and the body. */
  HttpResponse<String> request(String method, String query, String body) throws Exception {
    return http.send(built(method, query, body), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> get(String query) throws Exception {
    return request("GET", query, "");
  }

  CompletableFuture<HttpResponse<String>> getLater(String query) {
    return http.sendAsync(built("GET", query, ""), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest built(String method, String query, String body) {
    var content =
        body.isEmpty()
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body);
    return HttpRequest.newBuilder(URI.create(url + query)).method(method, content).build();
  }

  /** Opens a session and says its id. */
  String open() throws Exception {
    return handshake().get("sid").asText();
  }

  /** Opens a session and joins the main namespace. */
  String join() throws Exception {
    String sid = open();
    post(sid, "40");
    poll(sid);
    return sid;
  }

  JsonNode handshake() throws Exception {
    var response = get("?EIO=4&transport=polling");
    if (response.statusCode() != 200 || !response.body().startsWith("0")) {
      throw new AssertionError("no handshake: " + response + " " + response.body());
    }
    return JSON.readTree(response.body().substring(1));
  }

  static String of(String sid) {
    return "?EIO=4&transport=polling&sid=" + sid;
  }

  HttpResponse<String> poll(String sid) throws Exception {
    return get(of(sid));
  }

  HttpResponse<String> post(String sid, String payload) throws Exception {
    return request("POST", of(sid), payload);
  }

  /** Sends a GET over a connection of its own, which the caller closes to cancel it. */
  Socket rawGet(String sid) throws IOException {
    var socket = new Socket("localhost", port);
    String path = URI.create(url).getPath();
    socket
        .getOutputStream()
        .write(
            ("GET " + path + of(sid) + " HTTP/1.1\r\nHost: localhost:" + port + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /** Asks for a websocket with one header more; the lines of the answer's head. */
  List<String> upgrade(String header) throws IOException {
    try (var socket = new Socket("localhost", port)) {
      String path = URI.create(url).getPath() + "?EIO=4&transport=websocket";
      socket
          .getOutputStream()
          .write(
              ("GET %s HTTP/1.1\r\n"
                      + "Host: localhost:%d\r\n"
                      + "Connection: Upgrade\r\n"
                      + "Upgrade: websocket\r\n"
                      + "Sec-WebSocket-Version: 13\r\n"
                      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                      + "%s\r\n\r\n")
                  .formatted(path, port, header)
                  .getBytes(StandardCharsets.US_ASCII));
      var reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      return reader.lines().takeWhile(line -> !line.isEmpty()).toList();
    }
  }

  HttpResponse<String> postBytes(String sid, byte[] body) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(url + of(sid)))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  /** Announces a body and sends none; what the first line of the answer is. */
  String declare(String sid, long length) throws IOException {
    try (var socket = begin(sid, "Content-Length: " + length)) {
      return firstLine(socket);
    }
  }

  /** Sends a body without saying how long it is; what the first line of the answer is. */
  String chunked(String sid, int length) throws IOException {
    try (var socket = begin(sid, "Transfer-Encoding: chunked")) {
      var output = socket.getOutputStream();
      output.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
      output.write(new byte[length]);
      output.flush();
      return firstLine(socket);
    }
  }

  /** A POST whose body does not come. */
  Socket halfPost(String sid) throws IOException {
    return halfPost(sid, 10);
  }

  Socket halfPost(String sid, int length) throws IOException {
    return begin(sid, "Content-Length: " + length);
  }

  private Socket begin(String sid, String header) throws IOException {
    var socket = new Socket("localhost", port);
    socket.setSoTimeout(20_000); // far beyond what an answer takes
    String path = URI.create(url).getPath();
    socket
        .getOutputStream()
        .write(
            ("POST %s%s HTTP/1.1\r\nHost: localhost:%d\r\n%s\r\n\r\n"
                    .formatted(path, of(sid), port, header))
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static String firstLine(Socket socket) throws IOException {
    var reader =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    return String.valueOf(reader.readLine());
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
