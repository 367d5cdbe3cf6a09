package dev.evenkeel.server.hub.vertx;

import dev.evenkeel.server.hub.engineio.CloseReason;
import dev.evenkeel.server.hub.engineio.EncodedPacket;
import dev.evenkeel.server.hub.engineio.EventLoop;
import dev.evenkeel.server.hub.engineio.Session;
import dev.evenkeel.server.hub.engineio.WaitingBytes;
import dev.evenkeel.server.hub.engineio.WebSocketLink;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelProgressiveFuture;
import io.netty.channel.ChannelProgressiveFutureListener;
import io.netty.channel.ChannelProgressivePromise;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * A websocket of Vert.x. Packets are whole frames already, so they go to the network past the
 * encoder: nothing is encoded or copied for a client, except what the network takes.
 */
final class HttpWebSocket implements WebSocketLink {

  private static final System.Logger LOG = System.getLogger(HttpWebSocket.class.getName());
  private static final int INVALID_DATA = 1007;
  private static final int TOO_LARGE = 1009;
  private static final int TRY_AGAIN_LATER = 1013;

  /**
   * What is larger, in bytes, goes to the network in pieces: Netty copies what it is given, and a
   * client that does not read would keep the whole copy. How slowly it reads is looked at, too.
   */
  private static final int AT_ONCE = 16 << 10;

  /** Pieces are given to the network while less than this waits in it, in bytes. */
  private static final int FULL = 16 << 10;

  private final ServerWebSocket socket;
  private final NettyLoop loop;
  private final ChannelHandlerContext network;
  private final int maxPayload;
  private final WaitingBytes waiting;
  private final MessageAssembly assembly;

  /**
   * @param connection that the websocket was opened on
   * @param waiting where counts what is not whole yet
   */
  HttpWebSocket(
      ServerWebSocket socket,
      HttpConnection connection,
      NettyLoop loop,
      int maxPayload,
      WaitingBytes waiting) {
    this.socket = socket;
    this.loop = loop;
    this.maxPayload = maxPayload;
    this.waiting = waiting;
    this.assembly = new MessageAssembly(maxPayload, waiting.nothing());
    this.network =
        ((ConnectionBase) connection).channel().pipeline().context(WebSocketFrameEncoder.class);
    network.channel().config().setWriteBufferWaterMark(new WriteBufferWaterMark(FULL / 2, FULL));
    network.pipeline().addBefore(network.name(), "pieces", new ChunkedWriteHandler());
  }

  /** Gives the session what comes in from now on. */
  void readInto(Session session) {
    FrameReading.begin(
        network.channel().pipeline(),
        maxPayload,
        waiting.nothing(),
        () -> fail(session, TRY_AGAIN_LATER, CloseReason.NO_ROOM));
    socket.frameHandler(frame -> receive(frame, session));
    socket.exceptionHandler(
        failure -> {
          LOG.log(System.Logger.Level.DEBUG, "A websocket failed", failure);
          session.lost(this, CloseReason.TRANSPORT_ERROR);
        });
    socket.closeHandler(
        closed -> {
          assembly.forget();
          session.lost(this, CloseReason.TRANSPORT_CLOSE);
        });
  }

  private void receive(WebSocketFrame frame, Session session) {
    if (frame.isPing() || frame.isClose()) {
      return; // Vert.x answers them
    }
    switch (assembly.add(frame)) {
      case MessageAssembly.Result.Partial partial -> {}
      case MessageAssembly.Result.Text(String text) -> session.received(this, text);
      case MessageAssembly.Result.Binary(byte[] data) -> session.received(this, data);
      case MessageAssembly.Result.TooLarge tooLarge ->
          fail(session, TOO_LARGE, CloseReason.TRANSPORT_ERROR);
      case MessageAssembly.Result.NoRoom noRoom ->
          fail(session, TRY_AGAIN_LATER, CloseReason.NO_ROOM);
      case MessageAssembly.Result.NoUtf8 noUtf8 ->
          fail(session, INVALID_DATA, CloseReason.TRANSPORT_ERROR);
    }
  }

  private void fail(Session session, int code, String reason) {
    socket.frameHandler(null);
    assembly.forget();
    close(code);
    session.lost(this, reason);
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public void write(EncodedPacket packet, Runnable goesOn, Runnable taken) {
    if (packet.size() <= AT_ONCE) {
      ByteBuf frame = Unpooled.wrappedBuffer(packet.frame());
      network.write(frame).addListener(any -> taken.run());
      return;
    }
    ChannelProgressivePromise written = network.newProgressivePromise();
    written.addListener(
        new ChannelProgressiveFutureListener() {
          @Override
          public void operationProgressed(
              ChannelProgressiveFuture future, long progress, long total) {
            goesOn.run();
          }

          @Override
          public void operationComplete(ChannelProgressiveFuture future) {
            taken.run();
          }
        });
    var _ = network.write(new Pieces(packet.frame()), written);
  }

  @Override
  public void flush() {
    network.flush();
  }

  @Override
  public void close(int code) {
    if (!socket.isClosed()) {
      socket.close((short) code);
    }
  }

  /** Past Vert.x, whose close says goodbye first, behind all that the client does not read. */
  @Override
  public void abort() {
    network
        .close()
        .addListener(
            closed -> LOG.log(System.Logger.Level.DEBUG, "A client that does not read is cut off"));
  }
}
