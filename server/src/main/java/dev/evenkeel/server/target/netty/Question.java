package dev.evenkeel.server.target.netty;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.evenkeel.server.target.Network;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.EOFException;
import java.net.ProtocolException;
import java.net.URI;
import java.util.concurrent.CompletableFuture;

/** One GET on a connection of its own. */
final class Question extends SimpleChannelInboundHandler<HttpObject> {

  private final DefaultFullHttpRequest request;
  private final CompletableFuture<Network.Answer> answer;
  private final ByteBuf body = Unpooled.buffer(0, Network.MOST_READ);

  // Mutable state, owned by the channel's thread
  private int status;

  Question(URI address, HttpHeaders headers, CompletableFuture<Network.Answer> answer) {
    String path = address.getRawPath() + "?" + address.getRawQuery();
    this.request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
    this.answer = answer;
    request.headers().set(headers);
    String port = address.getPort() < 0 ? "" : ":" + address.getPort();
    request.headers().set(HttpHeaderNames.HOST, address.getHost() + port);
    request.headers().set(HttpHeaderNames.CONNECTION, "close");
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    context
        .writeAndFlush(request)
        .addListener(
            sent -> {
              if (!sent.isSuccess()) {
                answer.completeExceptionally(sent.cause());
              }
            });
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject part)
      throws ProtocolException {
    if (part.decoderResult().isFailure()) {
      throw new ProtocolException("no HTTP: " + part.decoderResult().cause().getMessage());
    }
    if (part instanceof HttpResponse response) {
      status = response.status().code();
    }
    if (part instanceof HttpContent content) {
      int room = Math.min(content.content().readableBytes(), body.maxWritableBytes());
      body.writeBytes(content.content(), room);
    }
    if (part instanceof LastHttpContent || body.maxWritableBytes() == 0) {
      answer.complete(new Network.Answer(status, body.toString(UTF_8)));
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    answer.completeExceptionally(new EOFException("end of the stream"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    answer.completeExceptionally(failure);
  }
}
