package dev.evenkeel.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.evenkeel.testbed.HttpConnection;
import dev.evenkeel.testbed.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code bin/evenkeel run} on the real build, with a real JVM: what the README's first line does.
 */
class RunCommandTest {

  private static final Duration START = Duration.ofMinutes(2);
  private static final String CACHE = "/server/target/evenkeel.aot";

  @TempDir Path folder;

  // Mutable state, owned by the thread of the test
  private Process process;
  private int port;

  @AfterEach
  void end() throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor();
  }

  @Test
  void theServerStartsFromItsStartUpCacheAndStopsWhenAsked() throws Exception {
    start("");

    assertThat(post().status()).isEqualTo(200);
    assertThat(mappedFiles()).as("the JVM uses the cache").contains(CACHE);
    assertThat(output())
        .contains("starting on http://127.0.0.1:" + port, "settings claude-code")
        .doesNotContain("no start-up cache", "WARN");

    process.destroy();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(143);
  }

  /** With a small heap the JVM would end rather than pass over the cache. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-Xms16m -Xmn8m",
        "-XX:-UseCompactObjectHeaders",
        "-XX:-UseG1GC -XX:+UseParallelGC"
      })
  void theServerStartsWithOptionsThatDoNotFitTheCache(String options) throws Exception {
    start(options);

    assertThat(post().status()).isEqualTo(200);
  }

  private void start(String javaOptions) throws IOException {
    port = Ports.free();
    var builder =
        new ProcessBuilder(Script.root().resolve("bin/evenkeel").toString(), "run")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile());
    builder.environment().clear();
    builder
        .environment()
        .putAll(
            Map.of(
                "PATH", "/usr/bin:/bin",
                "HOME", folder.toString(),
                "JAVA_HOME", System.getProperty("java.home"),
                "EVENKEEL_JAVA_OPTS", javaOptions,
                "QUARKUS_HTTP_PORT", Integer.toString(port)));
    process = builder.start();
    await()
        .atMost(START)
        .failFast("the server ended", () -> assertThat(process.isAlive()).as(output()).isTrue())
        .ignoreExceptions()
        .until(
            () -> {
              try (var connection = HttpConnection.to(port, Duration.ofSeconds(5))) {
                return connection.get("/q/health/ready").status() == 200;
              }
            });
  }

  private HttpConnection.Answer post() throws IOException {
    try (var connection = HttpConnection.to(port, Duration.ofSeconds(10))) {
      return connection.post(
          "/hooks/claude-code", "{\"hook_event_name\":\"Stop\",\"session_id\":\"s\"}");
    }
  }

  private String mappedFiles() throws IOException {
    return Files.readString(Path.of("/proc", Long.toString(process.pid()), "maps"));
  }

  private String output() throws IOException {
    return Files.readString(folder.resolve("output"));
  }
}
