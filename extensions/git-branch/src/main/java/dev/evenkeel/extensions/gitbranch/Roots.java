package dev.evenkeel.extensions.gitbranch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The folders below which files may be looked at. */
final class Roots {

  /** As configured and, where they exist at the start, without symbolic links. */
  private final List<Path> roots = new ArrayList<>();

  Roots(List<String> configured) {
    for (String each : configured) {
      Path root = Path.of(each).normalize();
      roots.add(root);
      try {
        roots.add(root.toRealPath());
      } catch (IOException e) {
        // It does not exist yet: then only what its name says is below it
      }
    }
  }

  /** Whether the path says that it is below a root. Touches no file. */
  boolean seemToHold(Path path) {
    return path.isAbsolute() && holds(path.normalize());
  }

  /**
   * The path without symbolic links, where that is below a root.
   *
   * @throws IOException when it does not exist
   */
  Optional<Path> real(Path path) throws IOException {
    return Optional.of(path.toRealPath()).filter(this::holds);
  }

  /** Whether a path without symbolic links is below a root. */
  boolean holds(Path real) {
    return roots.stream().anyMatch(real::startsWith);
  }
}
