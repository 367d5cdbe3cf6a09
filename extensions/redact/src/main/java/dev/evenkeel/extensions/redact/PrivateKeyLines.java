package dev.evenkeel.extensions.redact;

import org.jspecify.annotations.Nullable;

/**
 * A private key whose lines are strings of one array, as in the patches of Claude Code. Its first
 * and its last line stay, and what a diff puts before a line. One is made for each payload.
 */
final class PrivateKeyLines {

  private static final Ascii SPACE = Ascii.of(" \t");

  // Mutable state, owned by the thread that goes through the payload
  private int left; // bytes that may still be of the key; zero where no key is open
  private boolean begun;

  /**
   * The part of a key in the next element of an array, or null.
   *
   * @param follows whether the element before it is a string too, which was given before it
   */
  @Nullable Finding next(Text element, boolean follows) {
    Finding found = follows && left > 0 ? lineIn(element) : null;
    left = follows ? left : 0;
    int body = PrivateKey.openBody(element);
    if (body >= 0) {
      open(PrivateKey.keyBegins(element, body));
    }
    return found;
  }

  private void open(boolean keyBegins) {
    begun = keyBegins;
    left = keyBegins ? PrivateKey.MOST : PrivateKey.START_WITHIN;
  }

  private @Nullable Finding lineIn(Text line) {
    int from = behindMarksOrSign(line);
    boolean looksAlike = PrivateKey.keyBegins(line, from);
    if (looksAlike && !begun) {
      open(true);
    }
    int to = PrivateKey.bodyEnd(line, from, left);
    boolean last = PrivateKey.endsAt(line, to);
    boolean ofKey = looksAlike || to == line.to();
    left = ofKey && !last ? left - (line.to() - line.from()) : 0;
    return begun && to > from && (ofKey || last)
        ? new Finding(from, to, PrivateKey.KIND, true)
        : null;
  }

  private static int behindMarksOrSign(Text line) {
    int from = line.from();
    boolean signed =
        line.at(from) == '+' || (line.at(from) == '-' && !PrivateKey.endsAt(line, from));
    int behind = Math.max(signed ? from + 1 : from, PrivateKey.behindMarks(line, from));
    return line.runEnd(behind, SPACE, line.to() - behind);
  }
}
