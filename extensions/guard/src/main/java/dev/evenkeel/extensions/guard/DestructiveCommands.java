package dev.evenkeel.extensions.guard;

import dev.evenkeel.extension.HookAnswer;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The shipped set: commands that destroy what cannot be got back. It looks at what a shell would
 * run and not at text, so that a command which only mentions one of these passes.
 */
final class DestructiveCommands {

  /** More than any system passes to a program as one argument (Linux: 128 KB). */
  static final int LONGEST = 256 << 10;

  private static final int DEEPEST = 4;

  private static final Set<String> SHELLS =
      Set.of("sh", "bash", "zsh", "dash", "ksh", "ash", "fish");
  private static final Set<String> INTERPRETERS =
      Set.of("python", "python3", "perl", "ruby", "node", "php");
  private static final Set<String> DOWNLOADERS = Set.of("curl", "wget", "fetch");
  private static final Set<String> DATABASES =
      Set.of(
          "psql",
          "mysql",
          "mariadb",
          "sqlite3",
          "sqlite",
          "duckdb",
          "clickhouse-client",
          "cockroach");
  private static final Set<String> GIT_OPTIONS_WITH_WORD =
      Set.of("-C", "-c", "--git-dir", "--work-tree", "--namespace");

  private static final Pattern SEMICOLON = Pattern.compile(";");
  private static final Pattern SPACE = Pattern.compile("\\s+");
  private static final Pattern DEVICE =
      Pattern.compile("/dev/(sd|hd|vd|xvd|nvme|mmcblk|disk|rdisk|mapper/|dm-).*");
  private static final Pattern DOWNLOADED =
      Pattern.compile("(\\$\\(|`|<\\()\\s*(curl|wget|fetch)\\s");
  private static final String FORK_BOMB = ":(){:|:&};:";
  private static final Pattern OPEN_TO_ALL =
      Pattern.compile("0?[0-7]{2}[2367]|0?000|(a|o|go|ugo)?[+=][rxX]*w[rxX]*");

  private DestructiveCommands() {}

  /** What is to be said of the call, or null when it passes. */
  static @Nullable HookAnswer judge(ToolCall call) {
    for (String statement : call.statements()) {
      if (drops(cut(statement))) {
        return HookAnswer.deny(
            "This drops or empties a table or a database. Ask the user to do it, or change the rows"
                + " that you mean.");
      }
    }
    HookAnswer question = null;
    for (String command : call.commands()) {
      HookAnswer answer = judge(command);
      if (answer instanceof HookAnswer.Deny) {
        return answer;
      }
      question = question == null ? answer : question;
    }
    return question;
  }

  private static @Nullable HookAnswer judge(String command) {
    if (command.length() > LONGEST) {
      return HookAnswer.ask(
          "The command has %d characters, more than can be checked.".formatted(command.length()));
    }
    return judge(command, 0);
  }

  private static String cut(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
  }

  private static @Nullable HookAnswer judge(String line, int depth) {
    if (isForkBomb(line)) {
      return HookAnswer.deny("This is a fork bomb: it starts processes without end.");
    }
    HookAnswer question = null;
    ShellLine.Command before = null;
    for (ShellLine.Command each : ShellLine.commandsOf(line)) {
      HookAnswer answer = judge(each, each.piped() ? before : null, depth);
      if (answer instanceof HookAnswer.Deny) {
        return answer;
      }
      question = question == null ? answer : question;
      before = each;
    }
    return question;
  }

  private static boolean isForkBomb(String line) {
    return line.contains("|:") && line.replaceAll("\\s", "").contains(FORK_BOMB);
  }

  private static @Nullable HookAnswer judge(
      ShellLine.Command command, ShellLine.@Nullable Command before, int depth) {
    if (command.outputs().stream().anyMatch(each -> DEVICE.matcher(each).matches())) {
      return HookAnswer.deny("This writes over a disk device. Write to a file.");
    }
    Program program = Program.of(command.words());
    if (program == null) {
      return null;
    }
    if (program.name().equals("eval")) {
      return eval(program, depth);
    }
    if (SHELLS.contains(program.name())) {
      return shell(program, command, before, depth);
    }
    if (INTERPRETERS.contains(program.name())) {
      boolean readsProgram =
          program.operands().isEmpty()
              && !program.has('m', "")
              && !program.has('c', "")
              && !program.has('e', "");
      boolean dash = program.operands().equals(List.of("-"));
      return (readsProgram || dash) && downloads(before) ? runsDownload() : null;
    }
    if (DATABASES.contains(program.name())) {
      boolean drops =
          program.arguments().stream().anyMatch(DestructiveCommands::drops)
              || drops(command.input())
              || (before != null && before.words().stream().anyMatch(DestructiveCommands::drops));
      return drops
          ? HookAnswer.deny("This drops or empties a table or a database. Ask the user to do it.")
          : null;
    }
    return switch (program.name()) {
      case "rm" -> remove(program);
      case "git" -> git(program);
      case "dd" -> diskDump(program);
      case "chmod", "chown", "chgrp" -> permissions(program);
      case "wipefs", "blkdiscard" ->
          program.operands().stream().anyMatch(each -> DEVICE.matcher(each).matches())
              ? HookAnswer.deny("This erases a disk device.")
              : null;
      case "shred" ->
          program.operands().stream().anyMatch(each -> DEVICE.matcher(each).matches())
              ? HookAnswer.deny("This overwrites a disk device.")
              : null;
      default ->
          program.name().startsWith("mkfs") && !program.operands().isEmpty()
              ? HookAnswer.deny("This makes a new file system, and what was on the device is gone.")
              : null;
    };
  }

