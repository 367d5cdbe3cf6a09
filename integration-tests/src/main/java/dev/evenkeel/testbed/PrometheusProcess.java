package dev.evenkeel.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** The real Prometheus of this machine as a child process, with a configuration. */
public final class PrometheusProcess implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration START = Duration.ofSeconds(60);

  private final Process process;
  private final Path output;
  private final int port = Ports.free();

  /**
   * Starts it and waits until it is ready.
   *
   * @param configuration its file; rules are looked for beside it
   * @param data a folder for its own use
   */
  public PrometheusProcess(Path configuration, Path data) {
    output = data.resolveSibling("prometheus.log");
    var command =
        List.of(
            "prometheus",
            "--config.file=" + configuration,
            "--storage.tsdb.path=" + data,
            "--web.listen-address=127.0.0.1:" + port);
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Prometheus is missing; bin/evenkeel test installs it where it can", e);
    }
    awaitReady();
  }

  /**
   * Lets promtool, which comes with Prometheus, run tests of rules.
   *
   * @param tests its file; the rules lie beside it
   * @throws IllegalStateException with what promtool says, when one fails
   */
  public static void testRules(Path tests) {
    var _ = Testbed.run("promtool", "test", "rules", tests.toString());
  }

  private void awaitReady() {
    long deadline = System.nanoTime() + START.toNanos();
    while (!isReady()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        process.destroyForcibly();
        throw new IllegalStateException("Prometheus does not start\n" + output());
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  private String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isReady() {
    try (var connection = HttpConnection.to(port, Duration.ofSeconds(5))) {
      return connection.get("/-/ready").status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * The series that an expression has now.
   *
   * @throws IllegalStateException when it is none
   */
  public JsonNode query(String expression) {
    String encoded = URLEncoder.encode(expression, StandardCharsets.UTF_8);
    return get("/api/v1/query?query=" + encoded).get("data").get("result");
  }

  /** The rules that it evaluates, with their health. */
  public JsonNode rules() {
    return get("/api/v1/rules").get("data").get("groups");
  }

  private JsonNode get(String path) {
    try (var connection = HttpConnection.to(port)) {
      HttpConnection.Answer answer = connection.get(path);
      if (answer.status() != 200) {
        throw new IllegalStateException(path + " of Prometheus answered " + answer);
      }
      return JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    int _ = Testbed.await(process);
  }
}
