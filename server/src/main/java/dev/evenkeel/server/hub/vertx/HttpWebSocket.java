package dev.evenkeel.server.hub.vertx;

import dev.evenkeel.server.hub.engineio.CloseReason;
import dev.evenkeel.server.hub.engineio.EncodedPacket;
import dev.evenkeel.server.hub.engineio.EventLoop;
import dev.evenkeel.server.hub.engineio.Session;
import dev.evenkeel.server.hub.engineio.WebSocketLink;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
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

  private final ServerWebSocket socket;
  private final NettyLoop loop;
  private final ChannelHandlerContext network;
  private final MessageAssembly assembly;

  /**
   * @param connection that the websocket was opened on
   */
  HttpWebSocket(ServerWebSocket socket, HttpConnection connection, NettyLoop loop, int maxPayload) {
    this.socket = socket;
    this.loop = loop;
    this.assembly = new MessageAssembly(maxPayload);
    this.network =
        ((ConnectionBase) connection).channel().pipeline().context(WebSocketFrameEncoder.class);
  }

  /** Gives the session what comes in from now on. */
  void readInto(Session session) {
    socket.frameHandler(frame -> receive(frame, session));
    socket.exceptionHandler(
        failure -> {
          LOG.log(System.Logger.Level.DEBUG, "A websocket failed", failure);
          session.lost(this, CloseReason.TRANSPORT_ERROR);
        });
    socket.closeHandler(closed -> session.lost(this, CloseReason.TRANSPORT_CLOSE));
  }

  private void receive(WebSocketFrame frame, Session session) {
    if (frame.isPing() || frame.isClose()) {
      return; // Vert.x answers them
    }
    switch (assembly.add(frame)) {
      case MessageAssembly.Result.Partial partial -> {}
      case MessageAssembly.Result.Text(String text) -> session.received(this, text);
      case MessageAssembly.Result.Binary(byte[] data) -> session.received(this, data);
      case MessageAssembly.Result.TooLarge tooLarge -> fail(session, TOO_LARGE);
      case MessageAssembly.Result.NoUtf8 noUtf8 -> fail(session, INVALID_DATA);
    }
  }

  private void fail(Session session, int code) {
    socket.frameHandler(null);
    close(code);
    session.lost(this, CloseReason.TRANSPORT_ERROR);
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public void write(EncodedPacket packet, Runnable taken) {
    network.write(Unpooled.wrappedBuffer(packet.frame())).addListener(any -> taken.run());
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

  @Override
  public void abort() {
    network
        .channel()
        .close()
        .addListener(
            closed -> LOG.log(System.Logger.Level.DEBUG, "A client that does not read is cut off"));
  }
}
