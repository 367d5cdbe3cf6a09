package dev.evenkeel.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The Node server as a child process, which ends with this one. */
final class NodeProcess implements SocketIoServer {

  private static final JsonMapper JSON = new JsonMapper();

  private final String name;
  private final List<String> options;

  // Mutable state, owned by the thread that starts and ends it: one at a time
  private volatile @Nullable Process process;
  private volatile int port;
  private volatile int controlPort;

  NodeProcess(String name, List<String> options) {
    this.name = name;
    this.options = List.copyOf(options);
  }

  NodeProcess journal(Path journal) {
    var more = new ArrayList<>(options);
    more.addAll(List.of("--journal", Testbed.made(journal).toString()));
    return new NodeProcess(name, more);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public NodeProcess start() {
    if (isAlive()) {
      throw new IllegalStateException("the target " + name + " runs already");
    }
    Path folder = Testbed.socketIoServer();
    if (!Files.isDirectory(folder.resolve("node_modules"))) {
      throw new IllegalStateException(
          "the Node packages are missing; install them: npm ci --prefix " + folder);
    }
    var command = new ArrayList<String>();
    command.addAll(List.of("node", folder.resolve("server.mjs").toString()));
    command.addAll(List.of("--port", "" + port, "--control-port", "" + controlPort));
    command.addAll(options);
    var builder = new ProcessBuilder(command);
    builder.environment().put("EVENKEEL_TESTBED_FOLLOW_STDIN", "1");
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      Process started = builder.start();
      String line = started.inputReader().readLine();
      if (line == null) {
        throw new IllegalStateException(
            "the target " + name + " ended while it started: " + command);
      }
      JsonNode said = JSON.readTree(line);
      port = said.get("port").asInt();
      controlPort = said.get("controlPort").asInt();
      process = started;
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean isAlive() {
    Process running = process;
    return running != null && running.isAlive();
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String bridgeUrl() {
    return url();
  }

  @Override
  public int controlPort() {
    return controlPort;
  }

  @Override
  public void kill() {
    Process running = running();
    running.destroyForcibly();
    Testbed.await(running);
  }

  @Override
  public void pause() {
    Testbed.run("kill", "-STOP", "" + running().pid());
  }

  @Override
  public void resume() {
    Testbed.run("kill", "-CONT", "" + running().pid());
  }

  @Override
  public void cutNetwork() {
    command("/refuse");
    drop();
  }

  @Override
  public void restoreNetwork() {
    command("/listen");
  }

  @Override
  public long rssBytes() {
    return new Proc(running().pid()).rssBytes();
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
    if (isAlive()) {
      kill();
    }
  }
}
