package dev.evenkeel.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.testbed.HttpConnection;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The real Node Socket.IO server of the testbed, as a child process. */
final class NodeTarget implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();

  private final Process process;
  private final JsonNode ports;

  NodeTarget() throws IOException {
    var builder = new ProcessBuilder("node", "server.mjs");
    builder.directory(Path.of("testbed", "socketio-server").toFile());
    builder.environment().put("EVENKEEL_TESTBED_FOLLOW_STDIN", "1");
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    process = builder.start();
    BufferedReader output = process.inputReader();
    ports = JSON.readTree(output.readLine());
  }

  String url() {
    return "http://127.0.0.1:" + ports.get("port").asInt();
  }

  /** What it counted at its own side. */
  JsonNode state() {
    return control("GET", "/state");
  }

  /** What came, in its order. */
  JsonNode record() {
    return control("GET", "/record");
  }

  /** The last events, as they came. */
  JsonNode latest() {
    return control("GET", "/latest");
  }

  /** Closes every connection, and the port. */
  void stop() {
    control("POST", "/stop");
  }

  /** Opens the same port again. */
  void start() {
    control("POST", "/start");
  }

  /** Ends every connection without a word. */
  void drop() {
    control("POST", "/drop");
  }

  private JsonNode control(String method, String path) {
    try (var control = HttpConnection.to(ports.get("controlPort").asInt())) {
      HttpConnection.Answer answer =
          method.equals("GET") ? control.get(path) : control.post(path, "");
      if (answer.status() != 200) {
        throw new IllegalStateException(path + " answered " + answer);
      }
      return JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
  }
}
