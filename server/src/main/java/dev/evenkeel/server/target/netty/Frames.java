package dev.evenkeel.server.target.netty;

import io.netty.buffer.ByteBuf;
import java.util.Queue;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Writes messages as frames of a WebSocket client (RFC 6455, section 5.2), as many into one buffer
 * as fit. A message is one frame, however large it is; what does not fit goes into the next
 * buffers. So a large message is never copied as a whole.
 */
final class Frames {

  static final int TEXT = 0x1;
  static final int CLOSE = 0x8;
  static final int PING = 0x9;
  static final int PONG = 0xA;

  /** The longest beginning of a frame: two bytes, eight of length, four of the mask. */
  static final int MOST_HEAD = 14;

  private static final int FINAL = 0x80;
  private static final int MASKED = 0x80;
  private static final int SHORT = 126;
  private static final int LONG = 127;
  private static final int MOST_SHORT = 0xFFFF;

  /** A message, and how far it has been written. */
  static final class Message {
    private final int opcode;
    private final byte[][] parts;
    final long size;

    // Mutable state, owned by the line's thread
    private boolean begun;
    private int key;
    private int part;
    private int at;

    Message(int opcode, byte[]... parts) {
      this.opcode = opcode;
      this.parts = parts;
      long sum = 0;
      for (byte[] each : parts) {
        sum += each.length;
      }
      this.size = sum;
    }
  }

  private final Queue<Message> queue;

  // Mutable state, owned by the line's thread
  private @Nullable Message current;
  private int ended;

  Frames(Queue<Message> queue) {
    this.queue = queue;
  }

  /** Whether nothing is left to write. */
  boolean isEmpty() {
    return current == null && queue.isEmpty();
  }

  /** Forgets what waits. */
  void clear() {
    current = null;
    queue.clear();
  }

  /** Whether a frame has been begun, so that no other may come now. */
  boolean isWithinFrame() {
    return current != null && current.begun;
  }

  /** How many messages came to their end with the last {@link #writeTo}. */
  int ended() {
    return ended;
  }

  /** Fills the buffer. Returns how many bytes of messages it took. */
  long writeTo(ByteBuf buffer) {
    ended = 0;
    long taken = 0;
    while (buffer.maxWritableBytes() > MOST_HEAD) {
      Message message = current == null ? queue.poll() : current;
      if (message == null) {
        break;
      }
      current = message;
      if (!message.begun) {
        begin(message, buffer);
      }
      taken += fill(message, buffer);
      if (message.part == message.parts.length) {
        current = null;
        ended++;
      }
    }
    return taken;
  }

  private static void begin(Message message, ByteBuf buffer) {
    message.begun = true;
    message.key = ThreadLocalRandom.current().nextInt();
    buffer.writeByte(FINAL | message.opcode);
    if (message.size < SHORT) {
      buffer.writeByte(MASKED | (int) message.size);
    } else if (message.size <= MOST_SHORT) {
      buffer.writeByte(MASKED | SHORT);
      buffer.writeShort((int) message.size);
    } else {
      buffer.writeByte(MASKED | LONG);
      buffer.writeLong(message.size);
    }
    buffer.writeInt(message.key);
  }

  private static int fill(Message message, ByteBuf buffer) {
    int from = buffer.writerIndex();
    while (message.part < message.parts.length) {
      byte[] part = message.parts[message.part];
      int room = Math.min(part.length - message.at, buffer.maxWritableBytes());
      buffer.writeBytes(part, message.at, room);
      message.at += room;
      if (message.at < part.length) {
        break;
      }
      message.part++;
      message.at = 0;
    }
    int to = buffer.writerIndex();
    mask(buffer, from, to, message.key);
    message.key = Integer.rotateLeft(message.key, Byte.SIZE * ((to - from) % Integer.BYTES));
    return to - from;
  }

  private static void mask(ByteBuf buffer, int from, int to, int key) {
    long wide = ((long) key << Integer.SIZE) | (key & 0xFFFF_FFFFL);
    int at = from;
    for (; to - at >= Long.BYTES; at += Long.BYTES) {
      buffer.setLong(at, buffer.getLong(at) ^ wide);
    }
    for (int turned = key; at < to; at++) {
      turned = Integer.rotateLeft(turned, Byte.SIZE);
      buffer.setByte(at, buffer.getByte(at) ^ turned);
    }
  }
}
