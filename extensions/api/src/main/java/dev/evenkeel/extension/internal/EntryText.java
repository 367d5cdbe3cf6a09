package dev.evenkeel.extension.internal;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.Writer;

/**
 * The JSON of one entry of a bounded map: every entry is held in memory and written to disk. It is
 * measured while it is written, and no more is written than it may have.
 */
public final class EntryText {

  /** What the key and the value may have together, in bytes of JSON. */
  public static final int MOST_BYTES = 1 << 20;

  /** A character that is not ASCII, as it is written to disk. */
  private static final int ESCAPED_BYTES = "\\u00fc".length();

  private final JsonMapper json;

  // Mutable state, owned by the thread of the call
  private long left = MOST_BYTES;

  /** An entry of which nothing is written yet. */
  public EntryText(JsonMapper json) {
    this.json = json;
  }

  /**
   * Writes the key or the value.
   *
   * @throws IOException when both together are too much, or this one cannot be written as JSON
   */
  public String write(Object keyOrValue) throws IOException {
    var text = new StringBuilder();
    json.writeValue(new Bounded(text), keyOrValue);
    return text.toString();
  }

  private final class Bounded extends Writer {
    private final StringBuilder to;

    Bounded(StringBuilder to) {
      this.to = to;
    }

    @Override
    public void write(char[] characters, int offset, int length) throws IOException {
      for (int i = offset; i < offset + length; i++) {
        left -= characters[i] < 0x80 ? 1 : ESCAPED_BYTES;
      }
      if (left < 0) {
        throw new IOException(
            "it has more than "
                + MOST_BYTES
                + " bytes of JSON; put a summary, and keep the rest elsewhere");
      }
      to.append(characters, offset, length);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
