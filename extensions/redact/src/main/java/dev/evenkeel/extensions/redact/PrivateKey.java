package dev.evenkeel.extensions.redact;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A private key between its PEM lines (RFC 7468), also when its end is missing, and when a diff, a
 * table or a tool that numbers lines put something before each of them.
 */
final class PrivateKey implements Detector {

  static final String KIND = "private-key";

  /** The longest that a key is taken for. */
  static final int MOST = 32 << 10;

  /** How far behind the first line the key begins: there may be a header in between. */
  static final int START_WITHIN = 300;

  private static final String BEGIN = "-----BEGIN ";
  private static final String DASHES = "-----";
  private static final Ascii LABEL = Ascii.of("A-Z0-9 ");

  /** The key with what code and escapes put around its lines. */
  private static final Ascii BODY = Ascii.of("0-9a-zA-Z+/=\\:,.\"'_ \t\r\n-");

  private static final Ascii BLANK = Ascii.of(" \t");

  private static final Ascii HEADER_NAME = Ascii.of("a-zA-Z-");

  private static final int LONGEST_HEADER = 200;

  private static final int MOST_HEADERS = 16;

  private static final Ascii MARKS = Ascii.of("<>|");

  /** What stands before a mark on its line. */
  private static final Ascii BEFORE_MARK = Ascii.of(" \t0-9:<>|+-");

  private static final Ascii BEHIND_LAST_MARK = Ascii.of(" \t|");

  /** The bytes of the arrow behind a line's number, and of a line between two columns. */
  private static final int ARROW = 0xE28692;

  private static final int COLUMN = 0xE29482;

  private static final int MOST_AROUND = 32;
  private static final int LONGEST_LABEL = 60;
  private static final int SHORTEST_RUN = 20;

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public List<String> keywords() {
    return List.of(BEGIN);
  }

  @Override
  public @Nullable Finding find(Text text, int at, int length) {
    int body = bodyBehind(text, at + length);
    if (body < 0 || !keyBegins(text, body)) {
      return null;
    }
    int end = bodyEnd(text, body, MOST);
    if (text.has(end, "-----END ")) {
      int lastLabel = text.runEnd(end + length - 2, LABEL, LONGEST_LABEL);
      end = text.has(lastLabel, DASHES) ? lastLabel + DASHES.length() : lastLabel;
    }
    return new Finding(at, end, kind(), true);
  }

  /** Where the key begins whose end is not in the text, or -1. */
  static int openBody(Text text) {
    int begin = text.lastIndexOf(BEGIN, MOST + LONGEST_LABEL);
    int body = begin < 0 ? -1 : bodyBehind(text, begin + BEGIN.length());
    return body >= 0 && bodyEnd(text, body, MOST) == text.to() ? body : -1;
  }

  /** The place behind the first line, whose label begins there; -1 where it is no private key's. */
  private static int bodyBehind(Text text, int label) {
    int labelEnd = text.runEnd(label, LABEL, LONGEST_LABEL);
    return isPrivate(text, label, labelEnd) && text.has(labelEnd, DASHES)
        ? behindHeaders(text, labelEnd + DASHES.length())
        : -1;
  }

  /** Behind lines such as {@code Version: GnuPG v2 (GNU/Linux)}, which may hold anything. */
  private static int behindHeaders(Text text, int from) {
    int behind = from;
    for (int headers = 0; headers < MOST_HEADERS; headers++) {
      int line = behindLineEnd(text, text.runEnd(behind, BLANK, MOST_AROUND));
      int mark = text.runEnd(line, BEFORE_MARK, MOST_AROUND);
      int name = mark + markLength(text, mark);
      int colon = text.runEnd(name, HEADER_NAME, LONGEST_LABEL);
      if (colon == name || !text.has(colon, ": ")) {
        return behind;
      }
      int end = colon;
      while (end < colon + LONGEST_HEADER && !isLineEnd(text, end)) {
        end++;
      }
      if (end == colon + LONGEST_HEADER) {
        return behind;
      }
      behind = end;
    }
    return behind;
  }

  private static boolean isLineEnd(Text text, int at) {
    int c = text.at(at);
    return c == Text.NONE || c == '\n' || c == '\r' || text.has(at, "\\n");
  }

  /** The same place where no line ends. */
  private static int behindLineEnd(Text text, int at) {
    int behind = at;
    while (text.at(behind) == '\n' || text.at(behind) == '\r') {
      behind++;
    }
    while (text.has(behind, "\\n") || text.has(behind, "\\r")) {
      behind += 2;
    }
    return behind;
  }

  private static boolean isPrivate(Text text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text.has(i, "PRIVATE KEY")) {
        return true;
      }
    }
    return false;
  }

  /** Whether what follows looks like a key, whatever header it has. */
  static boolean keyBegins(Text text, int from) {
    int run = 0;
    int at = from;
    while (at < from + START_WITHIN) {
      run = Ascii.BASE64.contains(text.at(at)) ? run + 1 : 0;
      int next = behind(text, at);
      if (run >= SHORTEST_RUN) {
        return true;
      }
      if (next == at) {
        return false;
      }
      at = next;
    }
    return false;
  }

  /** The end of what can be of a key, before the dashes of its last line. */
  static int bodyEnd(Text text, int from, int most) {
    int end = from;
    while (end < from + most && !text.has(end, DASHES)) {
      int next = behind(text, end);
      if (next == end) {
        return end;
      }
      end = next;
    }
    return end;
  }

  static boolean endsAt(Text text, int at) {
    return text.has(at, DASHES);
  }

  /** Behind the last mark that stands before a line of the key; the same place without one. */
  static int behindMarks(Text text, int from) {
    int behind = from;
    int at = from;
    while (at < from + MOST_AROUND) {
      int mark = markLength(text, at);
      if (mark == 0 && !BEFORE_MARK.contains(text.at(at))) {
        return behind;
      }
      at += Math.max(1, mark);
      behind = mark > 0 ? at : behind;
    }
    return behind;
  }

  /** Behind the character there; the same place where it is none of a key and its lines. */
  private static int behind(Text text, int at) {
    if (BODY.contains(text.at(at))) {
      return at + 1;
    }
    int mark = at + markLength(text, at);
    return mark > at && (isFirstOnLine(text, at) || isLastOnLine(text, mark)) ? mark : at;
  }

  private static int markLength(Text text, int at) {
    int c = text.at(at);
    if (MARKS.contains(c)) {
      return 1;
    }
    int three = c << 16 | text.at(at + 1) << 8 | text.at(at + 2);
    return three == ARROW || three == COLUMN ? 3 : 0;
  }

  private static boolean isFirstOnLine(Text text, int at) {
    for (int i = at - 1; i >= at - MOST_AROUND; i--) {
      int c = text.at(i);
      if (c == Text.NONE || c == '\n' || c == '\r' || (c == 'n' && text.at(i - 1) == '\\')) {
        return true;
      }
      if (!BEFORE_MARK.contains(c) && c < 0x80) {
        return false;
      }
    }
    return false;
  }

  private static boolean isLastOnLine(Text text, int behind) {
    int end = text.runEnd(behind, BEHIND_LAST_MARK, MOST_AROUND);
    int c = text.at(end);
    return c == Text.NONE || c == '\n' || c == '\r' || text.has(end, "\\n");
  }
}
