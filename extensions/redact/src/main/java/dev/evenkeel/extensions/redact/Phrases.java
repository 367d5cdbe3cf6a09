package dev.evenkeel.extensions.redact;

import java.util.Set;

/** Tells passwords of several words, in quotation marks, from sentences and pieces of code. */
final class Phrases {

  private static final Ascii JOINS_FIRST = Ascii.of("\"'`+,)&;");
  private static final Ascii JOINS_LAST = Ascii.of("\"'`+,(&");

  /** Words of messages to people who choose a password, and of what is said about one. */
  private static final Set<String> OF_SENTENCES =
      Set.of(
          "a",
          "an",
          "and",
          "are",
          "as",
          "at",
          "be",
          "by",
          "can",
          "for",
          "from",
          "has",
          "have",
          "if",
          "in",
          "is",
          "it",
          "its",
          "less",
          "more",
          "must",
          "no",
          "not",
          "of",
          "on",
          "only",
          "or",
          "should",
          "than",
          "that",
          "the",
          "to",
          "up",
          "was",
          "with",
          "you",
          "your",
          "between",
          "character",
          "characters",
          "chars",
          "bytes",
          "bits",
          "digit",
          "digits",
          "letters",
          "least",
          "length",
          "max",
          "maximum",
          "min",
          "minimum",
          "enter",
          "optional",
          "required",
          "invalid",
          "password",
          "passwords",
          "passphrase",
          "secret",
          "token",
          "key",
          "credentials",
          "value");

  private static final int LONGEST_WORD = 12;

  private Phrases() {}

  /**
   * Whether a value in quotation marks can be one.
   *
   * @param chosen whether a person chose it: what a machine made has no space
   * @param ofShell whether a shell reads it: then it is a value, whatever it says
   */
  static boolean canBeSecret(Text text, int from, int to, boolean chosen, boolean ofShell) {
    if (JOINS_FIRST.contains(text.at(from)) && JOINS_LAST.contains(text.at(to - 1))) {
      return false; // code between two strings
    }
    boolean spaced = false;
    for (int i = from; i < to && !spaced; i++) {
      spaced = isSpace(text.at(i));
    }
    if (!spaced) {
      return true;
    }
    if (isSpace(text.at(from)) || isSpace(text.at(to - 1))) {
      return false; // code between two strings
    }
    return ofShell || (chosen && !hasWordOfSentences(text, from, to));
  }

  private static boolean isSpace(int c) {
    return c == ' ' || c == '\t';
  }

  private static boolean hasWordOfSentences(Text text, int from, int to) {
    var word = new StringBuilder();
    for (int i = from; i <= to; i++) {
      int c = i < to ? Ascii.lower(text.at(i)) : ' ';
      if (c >= 'a' && c <= 'z') {
        if (word.length() <= LONGEST_WORD) {
          word.append((char) c);
        }
      } else {
        if (OF_SENTENCES.contains(word.toString())) {
          return true;
        }
        word.setLength(0);
      }
    }
    return false;
  }
}
