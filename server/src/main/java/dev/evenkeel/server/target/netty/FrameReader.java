package dev.evenkeel.server.target.netty;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.evenkeel.server.target.Network;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Reads the frames of a WebSocket server (RFC 6455, section 5.2). Of a message it keeps the
 * beginning only, and passes over the rest as it arrives: a target may send back whatever it gets,
 * and nobody reads it.
 */
final class FrameReader extends ByteToMessageDecoder implements WebSocketFrameDecoder {

  /** Who hears of what comes in. */
  interface Reading {
    void text(ByteBuffer beginning);

    void binary();

    void ping(byte[] data);

    void close(int code, String reason);
  }

  private static final int FINAL = 0x80;
  private static final int RESERVED = 0x70;
  private static final int OPCODE = 0x0F;
  private static final int MASKED = 0x80;
  private static final int LENGTH = 0x7F;
  private static final int SHORT = 126;
  private static final int CONTROL = 0x8;
  private static final int CONTINUATION = 0x0;
  private static final int TEXT = 0x1;
  private static final int BINARY = 0x2;

  /** What a close frame without a code stands for. */
  private static final int NO_CODE = 1005;

  private final Reading reading;
  private final ByteBuffer message = ByteBuffer.allocate(Network.MOST_READ);
  private final ByteBuffer control = ByteBuffer.allocate(LENGTH);

  // Mutable state, owned by the line's thread
  private boolean within;
  private boolean last;
  private int opcode;
  private long left;
  private int kind = CONTINUATION;

  FrameReader(Reading reading) {
    this.reading = reading;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
      throws ProtocolException {
    if (!within && !begin(in)) {
      return;
    }
    int length = (int) Math.min(left, in.readableBytes());
    keep(in, length, isControl() ? control : message);
    left -= length;
    if (left == 0) {
      within = false;
      end();
    }
  }

  private static void keep(ByteBuf in, int length, ByteBuffer into) {
    int kept = Math.min(length, into.remaining());
    in.readBytes(into.slice(into.position(), kept));
    into.position(into.position() + kept);
    in.skipBytes(length - kept);
  }

  private boolean isControl() {
    return opcode >= CONTROL;
  }

  /** Reads what a frame begins with. Returns false when it has not arrived yet. */
  private boolean begin(ByteBuf in) throws ProtocolException {
    if (in.readableBytes() < 2) {
      return false;
    }
    int first = in.getUnsignedByte(in.readerIndex());
    int second = in.getUnsignedByte(in.readerIndex() + 1);
    int length = second & LENGTH;
    int more = length < SHORT ? 0 : length == SHORT ? Short.BYTES : Long.BYTES;
    if (in.readableBytes() < 2 + more) {
      return false;
    }
    in.skipBytes(2);
    left = more == 0 ? length : more == Short.BYTES ? in.readUnsignedShort() : in.readLong();
    last = (first & FINAL) != 0;
    opcode = first & OPCODE;
    check((first & RESERVED) == 0, "reserved bits");
    check((second & MASKED) == 0, "a mask");
    check(left >= 0, "a negative length");
    if (isControl()) {
      check(last && more == 0, "a control frame in parts");
      control.clear();
    } else if (opcode == CONTINUATION) {
      check(kind != CONTINUATION, "a part without a beginning");
    } else {
      check(opcode == TEXT || opcode == BINARY, "opcode " + opcode);
      check(kind == CONTINUATION, "a message within a message");
      kind = opcode;
      message.clear();
    }
    within = true;
    return true;
  }

  private static void check(boolean holds, String otherwise) throws ProtocolException {
    if (!holds) {
      throw new ProtocolException("no WebSocket frame: " + otherwise);
    }
  }

  private void end() {
    if (isControl()) {
      control.flip();
      endControl();
    } else if (last) {
      int ended = kind;
      kind = CONTINUATION;
      if (ended == TEXT) {
        reading.text(message.flip());
      } else {
        reading.binary();
      }
    }
  }

  private void endControl() {
    switch (opcode) {
      case Frames.PING -> {
        var data = new byte[control.remaining()];
        control.get(data);
        reading.ping(data);
      }
      case Frames.CLOSE -> {
        int code =
            control.limit() < Short.BYTES ? NO_CODE : Short.toUnsignedInt(control.getShort());
        reading.close(code, UTF_8.decode(control).toString());
      }
      default -> {}
    }
  }
}
