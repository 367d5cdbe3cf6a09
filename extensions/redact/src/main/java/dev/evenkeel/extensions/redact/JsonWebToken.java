package dev.evenkeel.extensions.redact;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A JWT (RFC 7519): two or more parts in base64, of which the first is a JSON object. */
final class JsonWebToken implements Detector {

  private static final Ascii ALPHABET = Ascii.of("0-9a-zA-Z_.-");
  private static final int LEAST_PART = 10;

  @Override
  public String kind() {
    return "jwt";
  }

  /** An opening brace and a quotation mark, in base64. */
  @Override
  public List<String> keywords() {
    return List.of("eyJ");
  }

  @Override
  public @Nullable Finding find(Text text, int at, int length) {
    if (!text.startsWord(at, ALPHABET)) {
      return null;
    }
    int end = text.runEnd(at, ALPHABET, text.to() - at); // once for each run: a word starts there
    while (end > at && text.at(end - 1) == '.') {
      end--;
    }
    int first = partEnd(text, at, end);
    int second = partEnd(text, first + 1, end);
    boolean whole = first - at >= LEAST_PART && second - first - 1 >= LEAST_PART;
    return whole ? new Finding(at, end, kind(), true) : null;
  }

  private static int partEnd(Text text, int from, int end) {
    int i = from;
    while (i < end && text.at(i) != '.') {
      i++;
    }
    return Math.min(i, end);
  }
}
