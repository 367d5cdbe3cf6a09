package dev.evenkeel.server.target;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Speaks Engine.IO 4 and Socket.IO 5 over one WebSocket, as far as a client needs that sends events
 * and listens to acknowledgements: it knocks at the namespace, answers pings, and says goodbye.
 *
 * <p>What comes in is told apart by its first two characters. Events are dropped: some servers send
 * every event back to every client, twice. Acknowledgements are read down to their id.
 *
 * @see <a href="https://socket.io/docs/v4/engine-io-protocol/">Engine.IO protocol</a>
 * @see <a href="https://socket.io/docs/v4/socket-io-protocol/">Socket.IO protocol</a>
 */
final class Wire implements Network.Listener {

  /** Who hears of it. Called on the line's thread. */
  interface Events {
    void opened(Handshake handshake);

    void joined();

    void acknowledged(int id);

    /** What has arrived so far has been told. */
    void caughtUp();

    /** Twice a second at least, while it is open. */
    void timePassed();

    void ended(Ending ending);
  }

  static final String PATH = "/socket.io/?EIO=4&transport=";

  private static final char OPEN = '0';
  private static final char PING = '2';
  private static final char MESSAGE = '4';
  private static final char CONNECT = '0';
  private static final char DISCONNECT = '1';
  private static final char EVENT = '2';
  private static final char ACK = '3';
  private static final char CONNECT_ERROR = '4';
  private static final char BINARY_EVENT = '5';
  private static final char BINARY_ACK = '6';
  private static final byte[] PONG = {'3'};

  private static final JsonFactory JSON = new JsonFactory();

  private final TargetConfig target;
  private final Events events;
  private final LongAdder dropped;

  // Mutable state, written by who opens it and by the line's thread
  private volatile Network.@Nullable Line line;
  private volatile boolean cancelled;
  private boolean opened;

  Wire(TargetConfig target, Events events, LongAdder dropped) {
    this.target = target;
    this.events = events;
    this.dropped = dropped;
  }

  /** Begins to connect. */
  void open(Network network) {
    URI address = address(target, "websocket");
    use(network.open(address, headers(target), this));
  }

  /** Where a target's Engine.IO listens. */
  static URI address(TargetConfig target, String transport) {
    String server = target.url().toString();
    int end = server.length() - (server.endsWith("/") ? 1 : 0);
    return URI.create(server.substring(0, end) + PATH + transport);
  }

  static Map<String, String> headers(TargetConfig target) {
    String token = target.token();
    return token == null ? Map.of() : Map.of("Authorization", "Bearer " + token);
  }

  private void use(Network.Line made) {
    line = made;
    if (cancelled) {
      made.cancel();
    }
  }

  /** Sends one message. Returns false when the WebSocket is closed or closing. */
  boolean send(byte[]... parts) {
    Network.Line current = line;
    return current != null && current.send(parts);
  }

  /** How many bytes have been given to {@link #send} and not yet to the network. */
  long queuedBytes() {
    Network.Line current = line;
    return current == null ? 0 : current.queuedBytes();
  }

  /** Leaves the namespace and closes. The server's answer is told as an ending. */
  void sayGoodbye() {
    Network.Line current = line;
    if (current != null) {
      current.send(packet(DISCONNECT, ""));
      current.close();
    }
  }

  /** Ends it at once, and gives back the file descriptor. */
  void cancel() {
    cancelled = true;
    Network.Line current = line;
    if (current != null) {
      current.cancel();
    }
  }

  private byte[] packet(char type, String data) {
    String namespace = target.namespace().equals("/") ? "" : target.namespace() + ",";
    return ("" + MESSAGE + type + namespace + data).getBytes(UTF_8);
  }

  @Override
  public void opened(Network.Line made) {
    use(made);
  }

