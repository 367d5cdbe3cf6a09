package dev.evenkeel.server.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.evenkeel.extension.HookEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is looked through in a published event: all text values inside its {@code data}, at any
 * depth. These are the payload as filtered, what processors attached, and the data of derived and
 * server events; not the names of fields, and no numbers. Of a value of more than 256 KB, it is the
 * beginning: Jackson holds a whole value in memory several times over.
 */
final class EventText {

  /** Takes one text value after the other. The array is only lent. */
  @FunctionalInterface
  interface Values {
    void text(char[] characters, int offset, int length);
  }

  /** The envelope nests the payload, which may be as deep as it is allowed, one level deeper. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(HookEvent.MAX_DEPTH + 10)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  /** As much of a text value as is looked through, in bytes of JSON. */
  static final int MOST_BYTES = 256 << 10;

  /** What of a string is not looked through. */
  private record Cut(int from, int to) {}

  private EventText() {}

  /**
   * Reads an event's text values, in order.
   *
   * @param json the event as it was published
   * @return the event's type, as the event says it
   * @throws IOException when it is no JSON object
   */
  static @Nullable String read(byte[] json, Values values) throws IOException {
    String type = null;
    byte[] looked = json.length <= MOST_BYTES ? json : shortened(json);
    try (JsonParser parser = JSON.createParser(looked)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("an event is a JSON object, not " + parser.currentToken());
      }
      for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
        parser.nextToken();
        switch (field) {
          case "type" -> type = parser.getText();
          case "data" -> readValues(parser, values);
          default -> parser.skipChildren();
        }
      }
    }
    return type;
  }

  private static void readValues(JsonParser parser, Values values) throws IOException {
    int depth = 0;
    for (JsonToken token = parser.currentToken(); token != null; token = parser.nextToken()) {
      if (token == JsonToken.VALUE_STRING) {
        values.text(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
      } else if (token.isStructStart()) {
        depth++;
      } else if (token.isStructEnd()) {
        depth--;
      }
      if (depth == 0) {
        return;
      }
    }
  }

  /** The same JSON, in which no string is longer than is looked through; mostly it is itself. */
  private static byte[] shortened(byte[] json) {
    var cuts = new ArrayList<Cut>();
    boolean inside = false;
    int room = 0;
    int cutFrom = -1;
    int unit;
    for (int at = 0; at < json.length; at += unit) {
      unit = inside ? Math.min(unit(json, at), json.length - at) : 1;
      if (json[at] == '"') {
        if (cutFrom >= 0) {
          cuts.add(new Cut(cutFrom, at));
          cutFrom = -1;
        }
        inside = !inside;
        room = MOST_BYTES;
      } else if (inside && cutFrom < 0) {
        cutFrom = unit <= room ? -1 : at;
        room -= unit;
      }
    }
    if (cutFrom >= 0) {
      cuts.add(new Cut(cutFrom, json.length));
    }
    return cuts.isEmpty() ? json : without(cuts, json);
  }

  private static byte[] without(List<Cut> cuts, byte[] json) {
    int length = json.length;
    for (Cut each : cuts) {
      length -= each.to - each.from;
    }
    ByteBuffer shortened = ByteBuffer.allocate(length);
    int copied = 0;
    for (Cut each : cuts) {
      shortened.put(json, copied, each.from - copied);
      copied = each.to;
    }
    return shortened.put(json, copied, json.length - copied).array();
  }

  /** How many bytes of a string belong together: an escape, or a character in UTF-8. */
  private static int unit(byte[] json, int at) {
    int first = json[at] & 0xff;
    if (first == '\\') {
      return at + 1 < json.length && json[at + 1] == 'u' ? 6 : 2;
    }
    return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  }
}
