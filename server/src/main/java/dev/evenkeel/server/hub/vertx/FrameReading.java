package dev.evenkeel.server.hub.vertx;

import dev.evenkeel.server.hub.engineio.WaitingBytes;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import io.netty.util.ReferenceCountUtil;

/**
 * Netty's reading of the frames of a websocket. It keeps a frame until it is whole; what it keeps
 * counts as waiting here.
 */
final class FrameReading extends WebSocket13FrameDecoder {

  private final WaitingBytes.Held held;
  private final Runnable noRoom;

  private FrameReading(WebSocketDecoderConfig config, WaitingBytes.Held held, Runnable noRoom) {
    super(config);
    this.held = held;
    this.noRoom = noRoom;
  }

  /**
   * Reads the frames from now on, in place of the one that does not count. To be called before
   * anything was read: in the turn of the loop in which the websocket was opened.
   *
   * @param noRoom is called once, on the loop, when there is no room for a frame: what it had of it
   *     is forgotten, and nothing is read any more
   */
  static void begin(
      ChannelPipeline pipeline, int maxPayload, WaitingBytes.Held held, Runnable noRoom) {
    var config = WebSocketDecoderConfig.newBuilder().maxFramePayloadLength(maxPayload);
    var reading = new FrameReading(config.closeOnProtocolViolation(false).build(), held, noRoom);
    var name = pipeline.context(WebSocketFrameDecoder.class).name();
    pipeline.replace(name, name, reading);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    try {
      super.channelRead(context, message);
    } finally {
      count(context);
    }
  }

  private void count(ChannelHandlerContext context) {
    ByteBuf unread = internalBuffer();
    if (!held.become(unread.isReadable() ? unread.capacity() : 0)) {
      unread.skipBytes(unread.readableBytes());
      context.pipeline().replace(this, context.name(), new Deaf());
      noRoom.run();
    }
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) {
    held.free();
  }

  /** Takes no notice of what comes. */
  private static final class Deaf extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ReferenceCountUtil.release(message);
    }
  }
}
