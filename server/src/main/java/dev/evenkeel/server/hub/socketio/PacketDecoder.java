package dev.evenkeel.server.hub.socketio;

import dev.evenkeel.server.hub.engineio.CloseReason;
import dev.evenkeel.server.hub.engineio.WaitingBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Puts the messages of one connection together to packets. It is used by one thread at a time. */
final class PacketDecoder {

  private final SocketConfig config;
  private final WaitingBytes all;
  private final WaitingBytes.Held held;
  private final Predicate<String> hasJoined;

  // Mutable state, guarded by the connection's loop: a packet whose attachments are still to come
  private @Nullable PacketText waiting;
  private final List<byte[]> attachments = new ArrayList<>();

  /**
   * @param all where attachments count
   * @param hasJoined whether the client is in a namespace: for others, nothing is kept
   */
  PacketDecoder(SocketConfig config, WaitingBytes all, Predicate<String> hasJoined) {
    this.all = all;
    this.held = all.nothing();
    this.config = config;
    this.hasJoined = hasJoined;
  }

  /**
   * Takes a text message.
   *
   * @return the packet, or null when its attachments are still to come
   * @throws InvalidPacketException when it is none, when attachments are due, or when some are
   *     announced for a namespace that the client has not joined
   */
  @Nullable Incoming text(String message) throws InvalidPacketException {
    if (waiting != null) {
      throw new InvalidPacketException("a text where a binary attachment is due");
    }
    PacketText packet = PacketText.parse(message);
    if (packet.attachments() == 0) {
      return packet.whole(List.of());
    }
    if (packet.attachments() > config.maxAttachments()) {
      throw new InvalidPacketException(
          "%d attachments; at most %d are taken"
              .formatted(packet.attachments(), config.maxAttachments()));
    }
    packet.checkShape();
    if (!hasJoined.test(packet.namespace())) {
      throw new InvalidPacketException("attachments for a namespace that it has not joined");
    }
    waiting = packet;
    return null;
  }

  /**
   * Takes a binary message.
   *
   * @return the packet, or null when more attachments are to come
   * @throws InvalidPacketException when none is due, or they are too large
   */
  @Nullable Incoming binary(byte[] message) throws InvalidPacketException {
    PacketText packet = waiting;
    if (packet == null) {
      throw new InvalidPacketException("a binary attachment where none is due");
    }
    if (held.bytes() + message.length > config.maxAttachmentBytes()) {
      throw new InvalidPacketException(
          "attachments of more than %d bytes".formatted(config.maxAttachmentBytes()));
    }
    if (!held.become(held.bytes() + message.length)) {
      throw new InvalidPacketException(
          "attachments while what all clients have not sent whole takes most of %d bytes"
              .formatted(all.limit()),
          CloseReason.NO_ROOM);
    }
    attachments.add(message);
    if (attachments.size() < packet.attachments()) {
      return null;
    }
    Incoming whole = packet.whole(attachments);
    close();
    return whole;
  }

  /** Forgets the packet that is not whole. */
  void close() {
    waiting = null;
    attachments.clear();
    held.free();
  }
}
