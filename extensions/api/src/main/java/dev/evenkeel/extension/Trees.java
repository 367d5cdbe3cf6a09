package dev.evenkeel.extension;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;

/**
 * Trees of what came in, of a bounded number of values: 16 MB of empty objects are five million
 * values, and as a tree they take 400 MB.
 */
final class Trees {

  private Trees() {}

  /**
   * The value that the parser has come to, which then stands at its end. A missing node where it
   * has more than {@value HookEvent#MAX_TREE_VALUES} values.
   *
   * @param source what the parser reads, from its first byte on
   */
  static JsonNode read(JsonMapper json, JsonParser parser, byte[] source) throws IOException {
    boolean few = source.length / 2 < HookEvent.MAX_TREE_VALUES; // a value takes two bytes at least
    if (few || !parser.currentToken().isStructStart()) {
      return json.readTree(parser);
    }
    int from = (int) parser.currentLocation().getByteOffset() - 1;
    int values = count(parser);
    if (values > HookEvent.MAX_TREE_VALUES) {
      return MissingNode.getInstance();
    }
    int to = (int) parser.currentLocation().getByteOffset();
    try (JsonParser again = json.createParser(source, from, to - from)) {
      return json.readTree(again);
    }
  }

  private static int count(JsonParser parser) throws IOException {
    int values = 1;
    int depth = 1;
    while (depth > 0) {
      JsonToken token = parser.nextToken();
      if (token == null) {
        throw new IOException("the JSON ends in the middle");
      }
      if (token.isStructStart()) {
        depth++;
        values++;
      } else if (token.isStructEnd()) {
        depth--;
      } else if (token != JsonToken.FIELD_NAME) {
        values++;
      }
    }
    return values;
  }

  /** The same for all of a JSON text. */
  static JsonNode read(JsonMapper json, byte[] source) throws IOException {
    try (JsonParser parser = json.createParser(source)) {
      return parser.nextToken() == null ? MissingNode.getInstance() : read(json, parser, source);
    }
  }
}
