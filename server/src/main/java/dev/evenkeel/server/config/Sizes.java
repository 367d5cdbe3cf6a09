package dev.evenkeel.server.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sizes in bytes as users write them: {@code 64M}, {@code 512 MB}, {@code 1g}, {@code 1048576}. A
 * kilobyte is 1,024 bytes.
 */
public final class Sizes {

  private static final Pattern SIZE = Pattern.compile("(\\d{1,15})\\s*([kmgt]?)(i?b)?");

  private Sizes() {}

  /**
   * Reads a size; a number alone is bytes.
   *
   * @throws IllegalArgumentException when it is none, or more than 8 exabytes
   */
  public static long parse(String text) {
    Matcher matcher = SIZE.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'" + text + "' is no size; write 500MB, 64M or 1g");
    }
    int shift =
        switch (matcher.group(2)) {
          case "k" -> 10;
          case "m" -> 20;
          case "g" -> 30;
          case "t" -> 40;
          default -> 0;
        };
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("'" + text + "' is too large for a size", e);
    }
  }
}
