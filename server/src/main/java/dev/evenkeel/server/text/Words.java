package dev.evenkeel.server.text;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * Takes text apart into words, the same way for what is indexed and for what is looked for: runs of
 * letters and digits, in lower case and without accents. Scripts that put no spaces between words
 * give each letter as a word, and so does an emoji; a row of them is found as a phrase.
 */
final class Words {

  /** What is longer is cut: nobody looks for the end of a key or of encoded data. */
  static final int MAX_LENGTH = 64;

  /** Before it is normalized, which can make it shorter; a megabyte of accents is one word, too. */
  private static final int MAX_RAW_LENGTH = 4 * MAX_LENGTH;

  private enum Kind {
    /** Between words. */
    BREAK,
    /** A part of a word. */
    PART,
    /** A word by itself. */
    WHOLE
  }

  private Words() {}

  /** Takes one word after the other. */
  @FunctionalInterface
  interface Taker {
    /** Takes a word from characters that are only lent. Returns whether more are wanted. */
    boolean take(char[] characters, int offset, int length);
  }

  /** Gives the words of a text, in order. */
  static void each(char[] text, int offset, int length, Taker to) {
    int end = offset + length;
    int at = offset;
    boolean more = true;
    while (more && at < end) {
      int point = Character.codePointAt(text, at, end);
      int next = at + Character.charCount(point);
      switch (kindOf(point)) {
        case BREAK -> at = next;
        case WHOLE -> {
          more = to.take(text, at, next - at);
          at = next;
        }
        case PART -> {
          int from = at;
          at = endOfWord(text, from, end);
          more = giveWord(text, from, at, to);
        }
      }
    }
  }

  /**
   * Gives the words of a text, in order.
   *
   * @param to takes one after the other, and returns whether it wants more
   */
  static void of(String text, Predicate<String> to) {
    each(
        text.toCharArray(),
        0,
        text.length(),
        (characters, offset, length) -> to.test(new String(characters, offset, length)));
  }

  private static int endOfWord(char[] text, int from, int end) {
    int at = from;
    while (at < end) {
      int point = Character.codePointAt(text, at, end);
      if (kindOf(point) != Kind.PART) {
        break;
      }
      at += Character.charCount(point);
    }
    return at;
  }

  /** Gives a word as it is looked for; nothing, if it has only accents. */
  private static boolean giveWord(char[] text, int from, int to, Taker taker) {
    boolean upper = false;
    for (int at = from; at < to; at++) {
      if (text[at] >= 0x80) {
        char[] word = folded(text, from, to).toCharArray();
        return word.length == 0 || taker.take(word, 0, word.length);
      }
      upper |= isAsciiUpper(text[at]);
    }
    int length = Math.min(to - from, MAX_LENGTH);
    return upper
        ? taker.take(lower(text, from, length), 0, length)
        : taker.take(text, from, length);
  }

  private static char[] lower(char[] text, int from, int length) {
    char[] word = new char[length];
    for (int i = 0; i < length; i++) {
      char c = text[from + i];
      word[i] = isAsciiUpper(c) ? (char) (c + ('a' - 'A')) : c;
    }
    return word;
  }

  private static boolean isAsciiUpper(char c) {
    return c >= 'A' && c <= 'Z';
  }

  private static String folded(char[] text, int from, int to) {
    String raw = new String(text, from, Math.min(to - from, MAX_RAW_LENGTH));
    String apart = Normalizer.normalize(raw, Normalizer.Form.NFKD);
    var plain = new StringBuilder(apart.length());
    apart.codePoints().filter(Character::isLetterOrDigit).forEach(plain::appendCodePoint);
    String lower =
        Normalizer.normalize(plain, Normalizer.Form.NFC).toLowerCase(Locale.ROOT).replace('ς', 'σ');
    if (lower.length() <= MAX_LENGTH) {
      return lower;
    }
    boolean halved = Character.isHighSurrogate(lower.charAt(MAX_LENGTH - 1));
    return lower.substring(0, halved ? MAX_LENGTH - 1 : MAX_LENGTH);
  }

  private static Kind kindOf(int point) {
    if (point < 0x80) {
      return isAsciiLetterOrDigit(point) ? Kind.PART : Kind.BREAK;
    }
    if (Character.isLetterOrDigit(point)) {
      return hasNoSpaces(point) ? Kind.WHOLE : Kind.PART;
    }
    return switch (Character.getType(point)) {
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK ->
          isVariationSelector(point) ? Kind.BREAK : Kind.PART;
      default -> Character.isExtendedPictographic(point) ? Kind.WHOLE : Kind.BREAK;
    };
  }

  private static boolean isAsciiLetterOrDigit(int point) {
    return (point >= 'a' && point <= 'z')
        || (point >= 'A' && point <= 'Z')
        || (point >= '0' && point <= '9');
  }

  private static boolean isVariationSelector(int point) {
    return point >= 0xfe00 && point <= 0xfe0f;
  }

  private static boolean hasNoSpaces(int point) {
    return switch (UnicodeScript.of(point)) {
      case HAN, HIRAGANA, KATAKANA, BOPOMOFO, THAI, LAO, KHMER, MYANMAR -> true;
      default -> false;
    };
  }
}
