package dev.evenkeel.extensions.gitbranch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads which branch a folder is on from the files of its repository, as gitrepository-layout(5)
 * and gitglossary(7) describe them. What an event or such a file names is read only below the
 * roots, and only where it is a small regular file.
 */
final class Repositories {

  /** More levels than a project has between a folder and its repository. */
  private static final int MOST_LEVELS = 64;

  /** A path of Linux has at most 4,096 bytes, the name of a branch about 250. */
  private static final int MOST_BYTES = 8192;

  private static final Pattern GIT_FILE = Pattern.compile("gitdir: (.+)");
  private static final Pattern REFERENCE = Pattern.compile("ref: refs/(?:heads/)?+(\\P{Cntrl}+)");
  private static final Pattern COMMIT =
      Pattern.compile("([0-9a-f]{7})(?:[0-9a-f]{33}|[0-9a-f]{57})");

  /** What HEAD names where references are kept in another format: it says nothing then. */
  private static final String ELSEWHERE = ".invalid";

  private final Roots roots;

  Repositories(Roots roots) {
    this.roots = roots;
  }

  /**
   * The branch of the folder's repository, or the first seven digits of the commit that is checked
   * out; empty where there is no repository below the roots, or it is not readable.
   */
  Optional<String> branchOf(String folder) {
    try {
      Path path = Path.of(folder);
      if (!roots.seemToHold(path)) {
        return Optional.empty();
      }
      Optional<Path> real = roots.real(path);
      Optional<Path> repository = real.isEmpty() ? Optional.empty() : repositoryAbove(real.get());
      return repository.isEmpty() ? Optional.empty() : headOf(repository.get());
    } catch (InvalidPathException | IOException e) {
      return Optional.empty(); // it does not exist, or is not ours to read: nothing to tell
    }
  }

  private Optional<Path> repositoryAbove(Path folder) throws IOException {
    int level = 0;
    for (Path each = folder;
        each != null && roots.holds(each) && level < MOST_LEVELS;
        each = each.getParent(), level++) {
      Path git = each.resolve(".git");
      if (Files.exists(git, LinkOption.NOFOLLOW_LINKS)) {
        return repositoryAt(git);
      }
    }
    return Optional.empty();
  }

  /** A folder; or a file that names it, as worktrees and submodules have. Or a link to either. */
  private Optional<Path> repositoryAt(Path git) throws IOException {
    Optional<Path> real = roots.real(git);
    if (real.isEmpty() || Files.isDirectory(real.get(), LinkOption.NOFOLLOW_LINKS)) {
      return real;
    }
    Matcher named = GIT_FILE.matcher(firstLineOf(real.get()));
    if (!named.matches()) {
      return Optional.empty();
    }
    Path repository = real.get().resolveSibling(named.group(1));
    return roots.seemToHold(repository) ? roots.real(repository) : Optional.empty();
  }

  private static Optional<String> headOf(Path repository) throws IOException {
    String head = firstLineOf(repository.resolve("HEAD"));
    Matcher reference = REFERENCE.matcher(head);
    if (reference.matches()) {
      return Optional.of(reference.group(1)).filter(name -> !name.equals(ELSEWHERE));
    }
    Matcher commit = COMMIT.matcher(head);
    return commit.matches() ? Optional.of(commit.group(1)) : Optional.empty();
  }

  /** Empty where it is no small regular file. */
  private static String firstLineOf(Path file) throws IOException {
    var attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile() || attributes.size() > MOST_BYTES) {
      return "";
    }
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      String text = new String(in.readNBytes(MOST_BYTES), UTF_8);
      int end = text.indexOf('\n');
      return (end < 0 ? text : text.substring(0, end)).stripTrailing();
    }
  }
}
