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

  /**
   * The words of a text, in order.
   *
   * @param to takes one after the other, and returns whether it wants more
   */
  static void of(char[] text, int offset, int length, Predicate<String> to) {
    int end = offset + length;
    int at = offset;
    boolean more = true;
    while (more && at < end) {
      int point = Character.codePointAt(text, at, end);
      int next = at + Character.charCount(point);
      switch (kindOf(point)) {
        case BREAK -> at = next;
        case WHOLE -> {
          more = to.test(Character.toString(point));
          at = next;
        }
        case PART -> {
          int from = at;
          at = endOfWord(text, from, end);
          String word = word(text, from, at);
          more = word.isEmpty() || to.test(word);
        }
      }
    }
  }

  static void of(String text, Predicate<String> to) {
    of(text.toCharArray(), 0, text.length(), to);
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

  /** A word as it is looked for; nothing, if it has only accents. */
  private static String word(char[] text, int from, int to) {
    for (int at = from; at < to; at++) {
      if (text[at] >= 0x80) {
        return folded(text, from, to);
      }
    }
    return lower(text, from, to);
  }

  private static String lower(char[] text, int from, int to) {
    char[] word = new char[Math.min(to - from, MAX_LENGTH)];
    for (int i = 0; i < word.length; i++) {
      char c = text[from + i];
      word[i] = c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
    }
    return new String(word);
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
