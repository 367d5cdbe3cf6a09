package dev.evenkeel.extensions.redact;

/**
 * Goes through the strings of a JSON text, keys and values, without building a tree. The text is
 * known to be valid.
 */
final class Strings {

  private final byte[] json;

  // Mutable state, owned by the thread that goes through them
  private byte[] decoded = {};
  private int start;
  private int end = -1;
  private int endBefore = -1;
  private boolean escaped;

  Strings(byte[] json) {
    this.json = json;
  }

  /** Goes to the next string; false when there is none. */
  boolean next() {
    int i = end + 1;
    while (i < json.length && json[i] != '"') {
      i++;
    }
    if (i >= json.length) {
      return false;
    }
    start = i + 1;
    endBefore = end;
    escaped = false;
    for (i = start; json[i] != '"'; i++) {
      if (json[i] == '\\') {
        escaped = true;
        i++;
      }
    }
    end = i;
    return true;
  }

  /** Where the string begins in the JSON text, behind its quotation mark. */
  int start() {
    return start;
  }

  int end() {
    return end;
  }

  /** Whether it is the name of a field. */
  boolean isKey() {
    int i = end + 1;
    while (i < json.length && json[i] <= ' ') {
      i++;
    }
    return i < json.length && json[i] == ':';
  }

  /** Whether it is an element of an array; only where it is no name of a field. */
  boolean isElement() {
    int i = start - 2;
    while (i >= 0 && json[i] <= ' ') {
      i--;
    }
    return i >= 0 && (json[i] == '[' || json[i] == ',');
  }

  /** Whether the element before it is the string that was there before it. */
  boolean followsElement() {
    int i = endBefore + 1;
    while (i < start - 1 && (json[i] <= ' ' || json[i] == ',')) {
      i++;
    }
    return endBefore >= 0 && i == start - 1;
  }

  /** The string with its escapes resolved. It is good until the next one is asked for. */
  Text text() {
    return escaped ? decode() : new Text(json, start, end);
  }

  private Text decode() {
    if (decoded.length < end - start) {
      decoded = new byte[Math.max(end - start, Math.min(json.length, 2 * decoded.length))];
    }
    int to = 0;
    int from = start;
    while (from < end) {
      byte b = json[from];
      if (b != '\\') {
        decoded[to++] = b;
        from++;
      } else if (json[from + 1] == 'u') {
        to = putUtf8(codeUnit(from + 2), to);
        from += 6;
      } else {
        decoded[to++] = simple(json[from + 1]);
        from += 2;
      }
    }
    return new Text(decoded, 0, to);
  }

  /** Half a pair is written as a character of its own: it only has to have a fixed length. */
  private int putUtf8(int c, int at) {
    int to = at;
    if (c < 0x80) {
      decoded[to++] = (byte) c;
    } else if (c < 0x800) {
      decoded[to++] = (byte) (0xC0 | (c >> 6));
      decoded[to++] = (byte) (0x80 | (c & 0x3F));
    } else {
      decoded[to++] = (byte) (0xE0 | (c >> 12));
      decoded[to++] = (byte) (0x80 | ((c >> 6) & 0x3F));
      decoded[to++] = (byte) (0x80 | (c & 0x3F));
    }
    return to;
  }

  private int codeUnit(int at) {
    int value = 0;
    for (int i = at; i < at + 4; i++) {
      value = value << 4 | Character.digit(json[i], 16);
    }
    return value;
  }

  private static byte simple(byte escape) {
    return switch (escape) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'b' -> '\b';
      case 'f' -> '\f';
      default -> escape;
    };
  }

  /** Finds again in the JSON text what stands at a place of the decoded text. */
  final class Places {
    private int place = start;
    private int decodedPlace;

    /** The place of that byte in the JSON text. Places have to be asked for in their order. */
    int of(int index) {
      if (!escaped) {
        return index;
      }
      while (decodedPlace < index) {
        if (json[place] != '\\') {
          place++;
          decodedPlace++;
        } else if (json[place + 1] == 'u') {
          int c = codeUnit(place + 2);
          decodedPlace += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
          place += 6;
        } else {
          place += 2;
          decodedPlace++;
        }
      }
      return place;
    }
  }

  Places places() {
    return new Places();
  }
}
