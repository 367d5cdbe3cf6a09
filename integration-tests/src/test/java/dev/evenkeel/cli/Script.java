package dev.evenkeel.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs {@code bin/evenkeel} as a user's shell or an agent would, with an environment of its own.
 */
record Script(Path file, Map<String, String> environment, Duration hangs) {

  /** Far beyond what any call in these tests needs: only a call that hangs reaches it. */
  private static final Duration HANGS = Duration.ofSeconds(20);

  Script(Path file, Map<String, String> environment) {
    this(file, environment, HANGS);
  }

  /** What a call left behind. Output is kept as text of single bytes, so that nothing is lost. */
  record Result(int exitCode, String output, String error, Duration duration) {}

  /** The script of this checkout, with an environment that holds only a home and the usual path. */
  static Script ofThisCheckout() {
    return new Script(
        root().resolve("bin/evenkeel"),
        Map.of("PATH", "/usr/bin:/bin", "HOME", System.getProperty("user.home")));
  }

  static Path root() {
    var folder = Path.of(System.getProperty("user.dir")).toAbsolutePath();
    while (!Files.exists(folder.resolve("bin/evenkeel"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException("the tests run outside of a checkout: no bin/evenkeel");
      }
    }
    return folder;
  }

  Script with(String name, String value) {
    var changed = new HashMap<>(environment);
    changed.put(name, value);
    return new Script(file, Map.copyOf(changed), hangs);
  }

  /** For calls that take longer than usual: what builds something. */
  Script patientFor(Duration duration) {
    return new Script(file, environment, duration);
  }

  Result run(String... arguments) throws Exception {
    return run(new byte[0], arguments);
  }

  Result run(byte[] input, String... arguments) throws Exception {
    return call(command(arguments), stream -> write(stream, input));
  }

  /** Runs it with a standard input that stays open and empty. */
  Result runWithOpenInput(String... arguments) throws Exception {
    return call(command(arguments), stream -> {});
  }

  /** Runs a line of shell in which {@code "$0"} is the script. */
  Result runLine(String line) throws Exception {
    return call(List.of("/bin/sh", "-c", line, file.toString()), Script::close);
  }

  private List<String> command(String... arguments) {
    var command = new ArrayList<>(List.of(file.toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  private Result call(List<String> command, Consumer<OutputStream> input) throws Exception {
    var builder = new ProcessBuilder(command).directory(Path.of("/").toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    long start = System.nanoTime();
    var process = builder.start();
    var output = reading(process.getInputStream());
    var error = reading(process.getErrorStream());
    var writing =
        CompletableFuture.runAsync(
            () -> input.accept(process.getOutputStream()), Thread::startVirtualThread);
    if (!process.waitFor(hangs.toMillis(), TimeUnit.MILLISECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new AssertionError(command + " still runs after " + hangs);
    }
    var duration = Duration.ofNanos(System.nanoTime() - start);
    writing.join();
    return new Result(process.exitValue(), output.join(), error.join(), duration);
  }

  private static CompletableFuture<String> reading(InputStream stream) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.ISO_8859_1);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        Thread::startVirtualThread);
  }

  private static void close(OutputStream stream) {
    write(stream, new byte[0]);
  }

  private static void write(OutputStream stream, byte[] input) {
    try (stream) {
      stream.write(input);
    } catch (IOException e) {
      // The script may end before it has read everything: that is no failure of the call.
      return;
    }
  }
}
