package dev.evenkeel.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The packaged server as a process of its own, started as users start it. It keeps its port and its
 * data folder over restarts. Its output goes to a file, and into the message of every failure.
 */
public final class EvenkeelProcess implements EvenkeelServer {

  /** What users get from {@code bin/evenkeel run}, as an argument file of the JVM. */
  private static final String JVM_OPTIONS = "jvm.options";

  private static final String JAR = "target/quarkus-app/quarkus-run.jar";
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(30);
  private static final int TAIL_LINES = 60;
  private static final int KILLED = 137;

  private final Path dataDir;
  private final Path output;
  private final int port;
  private final List<String> jvmFlags = new ArrayList<>();
  private final Map<String, String> environment = new LinkedHashMap<>();
  private final AtomicInteger starts = new AtomicInteger();

  // Mutable state, owned by the thread of the test
  private @Nullable Process process;
  private Duration startUp = Duration.ZERO;

  private EvenkeelProcess(Path dataDir, Path output, int port) {
    this.dataDir = dataDir;
    this.output = output;
    this.port = port;
    environment.put("MALLOC_ARENA_MAX", "2");
    environment.put("MALLOC_MMAP_THRESHOLD_", "131072");
    environment.put("MALLOC_TRIM_THRESHOLD_", "131072");
    environment.put("EVENKEEL_DATA_DIR", dataDir.toString());
    environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
  }

  /** A server that is still to be started, on a free port. */
  public static EvenkeelProcess on(Path dataDir) {
    return on(dataDir, dataDir.resolveSibling(dataDir.getFileName() + "-output.log"));
  }

  /** A server that is still to be started, on a free port, which writes its output to this file. */
  public static EvenkeelProcess on(Path dataDir, Path output) {
    return new EvenkeelProcess(dataDir, output, Ports.free());
  }

  /** Sets an environment variable from the next start on. */
  @Override
  public EvenkeelProcess with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  @Override
  public EvenkeelProcess withExtension(Path jar) {
    Path folder = Testbed.made(dataDir.resolve("extensions"));
    try {
      Files.copy(jar, folder.resolve(jar.toFile().getName()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** Adds a flag of the JVM from the next start on. */
  public EvenkeelProcess withFlag(String flag) {
    jvmFlags.add(flag);
    return this;
  }

  /** Uses the start-up cache that {@code bin/evenkeel} has made, from the next start on. */
  public EvenkeelProcess withStartUpCache(Path cache) {
    return withFlag("-Xlog:aot*=off").withFlag("-XX:AOTCache=" + cache);
  }

  /** Starts the server and waits until it answers. */
  @Override
  public EvenkeelProcess start() {
    long begin = System.nanoTime();
    spawn();
    awaitAnswering();
    startUp = Duration.ofNanos(System.nanoTime() - begin);
    return this;
  }

  @Override
  public int starts() {
    return starts.get();
  }

  /** Starts the server without waiting for it. */
  public EvenkeelProcess spawn() {
    if (isAlive()) {
      throw new IllegalStateException("the server runs already");
    }
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    Path server = server();
    command.add("@" + server.resolve(JVM_OPTIONS));
    command.addAll(jvmFlags);
    command.add("-jar");
    command.add(server.resolve(JAR).toString());
    var builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("EVENKEEL_"));
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    try {
      process = builder.start();
      var _ = starts.incrementAndGet();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** The folder of the server's module, with its build. */
  private static Path server() {
    return Stream.of(Path.of("..", "server"), Path.of("server"))
        .map(Path::toAbsolutePath)
        .map(Path::normalize)
        .filter(folder -> Files.exists(folder.resolve(JAR)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "the packaged server is missing; build it: ./mvnw package -pl server -am"));
  }

  /** Waits until the server answers. */
  public void awaitAnswering() {
    long deadline = System.nanoTime() + START.toNanos();
    while (!answers()) {
      if (!isAlive()) {
        throw new IllegalStateException("the server ended while it started\n" + outputTail());
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("the server does not answer\n" + outputTail());
      }
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }

  /** Whether the server answers that it lives. */
  public boolean answers() {
    try (var connection = HttpConnection.to(port, Duration.ofSeconds(10))) {
      return connection.get("/q/health/live").status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** Kills it: nothing of it runs any more, nothing was closed. */
  @Override
  public void kill() {
    Process running = running();
    running.destroyForcibly();
    int code = await(running);
    if (code != KILLED) {
      throw new IllegalStateException(
          "the server had ended by itself with " + code + "\n" + outputTail());
    }
  }

  /**
   * Asks it to stop, as systemd and Docker do, and waits for its end.
   *
   * @return its exit code
   */
  @Override
  public int stop() {
    Process running = running();
    running.destroy();
    return await(running);
  }

  /** Waits for the end of a server that ends by itself, and tells its exit code. */
  public int awaitEnd() {
    return await(running());
  }

  private int await(Process running) {
    try {
      if (!running.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
        String threads = outputTail();
        running.destroyForcibly();
        throw new IllegalStateException("the server does not end\n" + threads);
      }
      return running.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Stops it and starts it again, with the same port and data. */
  public void restart() {
    stop();
    start();
  }

  private Process running() {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException("the server was not started");
    }
    return running;
  }

  /** Whether the process is there. */
  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** How long the last start took, from the command to the first answer. */
  public Duration startUp() {
    return startUp;
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public Access access() {
    return new Access(port, null);
  }

  /** Where it listens. */
  public URI uri() {
    return URI.create("http://127.0.0.1:" + port);
  }

  @Override
  public Path dataDir() {
    return dataDir;
  }

  @Override
  public long pid() {
    return running().pid();
  }

  /** All that it wrote since its first start. */
  public String output() {
    try {
      return Files.exists(output) ? Files.readString(output, StandardCharsets.UTF_8) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The end of what it wrote. */
  public String outputTail() {
    List<String> lines = output().lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
  }

  @Override
  public void close() {
    if (isAlive()) {
      running().destroyForcibly();
      await(running());
    }
  }
}
