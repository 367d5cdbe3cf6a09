package dev.evenkeel.testbed;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection over a bare socket: it sends exactly what it is told to, also what no
 * proper client would. For one thread.
 */
public final class HttpConnection implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final byte[] NOTHING = {};

  /**
   * An answer.
   *
   * @param headers by name in lower case
   */
  public record Answer(int status, Map<String, String> headers, byte[] body) {

    /** The body as text. */
    public String text() {
      return new String(body, UTF_8);
    }

    /** A header, or null. */
    public @Nullable String header(String name) {
      return headers.get(name.toLowerCase(Locale.ROOT));
    }

    @Override
    public String toString() {
      return status + " " + text();
    }
  }

  private final Socket socket;
  private final String host;
  private final InputStream in;
  private final OutputStream out;

  private HttpConnection(Socket socket, String host) throws IOException {
    this.socket = socket;
    this.host = host;
    this.in = new BufferedInputStream(socket.getInputStream(), 16 << 10);
    this.out = socket.getOutputStream();
  }

  /** Connects to a server on this machine. */
  public static HttpConnection to(int port) throws IOException {
    return to(port, PATIENCE);
  }

  /** Connects to a server on this machine, and waits at most so long for each answer. */
  public static HttpConnection to(int port, Duration patience) throws IOException {
    var socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) patience.toMillis());
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) patience.toMillis());
      return new HttpConnection(socket, "127.0.0.1:" + port);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Posts a body. Headers are whole lines, {@code "Origin: null"}. */
  public Answer post(String path, byte[] body, String... headers) throws IOException {
    write(head("POST", path, body.length, headers), body);
    return readAnswer();
  }

  /** Posts JSON text. */
  public Answer post(String path, String body, String... headers) throws IOException {
    return post(path, body.getBytes(UTF_8), headers);
  }

  /** Gets what is at the path. */
  public Answer get(String path, String... headers) throws IOException {
    return send("GET", path, headers);
  }

  /** A request without a body, of any method. */
  public Answer send(String method, String path, String... headers) throws IOException {
    write(head(method, path, -1, headers), NOTHING);
    return readAnswer();
  }

  /** The lines before a body. A {@code Host} or {@code Content-Type} among them replaces ours. */
  public byte[] head(String method, String path, long length, String... headers) {
    var head = new StringBuilder(method).append(' ').append(path).append(" HTTP/1.1\r\n");
    if (!has("host", headers)) {
      head.append("Host: ").append(host).append("\r\n");
    }
    if (length >= 0) {
      head.append("Content-Length: ").append(length).append("\r\n");
      if (!has("content-type", headers)) {
        head.append("Content-Type: application/json\r\n");
      }
    }
    for (String each : headers) {
      head.append(each).append("\r\n");
    }
    return head.append("\r\n").toString().getBytes(ISO_8859_1);
  }

  private static boolean has(String name, String... headers) {
    for (String each : headers) {
      if (each.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
        return true;
      }
    }
    return false;
  }

  /** Sends these bytes as they are. */
  public void write(byte[]... parts) throws IOException {
    for (byte[] part : parts) {
      out.write(part);
    }
    out.flush();
  }

  /** Says that nothing more comes, and still reads. */
  public void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  /**
   * Reads one answer.
   *
   * @throws EOFException when the server closed the connection instead
   */
  public Answer readAnswer() throws IOException {
    String status = readLine();
    var headers = new TreeMap<String, String>();
    for (String line = readLine(); !line.isEmpty(); line = readLine()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    int code = Integer.parseInt(status.substring(9, 12));
    return new Answer(code, headers, readBody(code, headers));
  }

  private byte[] readBody(int status, Map<String, String> headers) throws IOException {
    if (status == 101 || status == 204 || status == 304) {
      return NOTHING;
    }
    String length = headers.get("content-length");
    if (length != null) {
      return readBytes(Integer.parseInt(length));
    }
    if ("chunked".equals(headers.get("transfer-encoding"))) {
      return readChunks();
    }
    return in.readAllBytes();
  }

  private byte[] readBytes(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the connection ended inside an answer");
    }
    return bytes;
  }

  private byte[] readChunks() throws IOException {
    var body = new ByteArrayOutputStream();
    while (true) {
      int length = Integer.parseInt(readLine(), 16);
      body.write(readBytes(length));
      readLine();
      if (length == 0) {
        return body.toByteArray();
      }
    }
  }

  private String readLine() throws IOException {
    var line = new StringBuilder();
    while (true) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (b == '\n') {
        return line.toString();
      }
      if (b != '\r') {
        line.append((char) b);
      }
    }
  }

  /** Whether the server has closed its side; waits for it. */
  public boolean isClosedByServer() throws IOException {
    return in.read() < 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