  @Override
  public void received(Network.Line from, ByteBuffer beginning) {
    int length = beginning.limit();
    char engine = length == 0 ? 0 : (char) beginning.get(0);
    char packet = engine == MESSAGE && length > 1 ? (char) beginning.get(1) : 0;
    if (engine == OPEN) {
      open(from, text(beginning, 1));
    } else if (engine == PING) {
      from.send(PONG);
    } else {
      switch (packet) {
        case EVENT, BINARY_EVENT -> dropped.increment();
        case ACK, BINARY_ACK -> {
          int id = acknowledgementId(beginning);
          if (id >= 0) {
            events.acknowledged(id);
          }
        }
        case CONNECT -> joined(text(beginning, 2));
        case DISCONNECT -> end(from, "disconnected by the server");
        case CONNECT_ERROR -> end(from, "refused by the server: " + refusal(text(beginning, 2)));
        default -> {}
      }
    }
  }

  private static String text(ByteBuffer beginning, int from) {
    return UTF_8.decode(beginning.duplicate().position(from)).toString();
  }

  /** Drops attachments: they belong to events and acknowledgements that were dealt with. */
  @Override
  public void receivedBinary() {
    dropped.increment();
  }

  @Override
  public void caughtUp() {
    events.caughtUp();
  }

  @Override
  public void timePassed() {
    events.timePassed();
  }

  private void open(Network.Line from, String json) {
    try {
      Handshake handshake = Handshake.parse(json);
      opened = true;
      from.expect(handshake.noticeTime());
      events.opened(handshake);
      from.send(packet(CONNECT, auth()));
    } catch (IOException e) {
      end(from, "no Engine.IO server: " + Ending.describe(e));
    }
  }

  private String auth() {
    String token = target.token();
    if (token == null) {
      return "";
    }
    return "{\"token\":\""
        + new String(JsonStringEncoder.getInstance().quoteAsString(token))
        + "\"}";
  }

  /** Since version 3 a server says the socket's id; before, it took no knock. */
  private void joined(String said) {
    if (said.contains("\"sid\"")) {
      events.joined();
    } else {
      Network.Line current = line;
      if (current != null) {
        end(current, "refused: the server speaks Socket.IO 2; it has to be 3 or later");
      }
    }
  }

  private void end(Network.Line from, String why) {
    events.ended(Ending.closed(why));
    from.close();
  }

  /**
   * The id in {@code 43/namespace,17[...]} or {@code 461-/namespace,17[...]}, or -1 if there is
   * none.
   */
  static int acknowledgementId(ByteBuffer text) {
    int at = 2;
    if (text.get(1) == BINARY_ACK) {
      at = behind('-', text, at);
    }
    if (at < text.limit() && text.get(at) == '/') {
      at = behind(',', text, at);
    }
    long id = -1;
    while (at < text.limit() && text.get(at) >= '0' && text.get(at) <= '9') {
      id = Math.max(id, 0) * 10 + (text.get(at) - '0');
      if (id > Integer.MAX_VALUE) {
        return -1;
      }
      at++;
    }
    return (int) id;
  }

  private static int behind(char mark, ByteBuffer text, int from) {
    int at = from;
    while (at < text.limit() && text.get(at) != mark) {
      at++;
    }
    return at + 1;
  }

  /** The server's words in {@code /namespace,{"message":"..."}}, or all of it as it came. */
  private static String refusal(String text) {
    String said = text.substring(Math.max(0, text.indexOf('{')));
    try (JsonParser parser = JSON.createParser(said)) {
      String message = said;
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String field = parser.currentName();
          if (parser.nextToken() == JsonToken.VALUE_STRING && field.equals("message")) {
            message = parser.getText();
          } else {
            parser.skipChildren();
          }
        }
      }
      return message;
    } catch (IOException e) {
      return said;
    }
  }

  @Override
  public void closed(int code, String reason) {
    events.ended(
        Ending.closed(
            "closed by the server (" + code + (reason.isEmpty() ? "" : " " + reason) + ")"));
  }

  @Override
  public void refused(int status) {
    events.ended(Ending.closed("answered " + status + " instead of opening a WebSocket"));
  }

  @Override
  public void failed(Throwable failure) {
    events.ended(Ending.ofFailure(failure, opened));
  }
}
