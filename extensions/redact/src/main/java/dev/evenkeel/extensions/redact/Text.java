package dev.evenkeel.extensions.redact;

/**
 * One string of a payload, its escapes resolved, as UTF-8 bytes.
 *
 * @param bytes holds the string and more
 * @param from where the string begins
 * @param to where it ends
 */
record Text(byte[] bytes, int from, int to) {

  /** What {@link #at} gives outside of the string. */
  static final int NONE = -1;

  private static final int ESCAPE = 0x1B;
  private static final int LONGEST_COLOUR = 24;

  int at(int index) {
    return index < from || index >= to ? NONE : bytes[index] & 0xFF;
  }

  /** Whether these ASCII characters stand there. */
  boolean has(int index, String ascii) {
    if (index < from || index + ascii.length() > to) {
      return false;
    }
    for (int i = 0; i < ascii.length(); i++) {
      if (bytes[index + i] != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether these ASCII characters, given in lower case, stand there in any case. */
  boolean hasIgnoringCase(int index, String lower) {
    if (index < from || index + lower.length() > to) {
      return false;
    }
    for (int i = 0; i < lower.length(); i++) {
      if (Ascii.lower(bytes[index + i] & 0xFF) != lower.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Where these ASCII characters stand last, at most so many bytes before the end; or -1. */
  int lastIndexOf(String ascii, int most) {
    int first = Math.max(from, to - most);
    for (int i = to - ascii.length(); i >= first; i--) {
      if (has(i, ascii)) {
        return i;
      }
    }
    return -1;
  }

  /** The end of the longest run of these characters from there on, at most so many. */
  int runEnd(int index, Ascii alphabet, int most) {
    int end = Math.min(to, index + most);
    int i = index;
    while (i < end && alphabet.contains(bytes[i] & 0xFF)) {
      i++;
    }
    return i;
  }

  /**
   * Whether a word can begin there: at the start, behind what is no part of a word, or behind an
   * escape, a percent code or a terminal's colour whose last characters only look like one.
   */
  boolean startsWord(int index, Ascii wordCharacters) {
    int before = at(index - 1);
    if (before == NONE || !wordCharacters.contains(before)) {
      return true;
    }
    boolean escaped = (before == 'n' || before == 't' || before == 'r') && at(index - 2) == '\\';
    return escaped
        || ((before == 'm' || before == 'K') && endsColour(index - 1))
        || (at(index - 3) == '%' && Ascii.HEX.contains(before) && Ascii.HEX.contains(at(index - 2)))
        || (at(index - 6) == '\\' && at(index - 5) == 'u' && Ascii.HEX.contains(before));
  }

  /** Whether a terminal's sequence for a colour ends there: {@code ESC [ 1 ; 32 m}. */
  private boolean endsColour(int letter) {
    int i = letter - 1;
    while (letter - i <= LONGEST_COLOUR && (at(i) == ';' || (at(i) >= '0' && at(i) <= '9'))) {
      i--;
    }
    return at(i) == '[' && at(i - 1) == ESCAPE;
  }
}
