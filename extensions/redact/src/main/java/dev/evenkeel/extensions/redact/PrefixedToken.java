package dev.evenkeel.extensions.redact;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A token that says what it is by how it begins.
 *
 * @param alphabet what follows the prefix; a part of {@link #WORD}, so that two runs never overlap
 * @param least how many characters follow the prefix at least
 * @param most how many at most: more is something else
 * @param digits how many of them are digits at least: words have none
 */
record PrefixedToken(
    String kind, List<String> keywords, Ascii alphabet, int least, int most, int digits)
    implements Detector {

  private static final Ascii WORD = Ascii.of("0-9a-zA-Z_.-");

  /** What may stand directly before a token. A full stop ends a sentence. */
  private static final Ascii NOT_BEFORE = Ascii.TOKEN;

  static PrefixedToken of(String kind, Ascii alphabet, int least, int most, String... prefixes) {
    return new PrefixedToken(kind, List.of(prefixes), alphabet, least, most, 1);
  }

  PrefixedToken withDigits(int count) {
    return new PrefixedToken(kind, keywords, alphabet, least, most, count);
  }

  @Override
  public @Nullable Finding find(Text text, int at, int length) {
    if (!text.startsWord(at, NOT_BEFORE)) {
      return null;
    }
    int begin = at + length;
    int end = text.runEnd(begin, alphabet, most + 1);
    while (end > begin && text.at(end - 1) == '.') {
      end--;
    }
    int found = end - begin;
    boolean fits = found >= least && found <= most && !cutsAWord(text, end);
    return fits && hasDigits(text, begin, end) ? new Finding(at, end, kind, true) : null;
  }

  private static boolean cutsAWord(Text text, int end) {
    int next = text.at(end);
    return next != '.' && next != '-' && WORD.contains(next);
  }

  private boolean hasDigits(Text text, int begin, int end) {
    int count = 0;
    for (int i = begin; i < end && count < digits; i++) {
      count += Ascii.DIGITS.contains(text.at(i)) ? 1 : 0;
    }
    return count >= digits;
  }
}
