package dev.evenkeel.extensions.guard;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Paths as text: nothing is looked up on the disk of the server, which may be another machine's.
 */
final class PathText {

  private static final Set<String> SYSTEM =
      Set.of(
          "bin",
          "boot",
          "dev",
          "etc",
          "home",
          "lib",
          "lib64",
          "opt",
          "proc",
          "root",
          "sbin",
          "srv",
          "sys",
          "usr",
          "var",
          "Users",
          "System",
          "Library",
          "Applications");

  private static final Pattern SLASH = Pattern.compile("/");
  private static final Set<String> HOMES = Set.of("home", "Users");

  private PathText() {}

  /** Without {@code .}, {@code ..}, doubled and trailing slashes. */
  static String normalized(String path) {
    Deque<String> kept = new ArrayDeque<>();
    for (String part : SLASH.split(path, -1)) {
      if (part.equals("..")) {
        kept.pollLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        kept.addLast(part);
      }
    }
    return (path.startsWith("/") ? "/" : "") + String.join("/", kept);
  }

  /** Whether all of a machine or of a user's files is below: root, a system folder, a home. */
  static boolean isVital(String word) {
    String path = home(word);
    if (path.endsWith("/*")) {
      path = path.substring(0, path.length() - 1);
    }
    if (!path.startsWith("/")) {
      return false;
    }
    String[] parts = SLASH.split(normalized(path).substring(1), -1);
    return switch (parts.length) {
      case 1 -> parts[0].isEmpty() || parts[0].equals("*") || SYSTEM.contains(parts[0]);
      case 2 -> HOMES.contains(parts[0]);
      default -> false;
    };
  }

  /** The home folder, by any of its names, as a path. */
  private static String home(String word) {
    for (String name : new String[] {"${HOME}", "$HOME"}) {
      if (word.equals(name) || word.startsWith(name + "/")) {
        return "/home/me" + word.substring(name.length());
      }
    }
    if (word.startsWith("~")) {
      int slash = word.indexOf('/');
      return "/home/me" + (slash < 0 ? "" : word.substring(slash));
    }
    return word;
  }
}
