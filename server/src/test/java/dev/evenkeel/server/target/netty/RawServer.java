package dev.evenkeel.server.target.netty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** A server of one connection, which says what a test tells it to, byte by byte. */
final class RawServer implements AutoCloseable {

  private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private final ServerSocket listening;
  private Socket socket;
  private DataInputStream in;

  RawServer() {
    try {
      listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + listening.getLocalPort() + "/socket.io/?EIO=4");
  }

  /** Takes the connection, and reads the request. */
  String accept() throws IOException {
    socket = listening.accept();
    in = new DataInputStream(socket.getInputStream());
    var request = new StringBuilder();
    while (request.indexOf("\r\n\r\n") < 0) {
      request.append((char) in.readUnsignedByte());
    }
    return request.toString();
  }

  /** Takes the connection, and makes a WebSocket of it. */
  void upgrade() throws IOException {
    String request = accept();
    String key = request.replaceAll("(?is).*sec-websocket-key: ([^\r]*)\r.*", "$1");
    write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: "
            + Base64.getEncoder().encodeToString(sha1(key + MAGIC))
            + "\r\n\r\n");
  }

  private static byte[] sha1(String text) {
    try {
      return MessageDigest.getInstance("SHA-1").digest(text.getBytes(ISO_8859_1));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  void write(String text) throws IOException {
    write(text.getBytes(ISO_8859_1));
  }

  void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  /** A frame as servers send them, without a mask. */
  static byte[] frame(int first, byte[] payload) {
    var frame = new ByteArrayOutputStream();
    frame.write(first);
    if (payload.length < 126) {
      frame.write(payload.length);
    } else if (payload.length < 1 << 16) {
      frame.write(126);
      frame.write(payload.length >> 8);
      frame.write(payload.length);
    } else {
      frame.write(127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        frame.write((int) ((long) payload.length >> shift));
      }
    }
    frame.writeBytes(payload);
    return frame.toByteArray();
  }

  /** Reads one short frame of the client: its first byte as hex, and what it says. */
  String readFrame() throws IOException {
    int first = in.readUnsignedByte();
    int length = in.readUnsignedByte();
    if (length < 128) {
      throw new IOException("a client masks what it sends");
    }
    var key = new byte[4];
    in.readFully(key);
    var payload = new byte[length & 0x7F];
    in.readFully(payload);
    for (int i = 0; i < payload.length; i++) {
      payload[i] ^= key[i % 4];
    }
    return Integer.toHexString(first) + " " + new String(payload, ISO_8859_1);
  }

  /** Whether the client, which may have asked, hangs up before it has an answer. */
  boolean isAtEndOnceAccepted() throws IOException {
    listening.setSoTimeout(1_000);
    try {
      socket = listening.accept();
    } catch (java.net.SocketTimeoutException e) {
      return true; // it had hung up before it was connected
    }
    in = new DataInputStream(socket.getInputStream());
    try {
      in.readAllBytes();
    } catch (java.net.SocketException reset) {
      return true;
    }
    return true;
  }

  /** Whether the client has hung up. */
  boolean isAtEnd() throws IOException {
    try {
      return in.read() < 0;
    } catch (java.net.SocketException reset) {
      return true;
    }
  }

  void hangUp() throws IOException {
    socket.close();
  }

  @Override
  public void close() throws IOException {
    if (socket != null) {
      socket.close();
    }
    listening.close();
  }
}
