package dev.evenkeel.extensions.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
          "sudo", Set.of("-u", "-g", "-h", "-p", "-C", "-T", "-D", "-R"),
          "doas", Set.of("-u", "-C"),
          "env", Set.of("-u", "-C"),
          "nohup", Set.of(),
          "setsid", Set.of(),
          "nice", Set.of("-n"),
          "ionice", Set.of("-c", "-n", "-p"),
          "timeout", Set.of("-s", "-k"),
          "xargs", Set.of("-n", "-P", "-I", "-L", "-d", "-E", "-s", "-a"),
          "stdbuf", Set.of("-i", "-o", "-e"));

  /** What the words run, or null when they run nothing. */
  static @Nullable Program of(List<String> words) {
    int at = 0;
    while (at < words.size()) {
      String word = words.get(at);
      String name = word.substring(word.lastIndexOf('/') + 1);
      Set<String> options = WRAPPERS.get(name);
      if (ASSIGNMENT.matcher(word).matches() || KEYWORDS.contains(word)) {
        at++;
      } else if (options != null) {
        at = afterOptions(words, at + 1, options);
        at += name.equals("timeout") ? 1 : 0;
      } else {
        return new Program(name, List.copyOf(words.subList(at + 1, words.size())));
      }
    }
    return null;
  }

  private static int afterOptions(List<String> words, int from, Set<String> withWord) {
    int at = from;
    while (at < words.size() && words.get(at).startsWith("-")) {
      at += withWord.contains(words.get(at)) ? 2 : 1;
    }
    return at;
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
