package dev.evenkeel.extensions.redact;

/** The lines of {@code .env} files and of shells, in which a value ends at a space only. */
final class EnvLines {

  private static final String EXPORT = "export ";

  /** Indentation, a line's number as tools put it before a line, a list's hyphen, a diff's sign. */
  private static final Ascii BEFORE = Ascii.of(" \t0-9:|+-");

  /** The bytes of the arrow that stands behind a line's number. */
  private static final int ARROW_FIRST = 0xE2;

  private static final int ARROW_SECOND = 0x86;
  private static final int ARROW_THIRD = 0x92;

  private static final int MOST_BEFORE = 32;
  private static final Ascii BEHIND = Ascii.of(";\"'`");

  private EnvLines() {}

  /** Whether a name that begins there is the first on its line. */
  static boolean beginsAt(Text text, int name) {
    int at = name - EXPORT.length();
    at = text.has(at, EXPORT) ? at : name;
    for (int i = 0; i < MOST_BEFORE; i++) {
      int before = text.at(at - 1);
      if (before == Text.NONE || before == '\n' || before == '\r') {
        return true;
      }
      if (!BEFORE.contains(before)
          && before != ARROW_FIRST
          && before != ARROW_SECOND
          && before != ARROW_THIRD) {
        return false;
      }
      at--;
    }
    return false;
  }

  /**
   * The end of the word: at white space, also as an escape where the text is a string in a string,
   * and before a quotation mark or a semicolon behind it. At most so many bytes.
   */
  static int wordEnd(Text text, int from, int most) {
    int end = from;
    while (end - from < most && text.at(end) > ' ' && !isEscape(text, end)) {
      end++;
    }
    if (end - from < most) {
      while (end > from && BEHIND.contains(text.at(end - 1))) {
        end--;
      }
    }
    return end;
  }

  private static boolean isEscape(Text text, int at) {
    int next = text.at(at + 1);
    return text.at(at) == '\\'
        && (next == 'n' || next == 'r' || next == 't' || next == '"' || next == '\\');
  }
}
