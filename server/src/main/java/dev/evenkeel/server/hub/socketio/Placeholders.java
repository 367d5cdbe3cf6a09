package dev.evenkeel.server.hub.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * What stands for a binary attachment in a packet's JSON: {@code {"_placeholder":true,"num":0}}.
 */
final class Placeholders {

  private static final String MARK = "_placeholder";
  private static final String NUMBER = "num";

  private Placeholders() {}

  /** The value with placeholders for its binary parts, which are added to the list. */
  static JsonNode takeOut(JsonNode value, List<byte[]> attachments) {
    return switch (value) {
      case BinaryNode binary -> {
        attachments.add(binary.binaryValue());
        yield JsonNodeFactory.instance
            .objectNode()
            .put(MARK, true)
            .put(NUMBER, attachments.size() - 1);
      }
      case ArrayNode array -> {
        ArrayNode copy = JsonNodeFactory.instance.arrayNode(array.size());
        array.forEach(each -> copy.add(takeOut(each, attachments)));
        yield copy;
      }
      case ObjectNode object -> {
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> each : object.properties()) {
          copy.set(each.getKey(), takeOut(each.getValue(), attachments));
        }
        yield copy;
      }
      default -> value;
    };
  }

  /**
   * The value with its binary parts in their places.
   *
   * @throws InvalidPacketException when a placeholder stands for no attachment
   */
  static JsonNode putIn(JsonNode value, List<byte[]> attachments) throws InvalidPacketException {
    switch (value) {
      case ArrayNode array -> {
        for (int i = 0; i < array.size(); i++) {
          array.set(i, putIn(array.get(i), attachments));
        }
      }
      case ObjectNode object -> {
        if (object.path(MARK).asBoolean()) {
          return attachment(object.path(NUMBER), attachments);
        }
        for (Map.Entry<String, JsonNode> each : object.properties()) {
          each.setValue(putIn(each.getValue(), attachments));
        }
      }
      default -> {}
    }
    return value;
  }

  private static JsonNode attachment(JsonNode number, List<byte[]> attachments)
      throws InvalidPacketException {
    if (!number.isIntegralNumber()
        || !number.canConvertToInt()
        || number.intValue() < 0
        || number.intValue() >= attachments.size()) {
      throw new InvalidPacketException(
          "placeholder " + number + " in a packet with " + attachments.size() + " attachments");
    }
    return BinaryNode.valueOf(attachments.get(number.intValue()));
  }
}
