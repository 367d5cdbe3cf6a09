package dev.evenkeel.extensions.redact;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A pattern of the operator's own. RE2 reads each string once, whatever the pattern; and only a
 * string in which the characters that the pattern begins with stand somewhere.
 *
 * @param kind its name
 * @param start what it begins with
 */
record OwnPattern(String kind, String start, Pattern pattern) implements Rule {

  private static final java.util.regex.Pattern NAME =
      java.util.regex.Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");
  private static final Ascii LITERAL = Ascii.of("0-9a-zA-Z_:/@%=,;<>~#&!'\"-");
  private static final String REPEATS = "?*{+|";
  private static final int SHORTEST_START = 3;
  private static final String KEY = "evenkeel.extensions.redact.patterns";

  /**
   * Reads {@code name=expression}.
   *
   * @throws IllegalArgumentException when it is none, or does not begin with three characters that
   *     stand for themselves
   */
  static OwnPattern parse(String text) {
    int equals = text.indexOf('=');
    String name = equals < 0 ? text : text.substring(0, equals);
    if (equals < 0 || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          KEY + " has '" + text + "'; a pattern is name=expression, the name in lower case");
    }
    String expression = text.substring(equals + 1);
    String start = startOf(expression);
    if (start.length() < SHORTEST_START || hasOpenAlternatives(expression)) {
      throw new IllegalArgumentException(
          KEY
              + ": "
              + name
              + " is '"
              + expression
              + "'; a pattern begins with at least three characters that stand for themselves, and"
              + " has no alternatives outside of brackets");
    }
    try {
      return new OwnPattern(name, start, Pattern.compile(expression));
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          KEY + ": " + name + " is no expression of RE2: " + e.getMessage(), e);
    }
  }

  private static String startOf(String expression) {
    int end = 0;
    while (end < expression.length() && LITERAL.contains(expression.charAt(end))) {
      end++;
    }
    boolean repeated = end < expression.length() && REPEATS.indexOf(expression.charAt(end)) >= 0;
    return expression.substring(0, repeated ? Math.max(0, end - 1) : end);
  }

  /** Whether a bar stands outside of parentheses and brackets: then not all begins as it starts. */
  private static boolean hasOpenAlternatives(String expression) {
    int depth = 0;
    for (int i = 0; i < expression.length(); i++) {
      char c = expression.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '(' || c == '[') {
        depth++;
      } else if (c == ')' || c == ']') {
        depth--;
      } else if (c == '|' && depth == 0) {
        return true;
      }
    }
    return false;
  }

  @Override
  public List<String> keywords() {
    return List.of(start);
  }

  /** All that is in the text. */
  List<Finding> findAll(Text text) {
    var found = new ArrayList<Finding>();
    byte[] bytes = Arrays.copyOfRange(text.bytes(), text.from(), text.to());
    var matcher = pattern.matcher(bytes);
    while (matcher.find()) {
      if (matcher.end() > matcher.start()) {
        found.add(
            new Finding(text.from() + matcher.start(), text.from() + matcher.end(), kind, true));
      }
    }
    return found;
  }
}
