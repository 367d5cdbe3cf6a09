package dev.evenkeel.extensions.guard;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression that is searched for in bounded time. A text is looked at up to {@value
 * #LONGEST} characters, and a search that looks at characters more than {@value #MOST_LOOKS} times
 * is given up: some expressions take longer than the universe on the right text.
 */
final class BoundedPattern {

  static final int LONGEST = 256 << 10;
  private static final int MOST_LOOKS = 4_000_000;

  /** What a search came to. */
  enum Search {
    FOUND,
    NOT_FOUND,
    GIVEN_UP
  }

  private final Pattern pattern;

  /**
   * @throws IllegalArgumentException when it is no regular expression
   */
  BoundedPattern(String text) {
    try {
      pattern = Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is no regular expression: " + e.getDescription(), e);
    }
  }

  Search search(String text) {
    String looked = text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    try {
      return pattern.matcher(new Counted(looked, new int[] {MOST_LOOKS})).find()
          ? Search.FOUND
          : text.length() > LONGEST ? Search.GIVEN_UP : Search.NOT_FOUND;
    } catch (TooManyLooksException | StackOverflowError e) {
      return Search.GIVEN_UP;
    }
  }

  private static final class TooManyLooksException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManyLooksException() {
      super("too many looks", null, false, false);
    }
  }

  /** A text that counts how often it is looked at. */
  private record Counted(CharSequence text, int[] left) implements CharSequence {

    @Override
    public char charAt(int index) {
      if (--left[0] < 0) {
        throw new TooManyLooksException();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Counted(text.subSequence(start, end), left);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
