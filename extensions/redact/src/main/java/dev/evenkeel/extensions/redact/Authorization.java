package dev.evenkeel.extensions.redact;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What follows an Authorization header's name in a text, its scheme left as it is. */
final class Authorization implements Detector {

  private static final Ascii CREDENTIALS = Ascii.of("0-9a-zA-Z._~+/=%!-");
  private static final Ascii QUOTES = Ascii.of("\\\"'`");
  private static final Ascii SPACE_AND_QUOTES = Ascii.of(" \t\\\"'`");
  private static final Ascii SEPARATORS = Ascii.of(" \t\\\"'`:=");
  private static final int MOST_SEPARATORS = 12;
  private static final int LONGEST_SCHEME = 24;
  private static final int LEAST = 8;
  private static final int MOST = 8 << 10;

  @Override
  public String kind() {
    return "authorization";
  }

  @Override
  public List<String> keywords() {
    return List.of("authorization", "x-api-key", "x-auth-token", "private-token");
  }

  @Override
  public boolean ignoresCase() {
    return true;
  }

  @Override
  public @Nullable Finding find(Text text, int at, int length) {
    int name = at + length;
    int value = text.runEnd(name, SEPARATORS, MOST_SEPARATORS);
    if (!separates(text, name, value)) {
      return null;
    }
    int begin = value;
    int scheme = text.runEnd(value, Ascii.TOKEN, LONGEST_SCHEME);
    if (scheme > value && text.at(scheme) == ' ' && CREDENTIALS.contains(text.at(scheme + 1))) {
      begin = text.runEnd(scheme, SPACE_AND_QUOTES, MOST_SEPARATORS);
      if (text.hasIgnoringCase(value, "basic ")) {
        int end = text.runEnd(begin, Letters.BASE64, MOST);
        if (Letters.areBasicCredentials(text, begin, end)) {
          return new Finding(begin, end, kind(), false);
        }
      }
    }
    int end = text.runEnd(begin, CREDENTIALS, MOST);
    boolean taken =
        end - begin >= LEAST
            && text.at(end) != '('
            && (AssignedValue.mixesDigitsAndLetters(text, begin, end)
                || (saysToken(text, at, name, value, begin) && Letters.areMade(text, begin, end)))
            && !Placeholders.isOne(text, begin, end);
    return taken ? new Finding(begin, end, kind(), false) : null;
  }

  /**
   * Whether a token has to follow, so that it is one also without a digit. What stands without
   * quotation marks behind a name in such marks is a variable.
   */
  private static boolean saysToken(Text text, int at, int name, int value, int begin) {
    if (text.hasIgnoringCase(at, "authorization")) {
      return begin > value
          && (text.hasIgnoringCase(value, "bearer ") || text.hasIgnoringCase(value, "token "));
    }
    return !QUOTES.contains(text.at(name)) || QUOTES.contains(text.at(value - 1));
  }

  private static boolean separates(Text text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text.at(i) == ':' || text.at(i) == '=') {
        return true;
      }
    }
    return false;
  }
}
