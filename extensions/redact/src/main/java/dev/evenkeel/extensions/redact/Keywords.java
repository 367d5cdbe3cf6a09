package dev.evenkeel.extensions.redact;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the places where a keyword stands, in one pass. Three bytes at a time are looked up in a
 * table of bits that has the beginnings of all keywords; only where a bit is set are keywords
 * compared. Most text is passed over at about a nanosecond a byte.
 */
final class Keywords {

  /** A keyword, and whose it is. */
  record Keyword(byte[] bytes, boolean ignoresCase, Rule rule) {

    boolean standsAt(Text text, int at) {
      if (at + bytes.length > text.to()) {
        return false;
      }
      for (int i = 0; i < bytes.length; i++) {
        int c = text.bytes()[at + i];
        if ((ignoresCase ? Ascii.lower(c) : c) != bytes[i]) {
          return false;
        }
      }
      return true;
    }
  }

  /** Bits of the table: large enough that ordinary text meets few. */
  private static final int TABLE_BITS = 15;

  private static final int GROUP_BITS = 5;
  private static final int SIZE = 3;

  /** Makes upper case lower; what it does to other characters, it does on both sides. */
  private static final int FOLD = 0x202020;

  private final long[] table = new long[1 << (TABLE_BITS - 6)];

  /** Keywords by a part of their place in the table; what stands together is told by comparing. */
  private final List<List<Keyword>> byPlace = new ArrayList<>();

  Keywords(List<? extends Rule> rules) {
    for (int i = 0; i < 1 << (TABLE_BITS - GROUP_BITS); i++) {
      byPlace.add(List.of());
    }
    for (Rule rule : rules) {
      for (String keyword : rule.keywords()) {
        add(new Keyword(keyword.getBytes(US_ASCII), rule.ignoresCase(), rule));
      }
    }
  }

  private void add(Keyword keyword) {
    byte[] bytes = keyword.bytes;
    if (bytes.length < SIZE) {
      throw new IllegalArgumentException(
          keyword.rule.kind() + " has a keyword of less than " + SIZE + " characters");
    }
    int beginning = (bytes[0] | bytes[1] << 8 | bytes[2] << 16) | FOLD;
    int place = placeOf(beginning);
    table[place >> 6] |= 1L << place;
    var group = new ArrayList<>(byPlace.get(place >> GROUP_BITS));
    group.add(keyword);
    byPlace.set(place >> GROUP_BITS, List.copyOf(group));
  }

  private static int placeOf(int beginning) {
    return (beginning * 0x9E3779B1) >>> (32 - TABLE_BITS);
  }

  /** The first place from there on where a keyword may stand, or -1. */
  int next(Text text, int from) {
    byte[] bytes = text.bytes();
    int last = text.to() - SIZE;
    if (from > last) {
      return -1;
    }
    int three = (bytes[from] & 0xFF) << 8 | (bytes[from + 1] & 0xFF) << 16;
    for (int i = from; i <= last; i++) {
      three = three >>> 8 | (bytes[i + 2] & 0xFF) << 16;
      int place = placeOf(three | FOLD);
      if ((table[place >> 6] >>> place & 1) != 0) {
        return i;
      }
    }
    return -1;
  }

  /** The keywords that may stand there. */
  List<Keyword> candidates(Text text, int at) {
    byte[] bytes = text.bytes();
    int beginning =
        (bytes[at] & 0xFF) | (bytes[at + 1] & 0xFF) << 8 | (bytes[at + 2] & 0xFF) << 16 | FOLD;
    return byPlace.get(placeOf(beginning) >> GROUP_BITS);
  }
}