  private static @Nullable HookAnswer shell(
      Program program, ShellLine.Command command, ShellLine.@Nullable Command before, int depth) {
    ShellArguments shell = ShellArguments.of(program);
    List<String> operands = shell.operands();
    boolean runsArgument = shell.options().has('c', "command");
    boolean readsInput = operands.isEmpty() || shell.options().has('s', "");
    if (hasDownload(program) || (readsInput && !runsArgument && downloads(before))) {
      return runsDownload();
    }
    if (depth >= DEEPEST) {
      return null;
    }
    if (runsArgument && !operands.isEmpty()) {
      return judge(operands.getFirst(), depth + 1);
    }
    return command.input().isEmpty() ? null : judge(command.input(), depth + 1);
  }

  /** It has no options: what looks like one is of the command that it runs. */
  private static @Nullable HookAnswer eval(Program program, int depth) {
    if (hasDownload(program)) {
      return runsDownload();
    }
    List<String> words = program.arguments();
    boolean ended = !words.isEmpty() && words.getFirst().equals("--");
    String line = String.join(" ", ended ? words.subList(1, words.size()) : words);
    return depth >= DEEPEST ? null : judge(line, depth + 1);
  }

  private static boolean hasDownload(Program program) {
    return program.arguments().stream().anyMatch(each -> DOWNLOADED.matcher(each).find());
  }

  private static boolean downloads(ShellLine.@Nullable Command command) {
    Program program = command == null ? null : Program.of(command.words());
    return program != null && DOWNLOADERS.contains(program.name());
  }

  private static HookAnswer runsDownload() {
    return HookAnswer.deny(
        "This runs what it downloads, unseen. Download it to a file, read it, and then run it.");
  }

  private static @Nullable HookAnswer remove(Program program) {
    boolean recursive = program.has('r', "recursive") || program.has('R', "no-preserve-root");
    if (!recursive) {
      return null;
    }
    for (String each : program.operands()) {
      if (PathText.isVital(each)) {
        return HookAnswer.deny(
            "This removes %s with everything in it. Remove only what you made, by its full path."
                .formatted(each));
      }
    }
    return null;
  }

  private static @Nullable HookAnswer git(Program program) {
    List<String> words = program.arguments();
    int at = 0;
    while (at < words.size() && words.get(at).startsWith("-")) {
      at += GIT_OPTIONS_WITH_WORD.contains(words.get(at)) ? 2 : 1;
    }
    if (at >= words.size()) {
      return null;
    }
    var git = new Program(words.get(at), words.subList(at + 1, words.size()));
    return switch (git.name()) {
      case "push" -> {
        boolean forced =
            git.has('f', "force")
                || git.arguments().contains("--mirror")
                || git.operands().stream().skip(1).anyMatch(each -> each.startsWith("+"));
        yield forced
            ? HookAnswer.deny(
                "A forced push throws away what others have pushed. Push without --force; where the"
                    + " branch has moved, pull or rebase first.")
            : null;
      }
      case "reset" ->
          git.arguments().contains("--hard")
              ? HookAnswer.ask("git reset --hard throws away changes that are not committed.")
              : null;
      case "clean" ->
          git.has('f', "force") && !git.has('n', "dry-run")
              ? HookAnswer.ask("git clean removes files that Git does not know; they are gone.")
              : null;
      default -> null;
    };
  }

  private static @Nullable HookAnswer diskDump(Program program) {
    for (String each : program.arguments()) {
      if (each.startsWith("of=") && DEVICE.matcher(each.substring(3)).matches()) {
        return HookAnswer.deny("This writes over the disk device %s.".formatted(each.substring(3)));
      }
    }
    return null;
  }

  private static @Nullable HookAnswer permissions(Program program) {
    List<String> operands = program.operands();
    boolean matters =
        !program.name().equals("chmod")
            || (!operands.isEmpty() && OPEN_TO_ALL.matcher(operands.getFirst()).matches());
    if (!matters || !program.has('R', "recursive")) {
      return null;
    }
    for (String each : operands.subList(Math.min(1, operands.size()), operands.size())) {
      if (PathText.isVital(each)) {
        return HookAnswer.deny(
            "This changes who may use everything below %s. Change only the files that you mean."
                .formatted(each));
      }
    }
    return null;
  }

  /** Whether one of the statements in the text drops or empties something; comments are skipped. */
  static boolean drops(String text) {
    for (String statement : SEMICOLON.split(text, -1)) {
      String bare = withoutLeadingComments(statement);
      String start = bare.substring(0, Math.min(bare.length(), 64)).toUpperCase(Locale.ROOT);
      String[] words = SPACE.split(start, -1);
      boolean drop =
          words.length > 2
              && words[0].equals("DROP")
              && Set.of("TABLE", "DATABASE", "SCHEMA", "OWNED").contains(words[1]);
      boolean truncate =
          words.length > 1 && words[0].equals("TRUNCATE") && !words[1].startsWith("-");
      if (drop || truncate) {
        return true;
      }
    }
    return false;
  }

  private static String withoutLeadingComments(String statement) {
    int at = 0;
    while (true) {
      while (at < statement.length() && Character.isWhitespace(statement.charAt(at))) {
        at++;
      }
      if (statement.startsWith("--", at)) {
        int end = statement.indexOf('\n', at);
        at = end < 0 ? statement.length() : end;
      } else if (statement.startsWith("/*", at)) {
        int end = statement.indexOf("*/", at + 2);
        at = end < 0 ? statement.length() : end + 2;
      } else {
        return statement.substring(at);
      }
    }
  }
}
