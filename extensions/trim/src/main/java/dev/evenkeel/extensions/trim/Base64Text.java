package dev.evenkeel.extensions.trim;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;

/**
 * Tells whether a JSON string is base64 (RFC 4648) and nothing else: letters of both cases and
 * digits, as in anything of some length that is encoded; not a long word, a mask, or a filling.
 */
final class Base64Text {

  private static final boolean[] ALPHABET = new boolean[128];

  static {
    for (char c :
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=".toCharArray()) {
      ALPHABET[c] = true;
    }
  }

  /** What may stand before it: the head of a {@code data:} address. */
  private static final byte[] DATA = "data:".getBytes(US_ASCII);

  private static final int LONGEST_HEAD = 100;
  private static final int SAMPLE = 512;

  private Base64Text() {}

  /** Lines of it are base64 as well; so is an escaped slash. */
  static boolean is(ByteBuffer json, int from, int to) {
    int i = behindHead(json, from, to);
    if (!isMixed(json, i, Math.min(to, i + SAMPLE))) {
      return false;
    }
    while (i < to) {
      byte b = json.get(i);
      if (b == '\\'
          && i + 1 < to
          && (json.get(i + 1) == 'n' || json.get(i + 1) == 'r' || json.get(i + 1) == '/')) {
        i += 2;
      } else if (b >= 0 && ALPHABET[b]) {
        i++;
      } else {
        return false;
      }
    }
    return true;
  }

  private static boolean isMixed(ByteBuffer json, int from, int to) {
    boolean upper = false;
    boolean lower = false;
    boolean digit = false;
    for (int i = from; i < to; i++) {
      upper |= json.get(i) >= 'A' && json.get(i) <= 'Z';
      lower |= json.get(i) >= 'a' && json.get(i) <= 'z';
      digit |= json.get(i) >= '0' && json.get(i) <= '9';
    }
    return upper && lower && digit;
  }

  private static int behindHead(ByteBuffer json, int from, int to) {
    for (int i = 0; i < DATA.length; i++) {
      if (from + i >= to || json.get(from + i) != DATA[i]) {
        return from;
      }
    }
    for (int i = from; i < Math.min(to, from + LONGEST_HEAD); i++) {
      if (json.get(i) == ',') {
        return i + 1;
      }
    }
    return from;
  }
}
