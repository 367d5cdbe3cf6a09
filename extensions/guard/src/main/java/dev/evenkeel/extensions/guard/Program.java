package dev.evenkeel.extensions.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The program that a simple command runs, without what is put before it: assignments, {@code sudo},
 * {@code env}, {@code timeout} and the like.
 *
 * @param name without its folder
 * @param arguments what follows
 */
record Program(String name, List<String> arguments) {

  private static final Pattern ASSIGNMENT =
      Pattern.compile("[A-Za-z_][A-Za-z0-9_]*=.*", Pattern.DOTALL);

  private static final Set<String> KEYWORDS =
      Set.of(
          "if", "then", "else", "elif", "do", "while", "until", "!", "{", "time", "exec",
          "command");

  /** Programs that run another, and their options that take a word of their own. */
  private static final Map<String, Set<String>> WRAPPERS =
      Map.of(
          "sudo",
              Set.of(
                  "-u",
                  "-g",
                  "-h",
                  "-p",
                  "-C",
                  "-T",
                  "-D",
                  "-R",
                  "-r",
                  "-t",
                  "-U",
                  "--user",
                  "--group",
                  "--host",
                  "--prompt",
                  "--close-from",
                  "--command-timeout",
                  "--chdir",
                  "--chroot",
                  "--role",
                  "--type",
                  "--other-user"),
          "doas", Set.of("-u", "-C"),
          "env", Set.of("-u", "-C", "--unset", "--chdir"),
          "nohup", Set.of(),
          "setsid", Set.of(),
          "nice", Set.of("-n", "--adjustment"),
          "ionice", Set.of("-c", "-n", "-p", "--class", "--classdata", "--pid"),
          "timeout", Set.of("-s", "-k", "--signal", "--kill-after"),
          "xargs",
              Set.of(
                  "-n",
                  "-P",
                  "-I",
                  "-L",
                  "-d",
                  "-E",
                  "-s",
                  "-a",
                  "--max-args",
                  "--max-procs",
                  "--delimiter",
                  "--max-chars",
                  "--arg-file",
                  "--process-slot-var"),
          "stdbuf", Set.of("-i", "-o", "-e", "--input", "--output", "--error"));

  /** How env is given a whole command in one word. */
  private static final Pattern SPLIT =
      Pattern.compile("(?:-[iv0]*S|--split-string(?:=|$))(.*)", Pattern.DOTALL);

  private static final int MOST_SPLITS = 4;

  /** What the words run, or null when they run nothing. */
  static @Nullable Program of(List<String> words) {
    return of(words, 0);
  }

  private static @Nullable Program of(List<String> words, int splits) {
    int at = 0;
    while (at < words.size()) {
      String word = words.get(at);
      String name = word.substring(word.lastIndexOf('/') + 1);
      Set<String> options = WRAPPERS.get(name);
      if (ASSIGNMENT.matcher(word).matches() || KEYWORDS.contains(word)) {
        at++;
      } else if (options != null) {
        List<String> split = name.equals("env") ? split(words, at + 1, options) : null;
        if (split != null) {
          return splits < MOST_SPLITS ? of(split, splits + 1) : null;
        }
        at = afterOptions(words, at + 1, options);
        at += name.equals("timeout") ? 1 : 0;
      } else {
        return new Program(name, List.copyOf(words.subList(at + 1, words.size())));
      }
    }
    return null;
  }

  /** The words of env, with those of a command that it takes apart; null where it is given none. */
  private static @Nullable List<String> split(List<String> words, int from, Set<String> withWord) {
    int at = from;
    while (at < words.size() && words.get(at).startsWith("-")) {
      Matcher option = SPLIT.matcher(words.get(at));
      if (option.matches()) {
        var line = new StringBuilder(option.group(1));
        int rest = at + 1;
        if (line.isEmpty() && rest < words.size()) {
          line.append(words.get(rest++));
        }
        var all = new ArrayList<String>(List.of("env"));
        ShellLine.commandsOf(line.toString()).stream()
            .limit(1)
            .forEach(each -> all.addAll(each.words()));
        all.addAll(words.subList(rest, words.size()));
        return all;
      }
      at += takesWord(words.get(at), withWord) ? 2 : 1;
    }
    return null;
  }

  private static int afterOptions(List<String> words, int from, Set<String> withWord) {
    int at = from;
    while (at < words.size() && words.get(at).startsWith("-")) {
      at += takesWord(words.get(at), withWord) ? 2 : 1;
    }
    return at;
  }

  /** Of letters together, the first that takes a word has the rest of them, or the next word. */
  private static boolean takesWord(String option, Set<String> withWord) {
    if (option.startsWith("--")) {
      return withWord.contains(option);
    }
    for (int i = 1; i < option.length(); i++) {
      if (withWord.contains("-" + option.charAt(i))) {
        return i == option.length() - 1;
      }
    }
    return false;
  }

  /** Whether an option is given: {@code -r} alone or among others, or {@code --recursive}. */
  boolean has(char letter, String longName) {
    for (String each : arguments) {
      if (each.equals("--")) {
        return false;
      }
      boolean among = each.startsWith("-") && !each.startsWith("--") && each.indexOf(letter) > 0;
      if (among || each.equals("--" + longName)) {
        return true;
      }
    }
    return false;
  }

  /** The arguments that are no options. */
  List<String> operands() {
    var operands = new ArrayList<String>();
    boolean all = false;
    for (String each : arguments) {
      if (!all && each.equals("--")) {
        all = true;
      } else if (all || !each.startsWith("-") || each.equals("-")) {
        operands.add(each);
      }
    }
    return operands;
  }
}
