package dev.evenkeel.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code bin/evenkeel conformance-server} on the real build, with clients of others. */
class ConformanceServerCommandTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int STOPPED_BY_SIGTERM = 143;

  /** A busy machine may take longer to answer a ping than the suites allow. */
  private static final List<String> PATIENT = List.of("--port", "0", "--ping-timeout", "20000");

  @TempDir Path folder;

  // Mutable state, owned by the thread of the test
  private Process server;

  @AfterEach
  void end() throws InterruptedException {
    if (server != null) {
      server.descendants().forEach(ProcessHandle::destroyForcibly);
      server.destroyForcibly().waitFor();
    }
  }

  @Test
  void nodesClientGetsAlongWithTheServer() throws Exception {
    // Given
    String url = start("/socket.io/");
    // When
    var results = new ArrayList<JsonNode>();
    Process client =
        new ProcessBuilder("node", "conformance.mjs", url)
            .directory(Script.root().resolve("integration-tests/testbed/socketio-client").toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var output = client.inputReader()) {
      for (String result = output.readLine(); result != null; result = output.readLine()) {
        results.add(JSON.readTree(result));
      }
      // Then
      assertThat(client.waitFor(20, TimeUnit.SECONDS)).isTrue();
    } finally {
      client.destroy();
    }
    assertThat(results)
        .hasSize(16)
        .allSatisfy(each -> assertThat(each.get("passed").asBoolean()).as("%s", each).isTrue());
    assertThat(client.exitValue()).isZero();
  }

  @Test
  void withEngineEveryMessageComesBackWithoutSocketIo() throws Exception {
    // Given
    String url = start("/engine.io/", "--engine");
    try (var http = HttpClient.newHttpClient()) {
      // When
      var messages = new LinkedBlockingQueue<String>();
      WebSocket socket =
          http.newWebSocketBuilder()
              .buildAsync(
                  URI.create(url.replace("http:", "ws:") + "/engine.io/?EIO=4&transport=websocket"),
                  new Keeping(messages))
              .get(20, TimeUnit.SECONDS);
      assertThat(messages.poll(20, TimeUnit.SECONDS)).startsWith("0{");
      socket.sendText("4hello", true).get(20, TimeUnit.SECONDS);
      // Then
      String answer = messages.poll(20, TimeUnit.SECONDS);
      while ("2".equals(answer)) { // a ping
        answer = messages.poll(20, TimeUnit.SECONDS);
      }
      assertThat(answer).isEqualTo("4hello");
      socket.abort();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void itEndsWhenItIsAskedTo(boolean engine) throws Exception {
    // Given
    String url = engine ? start("/engine.io/", "--engine") : start("/socket.io/");
    int port = URI.create(url).getPort();
    // When
    server.destroy();
    // Then
    assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(server.exitValue()).isEqualTo(STOPPED_BY_SIGTERM);
    assertThatThrownBy(() -> new Socket("localhost", port).close())
        .as("nothing of it is left")
        .isInstanceOf(ConnectException.class);
  }

  @Test
  void aPortThatIsTakenIsSaidInOneLine() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
      var script =
          new Script(Script.root().resolve("bin/evenkeel"), environment())
              .patientFor(Duration.ofMinutes(2));

      var result = script.run("conformance-server", "--port", "" + taken.getLocalPort());

      assertThat(result.exitCode()).isEqualTo(2);
      assertThat(result.error())
          .startsWith("evenkeel: cannot listen on port " + taken.getLocalPort() + ":")
          .hasLineCount(1);
    }
  }

  /** Starts it as a user does, and says where it is, as it prints it. */
  private String start(String path, String... options) throws Exception {
    var command =
        new ArrayList<>(
            List.of(Script.root().resolve("bin/evenkeel").toString(), "conformance-server"));
    command.addAll(PATIENT);
    command.addAll(List.of(options));
    var builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().clear();
    builder.environment().putAll(environment());
    server = builder.start();
    String line = String.valueOf(server.inputReader().readLine());
    assertThat(line).startsWith("listening on http://localhost:").endsWith(path);
    return line.substring("listening on ".length(), line.length() - path.length());
  }

  private Map<String, String> environment() {
    return Map.of(
        "PATH", "/usr/bin:/bin",
        "HOME", folder.toString(),
        "JAVA_HOME", System.getProperty("java.home"));
  }

  /** Keeps the texts that come; each here is one frame. */
  private record Keeping(BlockingQueue<String> messages) implements WebSocket.Listener {

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      messages.add(data.toString());
      socket.request(1);
      return null;
    }
  }
}
