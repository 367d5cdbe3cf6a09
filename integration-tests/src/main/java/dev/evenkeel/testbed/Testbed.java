package dev.evenkeel.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Where the parts of the testbed lie, and how their commands are run. */
final class Testbed {

  private static final Path SERVER = Path.of("testbed", "socketio-server");
  private static final int END_SECONDS = 30;

  private Testbed() {}

  /** The folder of the Node server, seen from the root of the project or from its module. */
  static Path socketIoServer() {
    return Stream.of(SERVER, Path.of("integration-tests").resolve(SERVER))
        .map(Path::toAbsolutePath)
        .filter(folder -> Files.exists(folder.resolve("server.mjs")))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    SERVER + " is missing; start from the root of the project"));
  }

  /** The root of the project. */
  static Path root() {
    return socketIoServer().resolve("../../..").normalize();
  }

  /** A folder, made where it is missing. */
  static Path made(Path folder) {
    try {
      return Files.createDirectories(folder).toAbsolutePath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Runs a command to its end.
   *
   * @return the last line that it printed
   * @throws IllegalStateException with what it printed, when it fails
   */
  static String run(String... command) {
    return run(Path.of(""), Map.of(), List.of(command));
  }

  /** Runs a command to its end, in this folder and with these variables. */
  static String run(Path folder, Map<String, String> variables, List<String> command) {
    var builder = new ProcessBuilder(command).directory(folder.toAbsolutePath().toFile());
    builder.environment().putAll(variables);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    try {
      Path errors = Files.createTempFile("evenkeel-testbed", ".log");
      try {
        Process process = builder.redirectError(errors.toFile()).start();
        process.getOutputStream().close();
        List<String> lines = process.inputReader().lines().toList();
        int code = await(process);
        if (code != 0) {
          throw new IllegalStateException(
              String.join(" ", command) + " failed with " + code + "\n" + Files.readString(errors));
        }
        return lines.isEmpty() ? "" : lines.getLast();
      } finally {
        Files.delete(errors);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for the end of a process that prints nothing more, and tells its exit code. */
  static int await(Process process) {
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException(process.info().commandLine().orElse("") + " does not end");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
