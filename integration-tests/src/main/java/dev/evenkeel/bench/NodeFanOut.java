package dev.evenkeel.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The Node server that the hub is compared with, as a process of its own. */
final class NodeFanOut implements AutoCloseable {

  private static final String FOLDER = "testbed/socketio-server";

  private final Process process;
  private final int port;

  NodeFanOut() throws IOException {
    Path folder =
        Stream.of(Path.of(FOLDER), Path.of("integration-tests", FOLDER))
            .filter(Files::isDirectory)
            .findFirst()
            .orElseThrow(() -> new IOException("no folder " + FOLDER + "; run it in the checkout"));
    process =
        new ProcessBuilder("node", "fan-out.mjs")
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String line = process.inputReader().readLine();
    if (line == null) {
      throw new IOException(
          "the Node server does not start; 'npm ci' in " + folder + " installs what it needs");
    }
    port = new JsonMapper().readTree(line).get("port").asInt();
  }

  int port() {
    return port;
  }

  @Override
  public void close() {
    process.destroy();
  }
}
