package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The packaged server's conformance application with Node's own Socket.IO client. */
class NodeClientTest {

  private static final JsonMapper JSON = new JsonMapper();

  /** The conformance server as {@code bin/evenkeel conformance-server} starts it. */
  private static Process conformanceServer() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-cp",
            Path.of("..", "server", "target", "quarkus-app", "quarkus-run.jar").toString(),
            "dev.evenkeel.server.hub.conformance.Main",
            "--port",
            "0",
            "--ping-timeout", // a busy machine may take longer than the suites allow
            "20000")
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  @Test
  void nodesClientGetsAlongWithTheServer() throws Exception {
    Process server = conformanceServer();
    try {
      String line = String.valueOf(server.inputReader().readLine());
      assertThat(line).startsWith("listening on http://localhost:").endsWith("/socket.io/");
      String url = line.substring("listening on ".length(), line.length() - "/socket.io/".length());

      Process client =
          new ProcessBuilder("node", "conformance.mjs", url)
              .directory(Path.of("testbed", "socketio-client").toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      List<JsonNode> results = new ArrayList<>();
      try (var output = client.inputReader()) {
        for (String result = output.readLine(); result != null; result = output.readLine()) {
          results.add(JSON.readTree(result));
        }
      } finally {
        client.destroy();
      }

      assertThat(client.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(results)
          .hasSize(16)
          .allSatisfy(each -> assertThat(each.get("passed").asBoolean()).as("%s", each).isTrue());
      assertThat(client.exitValue()).isZero();
    } finally {
      server.destroy();
    }
  }
}
