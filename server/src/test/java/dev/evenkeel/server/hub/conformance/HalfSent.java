package dev.evenkeel.server.hub.conformance;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;

/** What a client can begin to send and never end. */
enum HalfSent {

  /** One frame of a websocket. */
  FRAME {
    @Override
    Socket begin(ConformanceServer server) throws Exception {
      var socket = websocket(server);
      frame(socket, TEXT | FINAL, ANNOUNCED);
      return socket;
    }
  },

  /** One message of a websocket, whose last frame does not come. */
  MESSAGE {
    @Override
    Socket begin(ConformanceServer server) throws Exception {
      var socket = websocket(server);
      frame(socket, TEXT, SENT);
      return socket;
    }
  },

  /** One request of long polling. */
  BODY {
    @Override
    Socket begin(ConformanceServer server) throws Exception {
      try (var polls = new Polls(server)) {
        String sid = polls.open();
        var socket = polls.halfPost(sid, ANNOUNCED);
        send(socket);
        return socket;
      }
    }
  };

  /** What is sent of it. */
  static final int SENT = 600_000;

  private static final int ANNOUNCED = 900_000;

  private static final int FINAL = 0x80;
  private static final int TEXT = 1;
  private static final int MASKED = 0x80;
  private static final int EIGHT_BYTES = 127;

  /** Opens a session of its own and begins; the connection stays open. */
  abstract Socket begin(ConformanceServer server) throws Exception;

  /** Opens a WebSocket, of which nothing more is read than the headers. */
  static Socket websocket(ConformanceServer server) throws IOException {
    var socket = new Socket("localhost", server.port());
    String path = URI.create(server.url()).getPath() + "?EIO=4&transport=websocket";
    socket
        .getOutputStream()
        .write(
            ("GET %s HTTP/1.1\r\n"
                    + "Host: localhost:%d\r\n"
                    + "Connection: Upgrade\r\n"
                    + "Upgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                .formatted(path, server.port())
                .getBytes(US_ASCII));
    var in = socket.getInputStream();
    for (int matched = 0; matched < 4; ) { // until the empty line
      int read = in.read();
      matched = read == "\r\n\r\n".charAt(matched) ? matched + 1 : read == '\r' ? 1 : 0;
    }
    return socket;
  }

  /** Sends a frame's header and so much of its content, masked with zeros. */
  private static void frame(Socket socket, int first, int length) throws IOException {
    byte[] header =
        ByteBuffer.allocate(14)
            .put((byte) first)
            .put((byte) (MASKED | EIGHT_BYTES))
            .putLong(length)
            .putInt(0)
            .array();
    socket.getOutputStream().write(header);
    send(socket);
  }

  private static void send(Socket socket) {
    try {
      socket.getOutputStream().write(new byte[SENT]);
    } catch (IOException e) {
      // The server had enough of it, as some tests want it to
    }
  }
}
