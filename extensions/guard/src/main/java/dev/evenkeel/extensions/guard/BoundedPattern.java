package dev.evenkeel.extensions.guard;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression that is searched for in bounded time. A text is looked at up to {@value
 * #LONGEST} characters, and a search whose event has no {@link Looks} left is given up: some
 * expressions take longer than the universe on the right text.
 */
final class BoundedPattern {

  static final int LONGEST = 256 << 10;

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

  /**
   * @param looks what the event has left, which the search takes from
   */
  Search search(String text, Looks looks) {
    if (looks.areOver()) {
      return Search.GIVEN_UP;
    }
    String looked = text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    try {
      return pattern.matcher(new Counted(looked, looks)).find()
          ? Search.FOUND
          : text.length() > LONGEST ? Search.GIVEN_UP : Search.NOT_FOUND;
    } catch (Looks.OverException | StackOverflowError e) {
      return Search.GIVEN_UP;
    }
  }

  /** A text that counts how often it is looked at. */
  private record Counted(CharSequence text, Looks looks) implements CharSequence {

    @Override
    public char charAt(int index) {
      looks.take();
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Counted(text.subSequence(start, end), looks);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
