package dev.evenkeel.server.hub.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.evenkeel.server.hub.engineio.EncodedPacket;
import dev.evenkeel.server.hub.engineio.Session;
import dev.evenkeel.server.hub.engineio.SessionListener;
import java.util.List;

/** What the suite of Engine.IO wants: every message comes back. */
record EngineEcho(Session session) implements SessionListener {

  @Override
  public void message(String text) {
    session.reply(List.of(EncodedPacket.message(text.getBytes(UTF_8))));
  }

  @Override
  public void message(byte[] binary) {
    session.reply(List.of(EncodedPacket.binary(binary)));
  }

  @Override
  public void closed(String reason) {}
}
