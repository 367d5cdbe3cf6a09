package dev.evenkeel.server.hub.engineio;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The packets of one session that the network has not taken yet. They wait here, shared with all
 * other clients, and only a little at a time is handed to a websocket, where each packet costs
 * memory of its own.
 */
final class Outbox {

  /**
   * No more is handed to a websocket while so many bytes wait in it: the network has a copy of
   * them, for each client that does not read.
   */
  private static final int WINDOW = 16 << 10;

  private static final char SEPARATOR = '\u001e';

  // Mutable state. pending, progress: any thread; the rest is guarded by the session's strand.
  private final AtomicLong pending = new AtomicLong();
  private final AtomicLong progress = new AtomicLong();
  private final ArrayDeque<EncodedPacket> waiting = new ArrayDeque<>();
  private long onTheWay;
  private boolean givenUp;

  /** Counts a packet that is about to be added. Any thread may call this. */
  void announce(EncodedPacket packet) {
    pending.addAndGet(packet.size());
  }

  /** Adds a packet that was announced. */
  void add(EncodedPacket packet) {
    waiting.add(packet);
  }

  /** Takes back a packet that was announced and cannot be added any more. */
  void withdraw(EncodedPacket packet) {
    pending.addAndGet(-packet.size());
  }

  /** Bytes that were announced and that the network has not taken. Any thread may call this. */
  long pendingBytes() {
    return pending.get();
  }

  /** Grows whenever the network takes something. Any thread may call this. */
  long progress() {
    return progress.get();
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Whether the network has something that it has not taken yet. */
  boolean isOnTheWay() {
    return onTheWay > 0;
  }

  /** The next packet for a websocket, or null when there is none or no room. */
  @Nullable EncodedPacket next() {
    if (onTheWay >= WINDOW) {
      return null;
    }
    EncodedPacket packet = waiting.poll();
    if (packet != null) {
      onTheWay += packet.size();
    }
    return packet;
  }

  /** Whether {@link #next} would give a packet. */
  boolean hasNext() {
    return onTheWay < WINDOW && !waiting.isEmpty();
  }

  /** The network took a part of a packet. */
  void goesOn() {
    progress.incrementAndGet();
  }

  /** The network took so many bytes of packets. */
  void taken(long bytes) {
    goesOn();
    if (givenUp) {
      return;
    }
    onTheWay -= bytes;
    pending.addAndGet(-bytes);
  }

  /**
   * Takes packets for the answer to a poll: at least one, and no more than fit.
   *
   * @param body where they are written
   * @return what {@link #taken} has to be told afterwards
   */
  long takeOut(ByteArrayOutputStream body, int maxBytes) {
    long bytes = 0;
    EncodedPacket packet = waiting.peek();
    while (packet != null && (bytes == 0 || body.size() + 1 + packet.sizeInPoll() <= maxBytes)) {
      if (bytes > 0) {
        body.write(SEPARATOR);
      }
      packet.appendTo(body);
      bytes += packet.size();
      waiting.remove();
      packet = waiting.peek();
    }
    onTheWay += bytes;
    return bytes;
  }

  /**
   * Gives up what waits and what is on its way: of a connection that is cut off, the network does
   * not always say that it will never take it.
   */
  void giveUp() {
    long bytes = onTheWay + waiting.stream().mapToLong(EncodedPacket::size).sum();
    givenUp = true;
    onTheWay = 0;
    waiting.clear();
    pending.addAndGet(-bytes);
  }
}
