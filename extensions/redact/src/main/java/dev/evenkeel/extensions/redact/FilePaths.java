package dev.evenkeel.extensions.redact;

/** Tells paths from secrets in base64: one of 64 of those begins with a slash too. */
final class FilePaths {

  private static final Ascii UPPER = Ascii.of("A-Z");
  private static final Ascii LOWER = Ascii.of("a-z");
  private static final Ascii OF_NAME = Ascii.of("0-9a-z");

  private static final int LEAST = 20;

  /** A secret has no part as short as a folder's name only. */
  private static final int LEAST_OF_LONGEST = 12;

  private static final int SHORTEST_NAME = 3;

  private FilePaths() {}

  static boolean isAbsolute(Text text, int from, int to) {
    return text.at(from) == '/' && !isBase64(text, from, to);
  }

  private static boolean isBase64(Text text, int from, int to) {
    if (to - from < LEAST || text.runEnd(from, Ascii.BASE64, to - from) != to) {
      return false;
    }
    boolean made = false;
    int begin = from;
    for (int i = from; i <= to; i++) {
      if (i == to || text.at(i) == '/') {
        if (isName(text, begin, i)) {
          return false;
        }
        made |= isMade(text, begin, i);
        begin = i + 1;
      }
    }
    return made;
  }

  /** {@code home}, {@code Users}, {@code secrets2}. */
  private static boolean isName(Text text, int from, int to) {
    return to - from >= SHORTEST_NAME
        && Ascii.LETTERS.contains(text.at(from))
        && text.runEnd(from + 1, OF_NAME, to - from - 1) == to;
  }

  private static boolean isMade(Text text, int from, int to) {
    return to - from >= LEAST_OF_LONGEST
        && has(text, from, to, UPPER)
        && has(text, from, to, LOWER)
        && has(text, from, to, Ascii.DIGITS);
  }

  private static boolean has(Text text, int from, int to, Ascii wanted) {
    for (int i = from; i < to; i++) {
      if (wanted.contains(text.at(i))) {
        return true;
      }
    }
    return false;
  }
}
