package dev.evenkeel.extensions.redact;

/** A set of ASCII characters. */
record Ascii(long low, long high) {

  static final Ascii DIGITS = of("0-9");
  static final Ascii HEX = of("0-9a-fA-F");
  static final Ascii LETTERS = of("a-zA-Z");
  static final Ascii ALPHANUMERIC = of("0-9a-zA-Z");

  /** What base64 in its form for URLs is made of; also what most tokens are made of. */
  static final Ascii TOKEN = of("0-9a-zA-Z_-");

  static final Ascii BASE64 = of("0-9a-zA-Z+/=");

  /**
   * Characters and ranges, as between the brackets of a regular expression; a minus stands last.
   */
  static Ascii of(String characters) {
    long low = 0;
    long high = 0;
    for (int i = 0; i < characters.length(); i++) {
      char first = characters.charAt(i);
      char last = first;
      if (i + 2 < characters.length() && characters.charAt(i + 1) == '-') {
        last = characters.charAt(i + 2);
        i += 2;
      }
      for (int c = first; c <= last; c++) {
        low |= c < 64 ? 1L << c : 0;
        high |= c >= 64 ? 1L << (c - 64) : 0;
      }
    }
    return new Ascii(low, high);
  }

  boolean contains(int c) {
    return c >= 0 && c < 128 && ((c < 64 ? low >>> c : high >>> (c - 64)) & 1) != 0;
  }

  static int lower(int c) {
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
  }
}
