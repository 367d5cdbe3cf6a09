package dev.evenkeel.extensions.redact;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A token that says what it is by how it begins.
 *
 * @param alphabet what follows the prefix
 * @param least how many characters follow the prefix at least
 * @param most how many at most, more is something else; or {@link #ANY_LENGTH}
 * @param digits how many of them are digits at least: words have none
 */
record PrefixedToken(
    String kind, List<String> keywords, Ascii alphabet, int least, int most, int digits)
    implements Detector {

  private static final Ascii WORD = Ascii.of("0-9a-zA-Z_.-");

  /** What may stand directly before a token. A full stop ends a sentence. */
  private static final Ascii NOT_BEFORE = Ascii.TOKEN;

  /** Then the token goes on as long as its alphabet does. */
  static final int ANY_LENGTH = Integer.MAX_VALUE;

  /**
   * So many characters tell whether there is a token. Where there is none a place costs no more
   * than this, and the characters of one that was found are not looked at again: that is linear in
   * the text. Only an alphabet without a hyphen and a full stop can still be refused by what
   * follows it, and in a run of such letters no second token begins.
   */
  private static final int TOLD_BY = 512;

  static PrefixedToken of(String kind, Ascii alphabet, int least, String... prefixes) {
    return new PrefixedToken(kind, List.of(prefixes), alphabet, least, ANY_LENGTH, 1);
  }

  PrefixedToken withDigits(int count) {
    return new PrefixedToken(kind, keywords, alphabet, least, most, count);
  }

  PrefixedToken atMost(int characters) {
    return new PrefixedToken(kind, keywords, alphabet, least, characters, digits);
  }

  @Override
  public @Nullable Finding find(Text text, int at, int length) {
    if (!text.startsWord(at, NOT_BEFORE)) {
      return null;
    }
    int begin = at + length;
    int told = text.runEnd(begin, alphabet, TOLD_BY);
    int end = beforeFullStops(text, begin, told);
    int found = end - begin;
    if (found < least || found > most || !hasDigits(text, begin, end)) {
      return null;
    }
    if (told - begin == TOLD_BY) {
      end = beforeFullStops(text, begin, text.runEnd(told, alphabet, text.to() - told));
    }
    return cutsAWord(text, end) ? null : new Finding(at, end, kind, true);
  }

  /** Where the token ends, without the full stops behind it. */
  private static int beforeFullStops(Text text, int begin, int runEnd) {
    int end = runEnd;
    while (end > begin && text.at(end - 1) == '.') {
      end--;
    }
    return end;
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
