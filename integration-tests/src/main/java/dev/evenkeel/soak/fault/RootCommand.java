package dev.evenkeel.soak.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;

/** Commands about file systems. */
final class RootCommand {

  private RootCommand() {}

  /**
   * Runs one.
   *
   * @throws IOException with what it said, when it fails
   */
  static void run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    if (await(process) != 0) {
      throw new IOException(
          "%s failed (%s); only root may make a file system: run it as root, or in a container with CAP_SYS_ADMIN"
              .formatted(String.join(" ", command), said));
    }
  }

  private static int await(Process process) throws IOException {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
