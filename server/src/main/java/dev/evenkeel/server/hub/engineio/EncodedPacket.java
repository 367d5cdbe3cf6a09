package dev.evenkeel.server.hub.engineio;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;

/**
 * An outgoing packet, encoded once for all clients and both transports: it holds the whole
 * websocket frame (RFC 6455, 5.2; a server's frames are not masked), whose content is also what
 * long polling sends. It does not change, so any number of clients share it.
 */
public final class EncodedPacket {

  static final EncodedPacket CLOSE = text(PacketType.CLOSE);
  static final EncodedPacket PING = text(PacketType.PING);
  static final EncodedPacket NOOP = text(PacketType.NOOP);
  static final EncodedPacket PROBE_ANSWER = text(PacketType.PONG, "probe".getBytes(US_ASCII));

  private static final int FINAL = 0x80;
  private static final int TEXT = 1;
  private static final int BINARY = 2;

  /** Lengths from here on take two more bytes in a frame's header. */
  private static final int MEDIUM = 126;

  /** Lengths from here on take eight more bytes in a frame's header. */
  private static final int LARGE = 1 << 16;

  private final byte[][] pieces;
  private final int start;
  private final int size;

  private EncodedPacket(byte[][] pieces, int start, int size) {
    this.pieces = pieces;
    this.start = start;
    this.size = size;
  }

  /**
   * A text message whose UTF-8 is the parts, one after the other. Parts of 64 KB and more are
   * shared, not copied, and must not be changed afterwards.
   */
  public static EncodedPacket message(byte[]... parts) {
    return text(PacketType.MESSAGE, parts);
  }

  /** A binary message. From 64 KB on the bytes are shared, and must not be changed afterwards. */
  public static EncodedPacket binary(byte[] content) {
    return frame(BINARY, content);
  }

  /** A packet of any type, with text. */
  static EncodedPacket text(PacketType type, byte[]... parts) {
    byte[][] all = new byte[parts.length + 1][];
    all[0] = new byte[] {(byte) type.digit()};
    System.arraycopy(parts, 0, all, 1, parts.length);
    return frame(TEXT, all);
  }

  private static EncodedPacket frame(int opcode, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length = Math.addExact(length, part.length);
    }
    int start = length < MEDIUM ? 2 : length < LARGE ? 4 : 10;
    int size = Math.addExact(start, length);
    var pieces = new ArrayList<byte[]>(3);
    ByteBuffer writer = ByteBuffer.allocate(start + smallBytes(parts, 0));
    writer.put((byte) (FINAL | opcode));
    if (length < MEDIUM) {
      writer.put((byte) length);
    } else if (length < LARGE) {
      writer.put((byte) MEDIUM).putShort((short) length);
    } else {
      writer.put((byte) (MEDIUM + 1)).putLong(length);
    }
    for (int i = 0; i < parts.length; i++) {
      if (parts[i].length < LARGE) {
        writer.put(parts[i]);
      } else {
        pieces.add(writer.array());
        pieces.add(parts[i]);
        writer = ByteBuffer.allocate(smallBytes(parts, i + 1));
      }
    }
    pieces.add(writer.array());
    return new EncodedPacket(pieces.toArray(byte[][]::new), start, size);
  }

  /** How many bytes the parts have from there up to the next that is not copied. */
  private static int smallBytes(byte[][] parts, int from) {
    int bytes = 0;
    for (int i = from; i < parts.length && parts[i].length < LARGE; i++) {
      bytes += parts[i].length;
    }
    return bytes;
  }

  /** The whole websocket frame, in pieces; not to be changed. */
  public byte[][] frame() {
    return pieces;
  }

  /** How many bytes it takes on a websocket; in long polling, binary takes a third more. */
  public int size() {
    return size;
  }

  boolean isBinary() {
    return pieces[0][0] == (byte) (FINAL | BINARY);
  }

  /** How many bytes it takes in the answer to a poll. */
  int sizeInPoll() {
    int length = size - start;
    return isBinary() ? 1 + (length + 2) / 3 * 4 : length;
  }

  /** Writes it as it stands in the answer to a poll: text as it is, binary as base64. */
  void appendTo(ByteArrayOutputStream poll) {
    if (!isBinary()) {
      writeContent(poll);
      return;
    }
    var content = new ByteArrayOutputStream(size - start);
    writeContent(content);
    poll.write('b');
    poll.writeBytes(Base64.getEncoder().encode(content.toByteArray()));
  }

  private void writeContent(ByteArrayOutputStream to) {
    to.write(pieces[0], start, pieces[0].length - start);
    for (int i = 1; i < pieces.length; i++) {
      to.writeBytes(pieces[i]);
    }
  }

  /** What long polling sends, for logs and tests. */
  @Override
  public String toString() {
    var poll = new ByteArrayOutputStream(sizeInPoll());
    appendTo(poll);
    return poll.toString(UTF_8);
  }
}
