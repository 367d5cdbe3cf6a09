package dev.evenkeel.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** One keep-alive connection that posts events. It reads no more of an answer than it must. */
final class Agent implements AutoCloseable {

  private static final byte[] END_OF_HEAD = {'\r', '\n', '\r', '\n'};

  private final SocketChannel channel;
  private final Requests requests;
  private final ByteBuffer in = ByteBuffer.allocate(4096);

  Agent(int port, Requests requests) throws IOException {
    this.channel =
        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    this.requests = requests;
  }

  /** Posts the next event without waiting for the answer. */
  void send() throws IOException {
    ByteBuffer request = requests.next();
    while (request.hasRemaining()) {
      channel.write(request);
    }
  }

  /**
   * Waits for the answer: 200 without a body.
   *
   * @throws IOException when it is another
   */
  void receive() throws IOException {
    in.clear();
    int matched = 0;
    int at = 0;
    while (matched < END_OF_HEAD.length) {
      if (channel.read(in) < 0) {
        throw new EOFException("the server closed the connection");
      }
      for (; at < in.position() && matched < END_OF_HEAD.length; at++) {
        byte b = in.get(at);
        matched = b == END_OF_HEAD[matched] ? matched + 1 : b == '\r' ? 1 : 0;
      }
    }
    if (in.get(9) != '2' || in.get(10) != '0' || in.get(11) != '0' || at != in.position()) {
      throw new IOException(
          "not 200 with an empty body: " + new String(in.array(), 0, in.position(), UTF_8));
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
