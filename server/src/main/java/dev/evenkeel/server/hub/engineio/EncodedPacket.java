package dev.evenkeel.server.hub.engineio;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
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

  private final byte[] frame;
  private final int start;

  private EncodedPacket(byte[] frame, int start) {
    this.frame = frame;
    this.start = start;
  }

  /** A text message whose UTF-8 is the parts, one after the other. */
  public static EncodedPacket message(byte[]... parts) {
    return text(PacketType.MESSAGE, parts);
  }

  /** A binary message. The bytes are copied. */
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
    byte[] frame = new byte[Math.addExact(start, length)];
    ByteBuffer writer = ByteBuffer.wrap(frame).put((byte) (FINAL | opcode));
    if (length < MEDIUM) {
      writer.put((byte) length);
    } else if (length < LARGE) {
      writer.put((byte) MEDIUM).putShort((short) length);
    } else {
      writer.put((byte) (MEDIUM + 1)).putLong(length);
    }
    for (byte[] part : parts) {
      writer.put(part);
    }
    return new EncodedPacket(frame, start);
  }

  /** The whole websocket frame; not to be changed. */
  public byte[] frame() {
    return frame;
  }

  /** How many bytes it takes on a websocket; in long polling, binary takes a third more. */
  public int size() {
    return frame.length;
  }

  boolean isBinary() {
    return frame[0] == (byte) (FINAL | BINARY);
  }

  /** How many bytes it takes in the answer to a poll. */
  int sizeInPoll() {
    int length = frame.length - start;
    return isBinary() ? 1 + (length + 2) / 3 * 4 : length;
  }

  /** Writes it as it stands in the answer to a poll: text as it is, binary as base64. */
  void appendTo(ByteArrayOutputStream poll) {
    if (isBinary()) {
      byte[] content = Arrays.copyOfRange(frame, start, frame.length);
      poll.write('b');
      poll.writeBytes(Base64.getEncoder().encode(content));
    } else {
      poll.write(frame, start, frame.length - start);
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
