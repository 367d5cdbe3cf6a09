package dev.evenkeel.server.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The real Socket.IO server of {@code integration-tests/testbed/socketio-server} as a child
 * process. It counts at its own side and misbehaves on request; its README says how.
 */
public final class NodeSocketIoServer implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LONGEST = Duration.ofSeconds(60);

  /** What the server counts. */
  public record State(
      int joined,
      int mostJoined,
      int everJoined,
      int refused,
      long received,
      long unique,
      long repeats,
      long outOfOrder,
      long stubs,
      long missedMessages,
      long missedTotal) {}

  /**
   * What the server recorded: ids in order of arrival, how often the repeated ones came, sessions.
   */
  public record Recorded(
      List<String> ids,
      Map<String, Integer> repeated,
      Map<String, List<String>> sessions,
      List<Long> missed) {}

  private final Path folder = folder();
  private final List<String> options;
  private final HttpClient http = HttpClient.newHttpClient();
  private Process process;
  private int port;
  private int controlPort;

  /** Starts a server with options as on its command line, on free ports. */
  public NodeSocketIoServer(String... options) {
    this.options = List.copyOf(Arrays.asList(options));
    install();
    launch();
  }

  /** Where clients connect. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + port);
  }

  public int port() {
    return port;
  }

  public long pid() {
    return process.pid();
  }

  public State state() {
    JsonNode state = control("GET", "/state", null);
    return new State(
        state.get("joined").asInt(),
        state.get("mostJoined").asInt(),
        state.get("everJoined").asInt(),
        state.get("refused").asInt(),
        state.get("received").asLong(),
        state.get("unique").asLong(),
        state.get("repeats").asLong(),
        state.get("outOfOrder").asLong(),
        state.get("stubs").asLong(),
        state.get("missedMessages").asLong(),
        state.get("missedTotal").asLong());
  }

  public Recorded recorded() {
    JsonNode record = control("GET", "/record", null);
    var ids = new ArrayList<String>();
    record.get("ids").forEach(id -> ids.add(id.asText()));
    var repeated = new LinkedHashMap<String, Integer>();
    record
        .get("repeated")
        .properties()
        .forEach(e -> repeated.put(e.getKey(), e.getValue().asInt()));
    var sessions = new LinkedHashMap<String, List<String>>();
    for (Map.Entry<String, JsonNode> session : record.get("sessions").properties()) {
      var ofSession = new ArrayList<String>();
      session.getValue().forEach(id -> ofSession.add(id.asText()));
      sessions.put(session.getKey(), ofSession);
    }
    var missed = new ArrayList<Long>();
    record.get("missed").forEach(count -> missed.add(count.asLong()));
    return new Recorded(ids, repeated, sessions, missed);
  }

  /** Changes a mode: {@code mode("acknowledge", "never")}. */
  public void mode(String name, Object value) {
    var mode = new LinkedHashMap<String, Object>();
    mode.put(name, value);
    control("PUT", "/mode", mode);
  }

  /** Does one of the things that the README lists as POST: {@code stop}, {@code drop}, ... */
  public void make(String action) {
    control("POST", "/" + action, null);
  }

  public void broadcast(String event, Object data) {
    control("POST", "/broadcast", Map.of("event", event, "data", data, "binary", "attachment"));
  }

  /** Stops the process as a debugger does: nothing is answered, nothing is closed. */
  public void freeze() {
    signal("STOP");
  }

  public void thaw() {
    signal("CONT");
  }

  /** Ends the process at once; {@link #launch} starts another on the same port. */
  public void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Starts the process, on the port it had before. */
  public void launch() {
    var command = new ArrayList<>(List.of("node", "server.mjs"));
    if (port != 0) {
      command.addAll(List.of("--port", Integer.toString(port)));
    }
    command.addAll(options);
    var builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("EVENKEEL_TESTBED_FOLLOW_STDIN", "1");
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      process = builder.start();
      var out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      String line = out.readLine();
      if (line == null) {
        throw new IllegalStateException("the Socket.IO server did not start: see its error output");
      }
      JsonNode ports = JSON.readTree(line);
      port = ports.get("port").asInt();
      controlPort = ports.get("controlPort").asInt();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run node; Node 20 or later has to be on the path", e);
    }
  }

  private void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private JsonNode control(String method, String path, Object body) {
    try {
      var text = body == null ? "" : JSON.writeValueAsString(body);
      var request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + controlPort + path))
              .timeout(LONGEST)
              .method(method, HttpRequest.BodyPublishers.ofString(text))
              .build();
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new IllegalStateException(method + " " + path + ": " + response.body());
      }
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + path, e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path folder() {
    Path here = Path.of("").toAbsolutePath();
    while (here != null) {
      Path folder = here.resolve("integration-tests/testbed/socketio-server");
      if (Files.exists(folder.resolve("server.mjs"))) {
        return folder;
      }
      here = here.getParent();
    }
    throw new IllegalStateException("no integration-tests/testbed/socketio-server above here");
  }

  private synchronized void install() {
    if (Files.exists(folder.resolve("node_modules/socket.io"))) {
      return;
    }
    try {
      Process npm =
          new ProcessBuilder("npm", "ci", "--no-audit", "--no-fund")
              .directory(folder.toFile())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      if (!npm.waitFor(5, TimeUnit.MINUTES) || npm.exitValue() != 0) {
        npm.destroyForcibly();
        throw new IllegalStateException("'npm ci' failed in " + folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run npm; Node 20 or later has to be on the path", e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    http.close();
  }
}
