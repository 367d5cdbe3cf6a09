package dev.evenkeel.extensions.gitbranch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real Git, with no settings but these. */
final class Git {
  private final Path folder;

  private Git(Path folder) {
    this.folder = folder;
  }

  /** A new repository with one commit on the branch. */
  static Git init(Path folder, String branch) throws Exception {
    Files.createDirectories(folder);
    var git = new Git(folder);
    git.run("init", "-q", "-b", branch);
    git.run("commit", "-q", "--allow-empty", "-m", "first");
    return git;
  }

  static Git at(Path folder) {
    return new Git(folder);
  }

  /** Runs it and returns what it prints. */
  String run(String... arguments) throws Exception {
    var command = new ArrayList<>(List.of("git", "-C", folder.toString()));
    command.addAll(List.of("-c", "protocol.file.allow=always"));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    var environment = builder.environment();
    environment.put("GIT_CONFIG_GLOBAL", "/dev/null");
    environment.put("GIT_CONFIG_NOSYSTEM", "1");
    for (String who : new String[] {"AUTHOR", "COMMITTER"}) {
      environment.put("GIT_" + who + "_NAME", "Dev");
      environment.put("GIT_" + who + "_EMAIL", "dev@example.invalid");
    }
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes());
    if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException(command + ": " + output);
    }
    return output.strip();
  }
}
