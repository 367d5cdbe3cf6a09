package dev.evenkeel.server.hub.engineio;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The handshake: the first packet that a client gets. */
final class OpenPacket {

  private OpenPacket() {}

  static EncodedPacket of(String sid, EngineConfig config, boolean canUpgrade) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("sid", sid);
    var upgrades = json.putArray("upgrades");
    if (canUpgrade) {
      upgrades.add("websocket");
    }
    json.put("pingInterval", config.pingInterval().toMillis());
    json.put("pingTimeout", config.pingTimeout().toMillis());
    json.put("maxPayload", config.maxPayload());
    return EncodedPacket.text(PacketType.OPEN, json.toString().getBytes(US_ASCII));
  }
}
