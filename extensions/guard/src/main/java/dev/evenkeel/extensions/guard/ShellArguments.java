package dev.evenkeel.extensions.guard;

import java.util.List;
import java.util.Set;

/**
 * How a shell is called.
 *
 * @param options with the words that belong to them
 * @param operands what stands behind them: with {@code -c} the first is the script
 */
record ShellArguments(Program options, List<String> operands) {

  private static final Set<String> LONG_WITH_WORD = Set.of("--rcfile", "--init-file", "--emulate");

  static ShellArguments of(Program shell) {
    List<String> words = shell.arguments();
    int at = 0;
    while (at < words.size() && isOption(words.get(at))) {
      at += 1 + wordsOf(words.get(at));
    }
    int end = Math.min(at, words.size());
    boolean ended =
        end < words.size() && (words.get(end).equals("--") || words.get(end).equals("-"));
    return new ShellArguments(
        new Program(shell.name(), words.subList(0, end)),
        words.subList(ended ? end + 1 : end, words.size()));
  }

  private static boolean isOption(String word) {
    return word.length() > 1
        && (word.charAt(0) == '-' || word.charAt(0) == '+')
        && !word.equals("--");
  }

  /** Each {@code o} and {@code O} takes a word, also among other letters: {@code -euo pipefail}. */
  private static int wordsOf(String option) {
    if (option.startsWith("--")) {
      return LONG_WITH_WORD.contains(option) ? 1 : 0;
    }
    return (int) option.chars().filter(each -> each == 'o' || each == 'O').count();
  }
}
