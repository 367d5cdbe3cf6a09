package dev.evenkeel.extensions.redact;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A bearer token (RFC 6750) behind its scheme, wherever it stands. */
final class BearerToken implements Detector {

  private static final Ascii ALPHABET = Ascii.of("0-9a-zA-Z._~+/=-");
  private static final int LEAST = 16;
  private static final int MOST = 8 << 10;

  @Override
  public String kind() {
    return "bearer-token";
  }

  @Override
  public List<String> keywords() {
    return List.of("bearer ");
  }

  @Override
  public boolean ignoresCase() {
    return true;
  }

  @Override
  public @Nullable Finding find(Text text, int at, int length) {
    int begin = at + length;
    int end = text.runEnd(begin, ALPHABET, MOST);
    boolean taken =
        end - begin >= LEAST
            && text.startsWord(at, Ascii.ALPHANUMERIC)
            && AssignedValue.mixesDigitsAndLetters(text, begin, end)
            && !Placeholders.isOne(text, begin, end);
    return taken ? new Finding(begin, end, kind(), false) : null;
  }
}
