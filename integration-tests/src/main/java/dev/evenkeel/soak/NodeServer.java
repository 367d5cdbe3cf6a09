package dev.evenkeel.soak;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The real Node Socket.IO server of the testbed as a process, which keeps its port over restarts.
 * What it received it writes to a journal before it acknowledges, so that nothing of it is
 * forgotten when the process is killed.
 */
public final class NodeServer implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Path SCRIPT = Path.of("testbed", "socketio-server", "server.mjs");

  private final String name;
  private final Path journal;
  private final List<String> options;

  // Mutable state, owned by the thread that starts and ends it: one fault at a time
  private volatile @Nullable Process process;
  private volatile int port;
  private volatile int controlPort;

  /**
   * A server that is still to be started.
   *
   * @param journal a folder of its own
   * @param options more options of the script
   */
  public NodeServer(String name, Path journal, String... options) {
    this.name = name;
    this.journal = journal;
    this.options = List.of(options);
  }

  /** The name that the target has in the server. */
  public String name() {
    return name;
  }

  /** Where its journal is. */
  Path journal() {
    return journal;
  }

  /** Starts it, on the same ports each time, and waits until it listens. */
  public NodeServer start() throws IOException {
    if (process != null && process.isAlive()) {
      throw new IllegalStateException("the target " + name + " runs already");
    }
    Files.createDirectories(journal);
    Path script = script();
    var command = new ArrayList<String>();
    command.addAll(List.of("node", script.toString(), "--journal", journal.toString()));
    command.addAll(List.of("--port", "" + port, "--control-port", "" + controlPort));
    command.addAll(options);
    var builder = new ProcessBuilder(command);
    builder.environment().put("EVENKEEL_TESTBED_FOLLOW_STDIN", "1");
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    Process started = builder.start();
    String line = started.inputReader().readLine();
    if (line == null) {
      throw new IOException("the target " + name + " ended while it started: " + command);
    }
    JsonNode said = JSON.readTree(line);
    port = said.get("port").asInt();
    controlPort = said.get("controlPort").asInt();
    process = started;
    return this;
  }

  private static Path script() throws IOException {
    Path script =
        Stream.of(SCRIPT, Path.of("integration-tests").resolve(SCRIPT))
            .map(Path::toAbsolutePath)
            .filter(Files::exists)
            .findFirst()
            .orElseThrow(
                () -> new IOException(SCRIPT + " is missing; start from the root of the project"));
    if (!Files.isDirectory(script.resolveSibling("node_modules"))) {
      throw new IOException(
          "the Node packages are missing; install them: npm ci --prefix " + script.getParent());
    }
    return script;
  }

  /** Where it listens. */
  public String url() {
    return "http://127.0.0.1:" + port;
  }

  /** The port on which it listens. */
  public int port() {
    return port;
  }

  /** Kills it: nothing is closed, and what was not acknowledged is gone. */
  public void kill() throws InterruptedException {
    Process running = running();
    running.destroyForcibly();
    running.waitFor();
  }

  /** Stops its process as it stands: its connections stay open, nothing is read or answered. */
  public void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** Goes on after a {@link #pause}. */
  public void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + signal, "" + running().pid()).start();
    if (kill.waitFor() != 0) {
      throw new IOException("kill -" + signal + " failed for the target " + name);
    }
  }

  /** What it counted at its own side since its last start. */
  public JsonNode state() throws IOException {
    return control("GET", "/state", "");
  }

  /** Changes how it behaves: {@code {"acknowledge":"never"}}. */
  public void mode(String json) throws IOException {
    JsonNode _ = control("PUT", "/mode", json);
  }

  /** Does what the testbed's README lists: {@code /stop}, {@code /start}, {@code /drop} ... */
  public void command(String path) throws IOException {
    JsonNode _ = control("POST", path, "");
  }

  private JsonNode control(String method, String path, String body) throws IOException {
    try (var control = HttpConnection.to(controlPort)) {
      byte[] bytes = body.getBytes(UTF_8);
      control.write(control.head(method, path, bytes.length), bytes);
      HttpConnection.Answer answer = control.readAnswer();
      if (answer.status() != 200) {
        throw new IOException(path + " of the target " + name + " answered " + answer);
      }
      return JSON.readTree(answer.body());
    }
  }

  /** Whether its process is there. */
  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  private Process running() {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException("the target " + name + " was not started");
    }
    return running;
  }

  @Override
  public void close() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
      try {
        boolean _ = running.waitFor(10, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
