package dev.evenkeel.server.hub.socketio;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.evenkeel.server.hub.engineio.EncodedPacket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes Socket.IO packets: the type, the number of attachments, the namespace unless it is {@code
 * /}, the acknowledgement's id, and JSON. Attachments follow as binary messages of their own.
 */
final class PacketEncoder {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final byte[] COMMA = {','};
  private static final byte[] END = {']'};
  private static final long NO_ID = -1;

  private PacketEncoder() {}

  static EncodedPacket connect(String namespace, String sid) {
    return plain(PacketType.CONNECT, namespace, NODES.objectNode().put("sid", sid));
  }

  static EncodedPacket connectError(String namespace, String message) {
    return plain(PacketType.CONNECT_ERROR, namespace, NODES.objectNode().put("message", message));
  }

  static EncodedPacket disconnect(String namespace) {
    return EncodedPacket.message(head(PacketType.DISCONNECT, 0, namespace, NO_ID));
  }

  static List<EncodedPacket> event(String namespace, String name, List<JsonNode> arguments) {
    ArrayNode all = NODES.arrayNode(arguments.size() + 1).add(name).addAll(arguments);
    return withAttachments(PacketType.EVENT, PacketType.BINARY_EVENT, namespace, NO_ID, all);
  }

  static List<EncodedPacket> event(String namespace, String name, byte[] json) {
    byte[] head = head(PacketType.EVENT, 0, namespace, NO_ID);
    byte[] quoted = ("[" + TextNode.valueOf(name)).getBytes(UTF_8);
    return List.of(EncodedPacket.message(head, quoted, COMMA, json, END));
  }

  static List<EncodedPacket> acknowledgement(String namespace, long id, List<JsonNode> arguments) {
    ArrayNode all = NODES.arrayNode(arguments.size()).addAll(arguments);
    return withAttachments(PacketType.ACK, PacketType.BINARY_ACK, namespace, id, all);
  }

  private static EncodedPacket plain(PacketType type, String namespace, JsonNode content) {
    return EncodedPacket.message(head(type, 0, namespace, NO_ID), json(content));
  }

  private static List<EncodedPacket> withAttachments(
      PacketType plain, PacketType binary, String namespace, long id, ArrayNode arguments) {
    var attachments = new ArrayList<byte[]>();
    JsonNode content = Placeholders.takeOut(arguments, attachments);
    PacketType type = attachments.isEmpty() ? plain : binary;
    var packets = new ArrayList<EncodedPacket>(1 + attachments.size());
    byte[] head = head(type, attachments.size(), namespace, id);
    packets.add(EncodedPacket.message(head, json(content)));
    attachments.forEach(each -> packets.add(EncodedPacket.binary(each)));
    return List.copyOf(packets);
  }

  private static byte[] head(PacketType type, int attachments, String namespace, long id) {
    var head = new StringBuilder().append(type.digit());
    if (attachments > 0) {
      head.append(attachments).append('-');
    }
    if (!namespace.equals("/")) {
      head.append(namespace).append(',');
    }
    if (id != NO_ID) {
      head.append(id);
    }
    String text = head.toString();
    return text.getBytes(namespace.equals("/") ? US_ASCII : UTF_8);
  }

  private static byte[] json(JsonNode content) {
    try {
      return Json.MAPPER.writeValueAsBytes(content);
    } catch (IOException e) {
      throw new UncheckedIOException("a tree of JSON could not be written", e);
    }
  }
}
