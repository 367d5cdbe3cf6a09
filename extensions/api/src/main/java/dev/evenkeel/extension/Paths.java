package dev.evenkeel.extension;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Places in a payload where one thing may stand, the best first. All are read in one pass, which
 * builds only what stands there, and nothing that has more than {@value HookEvent#MAX_TREE_VALUES}
 * values: that counts as not there.
 */
final class Paths {

  private final List<String> places;
  private final Set<String> wanted;
  private final Set<String> above = new HashSet<>();

  private Paths(List<String> places) {
    this.places = places;
    this.wanted = Set.copyOf(places);
    for (String place : places) {
      for (int dot = place.indexOf('.'); dot >= 0; dot = place.indexOf('.', dot + 1)) {
        above.add(place.substring(0, dot));
      }
    }
  }

  /**
   * Of field names with dots between them: {@code tool_response.error}. No place may stand inside
   * another.
   */
  static Paths of(String... places) {
    return new Paths(List.of(places));
  }

  /** What stands at the first place that has something other than null, else a missing node. */
  JsonNode first(JsonMapper json, byte[] payload) throws IOException {
    Map<String, JsonNode> found = read(json, payload);
    for (String place : places) {
      JsonNode node = found.get(place);
      if (node != null && !node.isNull()) {
        return node;
      }
    }
    return MissingNode.getInstance();
  }

  /** What stands at each place where there is something. */
  Map<String, JsonNode> read(JsonMapper json, byte[] payload) throws IOException {
    var found = new HashMap<String, JsonNode>();
    try (JsonParser parser = json.createParser(payload)) {
      parser.nextToken();
      collect(json, parser, payload, "", found);
    }
    return found;
  }

  private void collect(
      JsonMapper json,
      JsonParser parser,
      byte[] payload,
      String prefix,
      Map<String, JsonNode> found)
      throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String place = prefix + parser.currentName();
      JsonToken value = parser.nextToken();
      if (wanted.contains(place)) {
        JsonNode node = Trees.read(json, parser, payload);
        if (!node.isMissingNode()) {
          found.put(place, node);
        }
      } else if (value == JsonToken.START_OBJECT && above.contains(place)) {
        collect(json, parser, payload, place + '.', found);
      } else {
        parser.skipChildren();
      }
    }
  }
}
