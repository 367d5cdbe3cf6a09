package dev.evenkeel.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What {@code /proc} says of a process. Unchecked exceptions say that it is gone. */
record Proc(long pid) {

  /** The memory that it holds, in bytes. */
  long rssBytes() {
    return 1024 * status("VmRSS:");
  }

  /** The most memory that it ever held, in bytes. */
  long peakRssBytes() {
    return 1024 * status("VmHWM:");
  }

  int threads() {
    return (int) status("Threads:");
  }

  /** Its open file descriptors. */
  int fileDescriptors() {
    try (Stream<Path> files = Files.list(file("fd"))) {
      return (int) files.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it has read of files and sockets until now, in bytes, also where memory had it. */
  long readBytes() {
    return number("io", "rchar:");
  }

  private long status(String name) {
    return number("status", name);
  }

  /** The number in a line; what is so many kB is told without that unit. */
  private long number(String file, String name) {
    try (Stream<String> lines = Files.lines(file(file))) {
      return lines
          .filter(line -> line.startsWith(name))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("process " + pid + " has ended"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path file(String name) {
    return Path.of("/proc", Long.toString(pid), name);
  }
}
