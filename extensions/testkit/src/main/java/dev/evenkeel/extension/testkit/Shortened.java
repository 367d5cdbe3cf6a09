package dev.evenkeel.extension.testkit;

/** A text for a message. */
final class Shortened {
  private static final int LONGEST = 300;

  private Shortened() {}

  static String of(String text) {
    return text.length() <= LONGEST
        ? text
        : text.substring(0, LONGEST) + "... (" + text.length() + " characters)";
  }
}
