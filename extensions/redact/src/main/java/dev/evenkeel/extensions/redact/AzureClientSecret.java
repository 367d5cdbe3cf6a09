package dev.evenkeel.extensions.redact;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client secret of Microsoft Entra: three characters, a digit, {@code Q~}, and 31 to 34 more. */
final class AzureClientSecret implements Detector {

  private static final Ascii ALPHABET = Ascii.of("0-9a-zA-Z_~.-");
  private static final int BEFORE = 3;
  private static final int LEAST = 31;
  private static final int MOST = 34;

  @Override
  public String kind() {
    return "azure-client-secret";
  }

  @Override
  public List<String> keywords() {
    return List.of("7Q~", "8Q~");
  }

  @Override
  public @Nullable Finding find(Text text, int at, int length) {
    int from = at - BEFORE;
    if (text.at(from) == Text.NONE || !text.startsWord(from, ALPHABET)) {
      return null;
    }
    for (int i = from; i < at; i++) {
      if (!ALPHABET.contains(text.at(i))) {
        return null;
      }
    }
    int begin = at + length;
    int end = text.runEnd(begin, ALPHABET, MOST + 2);
    if (text.at(end - 1) == '.') {
      end--;
    }
    int found = end - begin;
    return found >= LEAST && found <= MOST ? new Finding(from, end, kind(), true) : null;
  }
}
