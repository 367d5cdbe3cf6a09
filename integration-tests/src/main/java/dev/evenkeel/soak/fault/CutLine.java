package dev.evenkeel.soak.fault;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A line between a server and its target that can be cut as a network is: while it is cut nothing
 * passes, in either direction, no data, no end of a connection and no new connection, and nobody is
 * told. What was on its way arrives when the line is whole again.
 */
final class CutLine implements AutoCloseable {

  private final URI target;
  private final ServerSocket listening;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  // Mutable state, guarded by this
  private boolean cut;

  CutLine(URI target) throws IOException {
    this.target = target;
    this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("cut-line").start(this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + listening.getLocalPort();
  }

  synchronized void cut() {
    cut = true;
  }

  synchronized void mend() {
    cut = false;
    notifyAll();
  }

  private synchronized void awaitWhole() throws InterruptedException {
    while (cut) {
      wait();
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket ours = listening.accept();
        sockets.add(ours);
        Thread.ofVirtual().start(() -> connect(ours));
      }
    } catch (IOException e) {
      // It was closed.
    }
  }

  private void connect(Socket ours) {
    try {
      awaitWhole();
      var theirs = new Socket(target.getHost(), target.getPort());
      sockets.add(theirs);
      Thread.ofVirtual().start(() -> copy(ours, theirs));
      copy(theirs, ours);
    } catch (IOException e) {
      close(ours);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void copy(Socket from, Socket to) {
    var buffer = new byte[16 << 10];
    try {
      InputStream in = from.getInputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        awaitWhole();
        to.getOutputStream().write(buffer, 0, count);
      }
      awaitWhole();
    } catch (IOException e) {
      // One side is gone; the other hears of it below.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    close(from);
    close(to);
    sockets.remove(from);
    sockets.remove(to);
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new IllegalStateException("a socket cannot be closed", e);
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    mend();
    sockets.forEach(CutLine::close);
  }
}
