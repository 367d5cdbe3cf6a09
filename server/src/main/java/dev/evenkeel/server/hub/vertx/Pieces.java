package dev.evenkeel.server.hub.vertx;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.stream.ChunkedInput;
import org.jspecify.annotations.Nullable;

/** A frame for the network, as much at a time as the network takes. All clients share its bytes. */
final class Pieces implements ChunkedInput<ByteBuf> {

  /** The largest piece in bytes. */
  private static final int PIECE = 16 << 10;

  private final byte[][] parts;
  private final long length;

  // Mutable state, owned by the event loop
  private int part;
  private int at;
  private long progress;

  Pieces(byte[][] parts) {
    this.parts = parts;
    long sum = 0;
    for (byte[] each : parts) {
      sum += each.length;
    }
    this.length = sum;
  }

  @Override
  public boolean isEndOfInput() {
    return progress == length;
  }

  @Override
  public void close() {
    // Nothing is held but the arrays.
  }

  @Deprecated // as it is in Netty, which calls the other one
  @SuppressWarnings("InlineMeSuggester")
  @Override
  public @Nullable ByteBuf readChunk(ChannelHandlerContext context) {
    return readChunk(context.alloc());
  }

  @Override
  public @Nullable ByteBuf readChunk(ByteBufAllocator allocator) {
    while (part < parts.length && at == parts[part].length) {
      part++;
      at = 0;
    }
    if (part == parts.length) {
      return null;
    }
    int size = Math.min(PIECE, parts[part].length - at);
    ByteBuf piece = Unpooled.wrappedBuffer(parts[part], at, size);
    at += size;
    progress += size;
    return piece;
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public long progress() {
    return progress;
  }
}
