package dev.evenkeel.extensions.redact;

/** Tells credentials that have no digit from words. */
final class Letters {

  /** Both forms of base64: of mail and of URLs. */
  static final Ascii BASE64 = Ascii.of("0-9a-zA-Z+/=_-");

  /** No shorter ones are made, and few words are longer. */
  private static final int LEAST = 16;

  /** {@code accessToken} has one change from a small to a large letter. */
  private static final int LEAST_CHANGES = 2;

  private static final int LEAST_BASIC = 4;

  private Letters() {}

  /** Whether a machine made them: a long run of letters, or small and large ones in no order. */
  static boolean areMade(Text text, int from, int to) {
    if (to - from < LEAST) {
      return false;
    }
    int run = 0;
    int changes = 0;
    for (int i = from; i < to; i++) {
      int c = text.at(i);
      run = Ascii.LETTERS.contains(c) ? run + 1 : 0;
      changes += isLarge(c) && isSmall(text.at(i - 1)) && i > from ? 1 : 0;
      if (run >= LEAST || changes >= LEAST_CHANGES) {
        return true;
      }
    }
    return false;
  }

  private static boolean isLarge(int c) {
    return c >= 'A' && c <= 'Z';
  }

  private static boolean isSmall(int c) {
    return c >= 'a' && c <= 'z';
  }

  /** Whether it is base64 (RFC 4648) of a name, a colon and a password (RFC 7617). */
  static boolean areBasicCredentials(Text text, int from, int to) {
    int end = to;
    while (end > from && text.at(end - 1) == '=') {
      end--;
    }
    if (end - from < LEAST_BASIC) {
      return false;
    }
    boolean colon = false;
    int bits = 0;
    int count = 0;
    for (int i = from; i < end; i++) {
      int six = sixBits(text.at(i));
      if (six < 0) {
        return false;
      }
      bits = (bits << 6 | six) & 0xFFFF;
      count += 6;
      if (count >= 8) {
        count -= 8;
        int decoded = bits >>> count & 0xFF;
        if (decoded < ' ' || decoded == 0x7F) {
          return false; // no text: it was a word
        }
        colon |= decoded == ':';
      }
    }
    return colon;
  }

  private static int sixBits(int c) {
    if (isLarge(c)) {
      return c - 'A';
    }
    if (isSmall(c)) {
      return c - 'a' + 26;
    }
    if (Ascii.DIGITS.contains(c)) {
      return c - '0' + 52;
    }
    return switch (c) {
      case '+', '-' -> 62;
      case '/', '_' -> 63;
      default -> -1;
    };
  }
}
