package dev.evenkeel.it;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What {@code bin/evenkeel run} makes once for each build and starts the server with. The tests'
 * servers start with it too: in half the time, and as users start theirs.
 */
public final class StartUpCache {

  private static final Path COMMAND = Path.of("..", "bin", "evenkeel").toAbsolutePath().normalize();

  private static final Path LOCK = Path.of("target", "start-up-cache.lock");

  /** The cache of this build. Empty where none can be made: a server starts without one. */
  public static final Optional<Path> FILE = make();

  private StartUpCache() {}

  /** One JVM of the tests at a time: two that make it would each remove the other's. */
  private static Optional<Path> make() {
    try (FileChannel lock = FileChannel.open(LOCK, CREATE, WRITE);
        var _ = lock.lock()) {
      var builder = new ProcessBuilder(COMMAND.toString(), "start-up-cache");
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      builder.redirectError(ProcessBuilder.Redirect.INHERIT);
      Process process = builder.start();
      process.getOutputStream().close();
      var printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      if (code != 0) {
        throw new IllegalStateException(COMMAND + " start-up-cache ended with " + code);
      }
      return Optional.of(printed.strip())
          .filter(path -> !path.isEmpty())
          .map(Path::of)
          .filter(Files::exists);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
