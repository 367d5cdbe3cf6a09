package dev.evenkeel.server.target;

import io.socket.client.Manager;
import io.socket.client.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;
import okhttp3.OkHttpClient;

/**
 * One Socket.IO connection, from connecting to its end. It is never connected again.
 *
 * <p>The client library opens and closes it, knocks at the namespace and answers the server's
 * pings. Messages go past the library, straight to the WebSocket: the library's own {@code emit}
 * runs on an event thread that all its clients share and that ends whenever it is idle (1,000
 * threads for 500 messages), keeps what is sent while disconnected, without a bound, and has a
 * table of acknowledgements without a bound. Here a message is sent only while joined, and nothing
 * is kept but in the slot's window.
 */
final class Connection implements Wire.Events {

  /** Where a connection is in its life; it only goes forward. */
  enum State {
    CONNECTING,
    JOINED,
    CLOSING,
    ENDED;

    boolean mayBecome(State next) {
      return switch (this) {
        case CONNECTING -> next != CONNECTING;
        case JOINED -> next == CLOSING || next == ENDED;
        case CLOSING -> next == ENDED;
        case ENDED -> false;
      };
    }
  }

  private final Wire wire;
  private final Socket socket;
  private final Bell bell;
  private final IntConsumer acknowledged;

  // Mutable state, guarded by this
  private State state = State.CONNECTING;
  private Handshake handshake = Handshake.UNKNOWN;
  private Ending ending = Ending.closed("not ended");

  private Connection(
      TargetConfig target,
      OkHttpClient http,
      Bell bell,
      IntConsumer acknowledged,
      LongAdder dropped) {
    this.bell = bell;
    this.acknowledged = acknowledged;
    this.wire = new Wire(http, this, dropped);
    // A manager of its own: IO.socket would share one between connections to the same address.
    Manager manager = new Manager(target.url(), options(target, http, wire));
    this.socket = manager.socket(target.namespace(), auth(target));
  }

  private static Manager.Options options(TargetConfig target, OkHttpClient http, Wire wire) {
    var options = new Manager.Options();
    options.transports = new String[] {io.socket.engineio.client.transports.WebSocket.NAME};
    options.reconnection = false;
    // Its time-out would start a timer thread for each attempt; the slot has a deadline of its own.
    options.timeout = -1;
    options.webSocketFactory = wire;
    options.callFactory = http;
    String token = target.token();
    if (token != null) {
      options.extraHeaders = Map.of("Authorization", List.of("Bearer " + token));
    }
    return options;
  }

  private static Manager.Options auth(TargetConfig target) {
    var options = new Manager.Options();
    String token = target.token();
    if (token != null) {
      options.auth = Map.of("token", token);
    }
    return options;
  }

  /**
   * Begins to connect.
   *
   * @param bell rung with each change
   * @param acknowledged takes the ids of acknowledgements, on the connection's reading thread
   * @param dropped counts what came in and was not looked at
   */
  static Connection open(
      TargetConfig target,
      OkHttpClient http,
      Bell bell,
      IntConsumer acknowledged,
      LongAdder dropped) {
    var connection = new Connection(target, http, bell, acknowledged, dropped);
    connection.open();
    return connection;
  }

  private void open() {
    socket.on(Socket.EVENT_CONNECT, ignored -> become(State.JOINED));
    socket.on(Socket.EVENT_CONNECT_ERROR, details -> ended(Ending.closed(refusal(details))));
    socket.on(
        Socket.EVENT_DISCONNECT,
        details -> {
          String reason = details.length == 0 ? "" : String.valueOf(details[0]);
          if (!reason.equals("io client disconnect")) {
            ended(Ending.silent("connection lost: " + reason));
          }
        });
    socket.connect();
  }

  private static String refusal(Object[] details) {
    Object detail = details.length == 0 ? null : details[0];
    return "refused: "
        + (detail instanceof Throwable failure ? Ending.describe(failure) : String.valueOf(detail));
  }

  private synchronized boolean become(State next) {
    if (!state.mayBecome(next)) {
      return false;
    }
    state = next;
    notifyAll();
    bell.ring();
    return true;
  }

  synchronized State state() {
    return state;
  }

  boolean isJoined() {
    return state() == State.JOINED;
  }

  /** What the server said when it opened, or what servers usually do. */
  synchronized Handshake handshake() {
    return handshake;
  }

  /** Sends one message. Returns false when the connection can take none any more. */
  boolean send(String message) {
    return isJoined() && wire.send(message);
  }

  /** How many bytes were sent and have not left yet. */
  long queuedBytes() {
    return wire.queuedBytes();
  }

  /** Waits until the server has let us in. Returns false when it did not in time, or refused. */
  boolean awaitJoined(Duration longest) throws InterruptedException {
    await(State.CONNECTING, longest);
    if (state() == State.CONNECTING) {
      end(Ending.silent("not let in within " + longest.toMillis() + " ms"));
    }
    return isJoined();
  }

  /**
   * Brings it to an end, if it has not ended: says goodbye, and waits until the server has
   * confirmed it. All it held is given back afterwards.
   *
   * @param why it is closed
   * @param longest how long to wait; a close that was not confirmed may not have been noticed
   */
  Ending close(String why, Duration longest) throws InterruptedException {
    boolean joined = isJoined();
    if (become(State.CLOSING) && joined && saysGoodbye()) {
      await(State.CLOSING, longest);
    }
    end(Ending.silent(why + "; the server did not confirm the close"));
    wire.cancel();
    return ending();
  }

  /** The library starts a thread for it, which the machine may not have. */
  private boolean saysGoodbye() {
    try {
      socket.disconnect();
      return true;
    } catch (RuntimeException | OutOfMemoryError e) {
      return false;
    }
  }

  /** Ends it now; for when nobody has time. */
  void abort() {
    end(Ending.silent("given up"));
    wire.cancel();
  }

  private synchronized void await(State current, Duration longest) throws InterruptedException {
    long until = System.nanoTime() + longest.toNanos();
    long left = longest.toMillis();
    while (state == current && left > 0) {
      wait(left);
      left = (until - System.nanoTime()) / 1_000_000;
    }
  }

  private synchronized Ending ending() {
    return ending;
  }

  /** The first ending counts. */
  private synchronized void end(Ending how) {
    if (become(State.ENDED)) {
      ending = how;
    }
  }

  @Override
  public synchronized void opened(Handshake opened) {
    handshake = opened;
  }

  @Override
  public void acknowledged(int id) {
    acknowledged.accept(id);
    bell.ring();
  }

  @Override
  public void ended(Ending how) {
    end(how);
  }
}
