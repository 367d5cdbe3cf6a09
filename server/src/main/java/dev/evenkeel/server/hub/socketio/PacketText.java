package dev.evenkeel.server.hub.socketio;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The text of a packet, taken apart: {@code type[attachments-][/namespace,][id][JSON]}.
 *
 * @param attachments how many binary messages follow
 * @param id of the acknowledgement, or null
 * @param data the JSON, or null when there is none
 */
record PacketText(
    PacketType type,
    int attachments,
    String namespace,
    @Nullable Long id,
    @Nullable JsonNode data) {

  /** Names that the client library keeps for itself. */
  private static final Set<String> RESERVED =
      Set.of(
          "connect",
          "connect_error",
          "disconnect",
          "disconnecting",
          "newListener",
          "removeListener");

  private static final int MAX_NAMESPACE = 200;

  /** Digits of a number that fits into a long. */
  private static final int MAX_DIGITS = 18;

  /**
   * Takes a text apart.
   *
   * @throws InvalidPacketException when it is none of a packet
   */
  static PacketText parse(String text) throws InvalidPacketException {
    PacketType type = text.isEmpty() ? null : PacketType.of(text.charAt(0));
    if (type == null) {
      throw new InvalidPacketException("a packet of no known type");
    }
    int position = 1;
    int attachments = 0;
    if (type.isBinary()) {
      int end = digitsEnd(text, position);
      if (end == position
          || end - position > 9
          || end == text.length()
          || text.charAt(end) != '-') {
        throw new InvalidPacketException("a binary packet that does not say how many attachments");
      }
      attachments = Integer.parseInt(text, position, end, 10);
      position = end + 1;
    }
    String namespace = "/";
    if (position < text.length() && text.charAt(position) == '/') {
      int comma = text.indexOf(',', position);
      int end = comma < 0 ? text.length() : comma;
      if (end - position > MAX_NAMESPACE) {
        throw new InvalidPacketException(
            "a namespace of more than " + MAX_NAMESPACE + " characters");
      }
      namespace = text.substring(position, end);
      position = Math.min(end + 1, text.length());
    }
    int end = digitsEnd(text, position);
    if (end - position > MAX_DIGITS) {
      throw new InvalidPacketException("an id of more than " + MAX_DIGITS + " digits");
    }
    Long id = end == position ? null : Long.parseLong(text, position, end, 10);
    return new PacketText(type, attachments, namespace, id, json(text.substring(end)));
  }

  private static int digitsEnd(String text, int from) {
    int end = from;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    return end;
  }

  private static @Nullable JsonNode json(String text) throws InvalidPacketException {
    if (text.isEmpty()) {
      return null;
    }
    try {
      JsonNode data = Json.MAPPER.readTree(text);
      return data.isMissingNode() ? null : data;
    } catch (JsonProcessingException e) {
      throw new InvalidPacketException("a packet whose content is no JSON");
    }
  }

  /**
   * The packet, with its attachments in their places.
   *
   * @throws InvalidPacketException when its parts do not fit its type
   */
  Incoming whole(List<byte[]> binaries) throws InvalidPacketException {
    checkShape();
    return switch (type) {
      case CONNECT -> new Incoming.Connect(namespace, data == null ? noAuth() : data);
      case DISCONNECT -> new Incoming.Disconnect(namespace);
      case EVENT, BINARY_EVENT -> {
        // Elsewhere what looks like a placeholder is the sender's own JSON.
        JsonNode all = type.isBinary() ? Placeholders.putIn(content(), binaries) : content();
        var arguments = new ArrayList<JsonNode>(all.size());
        all.forEach(arguments::add);
        JsonNode name = arguments.removeFirst();
        yield new Incoming.Event(namespace, id, name.asText(), List.copyOf(arguments));
      }
      case ACK, BINARY_ACK -> new Incoming.Acknowledged(namespace, id == null ? 0 : id);
      case CONNECT_ERROR -> throw new InvalidPacketException("a client sends no connect error");
    };
  }

  /**
   * Looks whether the parts fit the type, before any attachment is waited for.
   *
   * @throws InvalidPacketException when they do not
   */
  void checkShape() throws InvalidPacketException {
    boolean fits =
        switch (type) {
          case CONNECT -> id == null && (data == null || data.isObject());
          case DISCONNECT -> id == null && data == null;
          case EVENT, BINARY_EVENT -> data != null && isEvent(data);
          case ACK, BINARY_ACK -> id != null && data != null && data.isArray();
          case CONNECT_ERROR -> false;
        };
    if (!fits) {
      throw new InvalidPacketException("a packet of type " + type + " with the wrong content");
    }
  }

  private static boolean isEvent(JsonNode data) {
    JsonNode name = data.path(0);
    return data.isArray()
        && (name.isIntegralNumber() || name.isTextual())
        && !RESERVED.contains(name.asText());
  }

  private JsonNode content() {
    return data == null ? JsonNodeFactory.instance.arrayNode() : data;
  }

  private static JsonNode noAuth() {
    return JsonNodeFactory.instance.objectNode();
  }
}
