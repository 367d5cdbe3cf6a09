package dev.evenkeel.extensions.gitbranch;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code evenkeel.extensions.git-branch.*}
 *
 * @param roots the folders below which repositories are looked at, absolute; the home of the user
 *     who runs the server
 */
public record GitBranchConfig(List<String> roots) {

  /** The defaults. */
  public GitBranchConfig() {
    this(List.of(System.getProperty("user.home")));
  }

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException when a root is no absolute path
   */
  public GitBranchConfig {
    roots = List.copyOf(roots);
    for (String root : roots) {
      if (!isAbsolute(root)) {
        throw new IllegalArgumentException(
            "roots has '" + root + "'; a root is a folder with its whole path");
      }
    }
  }

  private static boolean isAbsolute(String root) {
    try {
      return Path.of(root).isAbsolute();
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
