package dev.evenkeel.testbed;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * A Socket.IO client over a bare socket: it reads only when it is told to. The system keeps as
 * little as it can of what it does not read. For one thread.
 */
public final class BareClient implements AutoCloseable {

  private static final int SMALLEST_BUFFER = 4096;
  private static final int USUAL_BUFFER = 256 << 10;
  private static final int LONGEST_HEAD = 32;
  private static final int TEXT = 0x81;
  private static final int MASKED = 0x80;
  private static final int MEDIUM = 126;

  private final Socket socket;
  private final DataInputStream in;

  private BareClient(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 64 << 10));
  }

  /**
   * Connects over a websocket and asks to join.
   *
   * @param auth a JSON object
   */
  public static BareClient join(int port, String auth) throws IOException {
    return join(port, auth, SMALLEST_BUFFER);
  }

  /**
   * The same with a buffer of the usual size, for who reads what comes.
   *
   * @param auth a JSON object
   */
  public static BareClient joinReading(int port, String auth) throws IOException {
    return join(port, auth, USUAL_BUFFER);
  }

  private static BareClient join(int port, String auth, int buffer) throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(buffer);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout((int) Duration.ofSeconds(30).toMillis());
    try {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      var client = new BareClient(socket);
      client.upgrade(port);
      client.write("40" + auth);
      return client;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private void upgrade(int port) throws IOException {
    String request =
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
            + ("Host: 127.0.0.1:" + port + "\r\n")
            + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(UTF_8));
    String status = readLine();
    if (!status.contains(" 101 ")) {
      throw new IOException("no websocket: " + status);
    }
    while (!readLine().isEmpty()) {
      // The headers do not matter.
    }
  }

  private String readLine() throws IOException {
    var line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.toString();
  }

  /** Sends one text message; the mask is zero, which leaves it readable. */
  public void write(String message) throws IOException {
    byte[] text = message.getBytes(UTF_8);
    ByteBuffer frame = ByteBuffer.allocate(8 + text.length).put((byte) TEXT);
    if (text.length < MEDIUM) {
      frame.put((byte) (MASKED | text.length));
    } else {
      frame.put((byte) (MASKED | MEDIUM)).putShort((short) text.length);
    }
    frame.putInt(0).put(text);
    socket.getOutputStream().write(frame.array(), 0, frame.position());
  }

  /**
   * Reads the next message.
   *
   * @throws EOFException when the server closed the connection
   */
  public String read() throws IOException {
    return new String(in.readNBytes(readLength()), UTF_8);
  }

  /**
   * Reads past the next message.
   *
   * @return how it begins: enough to tell what it is
   * @throws EOFException when the server closed the connection
   */
  public String skip() throws IOException {
    int length = readLength();
    byte[] head = in.readNBytes(Math.min(length, LONGEST_HEAD));
    in.skipNBytes(length - head.length);
    return new String(head, ISO_8859_1);
  }

  private int readLength() throws IOException {
    in.readUnsignedByte();
    int length = in.readUnsignedByte();
    if (length < MEDIUM) {
      return length;
    }
    return length == MEDIUM ? in.readUnsignedShort() : Math.toIntExact(in.readLong());
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
