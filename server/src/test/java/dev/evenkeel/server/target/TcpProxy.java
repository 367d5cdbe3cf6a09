package dev.evenkeel.server.target;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands between a client and a server, and fails in ways that the server does not see, or is slow.
 */
final class TcpProxy implements AutoCloseable {

  private record Link(Socket client, Socket server) {}

  private static final int PIECE = 32 << 10;

  private final int serverPort;
  private final int bytesASecond;
  private final ServerSocket listening;
  private final List<Link> links = new CopyOnWriteArrayList<>();

  TcpProxy(int serverPort) {
    this(serverPort, 0);
  }

  /** With so many bytes a second to the server; 0 is as fast as can be. */
  TcpProxy(int serverPort, int bytesASecond) {
    this.serverPort = serverPort;
    this.bytesASecond = bytesASecond;
    try {
      this.listening = new ServerSocket();
      if (bytesASecond > 0) {
        listening.setReceiveBufferSize(PIECE);
      }
      listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + listening.getLocalPort());
  }

  /** Closes the clients' sides. The server's sides stay open, and nobody reads them. */
  int cutClients() {
    int cut = 0;
    for (Link link : links) {
      if (!link.client.isClosed()) {
        close(link.client);
        cut++;
      }
    }
    return cut;
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket client = listening.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        var link = new Link(client, server);
        links.add(link);
        Thread.ofVirtual().start(() -> send(client, server));
        Thread.ofVirtual().start(() -> copy(server, client));
      } catch (IOException e) {
        // The proxy is closed, or the server does not listen: the client sees it.
      }
    }
  }

  private void send(Socket from, Socket to) {
    if (bytesASecond == 0) {
      copy(from, to);
      return;
    }
    byte[] piece = new byte[PIECE];
    try {
      for (int n = from.getInputStream().read(piece); n >= 0; ) {
        to.getOutputStream().write(piece, 0, n);
        Thread.sleep(1_000L * n / bytesASecond);
        n = from.getInputStream().read(piece);
      }
      close(to);
    } catch (IOException e) {
      // One side is gone on purpose; the other stays as it is.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      if (!from.isClosed()) {
        close(to);
      }
    } catch (IOException e) {
      // One side is gone on purpose; the other stays as it is.
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    links.forEach(
        link -> {
          close(link.client);
          close(link.server);
        });
  }
}
