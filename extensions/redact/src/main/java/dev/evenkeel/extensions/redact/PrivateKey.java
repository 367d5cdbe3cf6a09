package dev.evenkeel.extensions.redact;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A private key between its PEM lines (RFC 7468), also when its end is missing. */
final class PrivateKey implements Detector {

  private static final String DASHES = "-----";
  private static final Ascii LABEL = Ascii.of("A-Z0-9 ");

  /** The key with what code and escapes put around its lines. */
  private static final Ascii BODY = Ascii.of("0-9a-zA-Z+/=\\:,.\"'_ \t\r\n-");

  private static final int LONGEST_LABEL = 60;
  private static final int MOST = 32 << 10;

  /** How far behind the first line the key begins: there may be a header in between. */
  private static final int START_WITHIN = 300;

  private static final int SHORTEST_RUN = 20;

  @Override
  public String kind() {
    return "private-key";
  }

  @Override
  public List<String> keywords() {
    return List.of("-----BEGIN ");
  }

  @Override
  public @Nullable Finding find(Text text, int at, int length) {
    int label = at + length;
    int labelEnd = text.runEnd(label, LABEL, LONGEST_LABEL);
    if (!isPrivate(text, label, labelEnd) || !text.has(labelEnd, DASHES)) {
      return null;
    }
    int body = labelEnd + DASHES.length();
    if (!keyBegins(text, body)) {
      return null;
    }
    int end = body;
    int most = body + MOST;
    while (end < most && BODY.contains(text.at(end)) && !text.has(end, DASHES)) {
      end++;
    }
    if (text.has(end, "-----END ")) {
      int lastLabel = text.runEnd(end + length - 2, LABEL, LONGEST_LABEL);
      end = text.has(lastLabel, DASHES) ? lastLabel + DASHES.length() : lastLabel;
    }
    return new Finding(at, end, kind(), true);
  }

  private static boolean isPrivate(Text text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text.has(i, "PRIVATE KEY")) {
        return true;
      }
    }
    return false;
  }

  private static boolean keyBegins(Text text, int from) {
    int run = 0;
    for (int i = from; i < from + START_WITHIN && BODY.contains(text.at(i)); i++) {
      run = Ascii.BASE64.contains(text.at(i)) ? run + 1 : 0;
      if (run >= SHORTEST_RUN) {
        return true;
      }
    }
    return false;
  }
}
