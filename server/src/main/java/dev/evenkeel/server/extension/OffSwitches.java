package dev.evenkeel.server.extension;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The operator's last word on each extension that was switched by hand, kept in a file of lines
 * {@code name=off} or {@code name=on}, so that it outlasts a restart.
 */
public final class OffSwitches {

  private static final System.Logger LOG = System.getLogger(OffSwitches.class.getName());

  private final @Nullable Path file;

  // Mutable state, guarded by this
  private final Map<String, Boolean> switches = new TreeMap<>();

  private OffSwitches(@Nullable Path file) {
    this.file = file;
  }

  /** Switches that are kept nowhere. */
  static OffSwitches inMemory() {
    return new OffSwitches(null);
  }

  /** Switches that are kept in this file, which need not be there yet. */
  public static OffSwitches in(Path file) {
    var switches = new OffSwitches(file);
    switches.read(file);
    return switches;
  }

  private synchronized void read(Path from) {
    if (!Files.exists(from)) {
      return;
    }
    try {
      for (String line : Files.readAllLines(from, UTF_8)) {
        int equals = line.indexOf('=');
        if (equals > 0) {
          switches.put(line.substring(0, equals), line.substring(equals + 1).equals("on"));
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(
          from
              + ", which says what extensions are switched off, cannot be read: "
              + e
              + ". Make it readable, or delete it",
          e);
    }
  }

  /** Whether it was switched on or off; null when it was never switched. */
  synchronized @Nullable Boolean of(String extension) {
    return switches.get(extension);
  }

  /**
   * Keeps the word.
   *
   * @return whether it outlasts a restart
   */
  synchronized boolean set(String extension, boolean on) {
    switches.put(extension, on);
    if (file == null) {
      return true;
    }
    var text = new StringBuilder();
    switches.forEach((name, is) -> text.append(name).append(is ? "=on\n" : "=off\n"));
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.writeString(fresh, text, UTF_8);
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.ERROR,
          "That {0} is switched {1} cannot be written to {2} and ends with this process: {3}",
          extension,
          on ? "on" : "off",
          file,
          e);
      return false;
    }
  }
}
