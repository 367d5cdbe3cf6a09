package dev.evenkeel.server.target;

import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;
import org.json.JSONException;
import org.json.JSONObject;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the Socket.IO client and its one WebSocket, and sees every message before the
 * client does.
 *
 * <p>What comes in is told apart by its first two characters. Events are dropped: some servers send
 * every event back to every client, twice. Acknowledgements are read here, down to their id. Only
 * the rest (open, ping, connect, disconnect) goes on to the client. The server's goodbye and its
 * refusal are told from here, too: the client closes the WebSocket before it tells anybody, and the
 * server's answer to that would be taken for the reason. Were the others to go on too, each message
 * would be parsed as JSON, would start a thread when the client's event thread had just ended, and
 * would leave a cancelled timer in the client's heartbeat scheduler for as long as a ping interval
 * and time-out last: a million of them at 20,000 acknowledgements a second.
 */
final class Wire extends WebSocketListener implements WebSocket.Factory {

  /** Who hears of it. Called on the WebSocket's reading thread. */
  interface Events {
    void opened(Handshake handshake);

    void acknowledged(int id);

    void ended(Ending ending);
  }

  private static final char MESSAGE = '4';
  private static final char OPEN = '0';
  private static final char DISCONNECT = '1';
  private static final char EVENT = '2';
  private static final char ACK = '3';
  private static final char CONNECT_ERROR = '4';
  private static final char BINARY_EVENT = '5';
  private static final char BINARY_ACK = '6';
  private static final int NORMAL = 1000;

  private final WebSocket.Factory http;
  private final Events events;
  private final LongAdder dropped;

  // Mutable state. Written once, by the client when it connects
  private volatile @Nullable WebSocketListener client;
  private volatile @Nullable WebSocket socket;
  private volatile boolean opened;
  private volatile boolean cancelled;

  Wire(WebSocket.Factory http, Events events, LongAdder dropped) {
    this.http = http;
    this.events = events;
    this.dropped = dropped;
  }

  @Override
  public WebSocket newWebSocket(Request request, WebSocketListener listener) {
    client = listener;
    WebSocket made = http.newWebSocket(request, this);
    socket = made;
    if (cancelled) {
      made.cancel();
    }
    return made;
  }

  /** Sends one message. Returns false when the WebSocket is closed or closing. */
  boolean send(String message) {
    WebSocket current = socket;
    return current != null && current.send(message);
  }

  /** How many bytes have been given to {@link #send} and not yet to the network. */
  long queuedBytes() {
    WebSocket current = socket;
    return current == null ? 0 : current.queueSize();
  }

  /**
   * Ends it at once, and gives back the file descriptor. The client may make its WebSocket only
   * afterwards, when its thread comes to it late: that one ends as well.
   */
  void cancel() {
    cancelled = true;
    WebSocket current = socket;
    if (current != null) {
      current.cancel();
    }
  }

  @Override
  public void onOpen(WebSocket webSocket, Response response) {
    socket = webSocket;
    client().onOpen(webSocket, response);
  }

  @Override
  public void onMessage(WebSocket webSocket, String text) {
    char packet = text.length() > 1 && text.charAt(0) == MESSAGE ? text.charAt(1) : 0;
    switch (packet) {
      case EVENT, BINARY_EVENT -> dropped.increment();
      case ACK, BINARY_ACK -> {
        int id = acknowledgementId(text);
        if (id >= 0) {
          events.acknowledged(id);
        }
      }
      case DISCONNECT -> {
        events.ended(Ending.closed("disconnected by the server"));
        client().onMessage(webSocket, text);
      }
      case CONNECT_ERROR -> {
        events.ended(Ending.closed("refused by the server: " + refusal(text)));
        client().onMessage(webSocket, text);
      }
      default -> {
        if (!text.isEmpty() && text.charAt(0) == OPEN) {
          open(text.substring(1));
        }
        client().onMessage(webSocket, text);
      }
    }
  }

  /** Drops attachments: they belong to events and acknowledgements that were dealt with. */
  @Override
  public void onMessage(WebSocket webSocket, ByteString bytes) {
    dropped.increment();
  }

  private void open(String json) {
    try {
      Handshake handshake = Handshake.parse(json);
      opened = true;
      events.opened(handshake);
    } catch (IOException e) {
      events.ended(Ending.closed("no Engine.IO server: " + Ending.describe(e)));
      cancel();
    }
  }

  /**
   * The id in {@code 43/namespace,17[...]} or {@code 461-/namespace,17[...]}, or -1 if there is
   * none.
   */
  static int acknowledgementId(String text) {
    int at = 2;
    if (text.charAt(1) == BINARY_ACK) {
      at = text.indexOf('-', at) + 1;
      if (at == 0) {
        return -1;
      }
    }
    if (at < text.length() && text.charAt(at) == '/') {
      at = text.indexOf(',', at) + 1;
      if (at == 0) {
        return -1;
      }
    }
    long id = -1;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      id = Math.max(id, 0) * 10 + (text.charAt(at) - '0');
      if (id > Integer.MAX_VALUE) {
        return -1;
      }
      at++;
    }
    return (int) id;
  }

  /** The server's words in {@code 44/namespace,{"message":"..."}}, or all of it as it came. */
  private static String refusal(String text) {
    String said = text.substring(text.indexOf('{') < 0 ? 2 : text.indexOf('{'));
    try {
      return new JSONObject(said).optString("message", said);
    } catch (JSONException e) {
      return said;
    }
  }

  /**
   * The server closes. OkHttp calls {@code onClosed}, the only thing the client listens to, after
   * both sides have closed; so without the call to {@code close} here the client would go on
   * believing that it is connected until its heartbeat fails.
   */
  @Override
  public void onClosing(WebSocket webSocket, int code, String reason) {
    events.ended(Ending.closed(closedBy(code, reason)));
    client().onClosing(webSocket, code, reason);
    webSocket.close(NORMAL, null);
  }

  @Override
  public void onClosed(WebSocket webSocket, int code, String reason) {
    events.ended(Ending.closed(closedBy(code, reason)));
    client().onClosed(webSocket, code, reason);
  }

  @Override
  public void onFailure(WebSocket webSocket, Throwable failure, @Nullable Response response) {
    events.ended(Ending.ofFailure(failure, response, opened));
    client().onFailure(webSocket, failure, response);
  }

  private WebSocketListener client() {
    WebSocketListener listener = client;
    if (listener == null) {
      throw new IllegalStateException("a WebSocket speaks before it was made");
    }
    return listener;
  }

  private static String closedBy(int code, String reason) {
    return "closed by the server (" + code + (reason.isEmpty() ? "" : " " + reason) + ")";
  }
}
