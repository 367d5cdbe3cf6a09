package dev.evenkeel.server.target.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker13;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.netty.util.ReferenceCountUtil;
import java.net.ProtocolException;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Makes a WebSocket of an HTTP connection, once it stands, and gives it to the line. The handshake
 * is Netty's; the frames are ours.
 */
final class Upgrade extends ChannelInboundHandlerAdapter {

  private final NettyLine line;
  private final Handshaker handshaker;

  // Mutable state, owned by the line's thread
  private @Nullable HttpResponse response;

  Upgrade(URI address, HttpHeaders headers, NettyLine line) {
    this.line = line;
    this.handshaker = new Handshaker(address, headers, line);
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    line.connected();
    handshaker
        .handshake(context.channel())
        .addListener(
            sent -> {
              if (!sent.isSuccess()) {
                line.fail(sent.cause());
              }
            });
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    try {
      if (!line.isEnded() && message instanceof HttpObject part) {
        read(context.channel(), part);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void read(Channel channel, HttpObject part) throws ProtocolException {
    if (part.decoderResult().isFailure()) {
      throw new ProtocolException("no HTTP: " + part.decoderResult().cause().getMessage());
    }
    if (part instanceof HttpResponse answer) {
      if (answer.status().code() != HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
        line.refused(answer.status().code());
        return;
      }
      response = answer;
    }
    HttpResponse answer = response;
    if (part instanceof LastHttpContent && answer != null) {
      var whole = new DefaultFullHttpResponse(answer.protocolVersion(), answer.status());
      whole.headers().set(answer.headers());
      try {
        handshaker.finishHandshake(channel, whole);
      } finally {
        whole.release();
      }
      channel.pipeline().addLast(line);
      channel.pipeline().remove(this);
      line.opened();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    line.channelInactive(context);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    line.exceptionCaught(context, failure);
  }

  private static final class Handshaker extends WebSocketClientHandshaker13 {
    private final NettyLine line;

    Handshaker(URI address, HttpHeaders headers, NettyLine line) {
      super(address, WebSocketVersion.V13, null, false, headers, Integer.MAX_VALUE);
      this.line = line;
    }

    /** Without an origin: that is what a page in a browser has, and servers judge it. */
    @Override
    protected FullHttpRequest newHandshakeRequest() {
      FullHttpRequest request = super.newHandshakeRequest();
      request.headers().remove(HttpHeaderNames.ORIGIN);
      return request;
    }

    @Override
    protected WebSocketFrameDecoder newWebsocketDecoder() {
      return new FrameReader(line);
    }

    @Override
    protected WebSocketFrameEncoder newWebSocketEncoder() {
      return new Written();
    }
  }

  /** What the line writes are frames already. */
  private static final class Written extends ChannelOutboundHandlerAdapter
      implements WebSocketFrameEncoder {}
}
