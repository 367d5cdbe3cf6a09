package dev.evenkeel.server.hub.engineio;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The sessions of an Engine.IO server, and which of its requests belongs to which of them. */
public final class Engine implements AutoCloseable {

  private static final String VERSION = "4";
  private static final int ID_BYTES = 15;

  private final EngineConfig config;
  private final WaitingBytes waiting;
  private final Acceptor acceptor;
  private final RandomGenerator random;

  // Mutable state, any thread
  private final Map<String, Session> sessions = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();
  private final LongAdder opened = new LongAdder();
  private final Tally closed = new Tally();
  private final Tally refused = new Tally();

  /** What a request asks for. */
  public record Request(
      String method,
      @Nullable String version,
      @Nullable String transport,
      @Nullable String sid,
      boolean isWebSocket) {}

  /** What is to be done with a request. */
  public sealed interface Route {

    /** It is to be refused. */
    record Refused(Refusal refusal) implements Route {}

    /** It opens a session, whose first poll it is. */
    record OpenPolling() implements Route {}

    /** It opens a session over the websocket that it asks for. */
    record OpenWebSocket() implements Route {}

    /** It is a poll. */
    record Polls(Session session) implements Route {}

    /** It brings packets in its body. */
    record Posts(Session session) implements Route {}

    /** It is to become the websocket of a session that polls. */
    record Upgrades(Session session) implements Route {}
  }

  /**
   * With a source of session ids that nobody can guess.
   *
   * @param waiting where the edge counts what is not whole yet
   */
  public Engine(EngineConfig config, WaitingBytes waiting, Acceptor acceptor) {
    this(config, waiting, acceptor, new SecureRandom());
  }

  Engine(EngineConfig config, WaitingBytes waiting, Acceptor acceptor, RandomGenerator random) {
    this.config = config;
    this.waiting = waiting;
    this.acceptor = acceptor;
    this.random = random;
  }

  /** How it behaves. */
  public EngineConfig config() {
    return config;
  }

  /** What all clients together have sent that is not whole yet. */
  public WaitingBytes waiting() {
    return waiting;
  }

  /** Says what is to be done with a request; counts it when it is refused. */
  public Route route(Request request) {
    Route route = decide(request);
    if (route instanceof Route.Refused(Refusal refusal)) {
      countRefused(refusal);
    }
    return route;
  }

  /** Counts a request that the edge refused by itself. */
  public void countRefused(Refusal refusal) {
    refused.add(refusal.kind());
  }

  private Route decide(Request request) {
    String transport = request.transport();
    boolean websocket = "websocket".equals(transport);
    if (!websocket && !"polling".equals(transport)) {
      return new Route.Refused(Refusal.UNKNOWN_TRANSPORT);
    }
    if (websocket != request.isWebSocket()) {
      return new Route.Refused(Refusal.BAD_REQUEST);
    }
    String sid = request.sid();
    return sid == null ? opens(request, websocket) : belongs(request, sid, websocket);
  }

  private Route opens(Request request, boolean websocket) {
    if (!request.method().equals("GET")) {
      return new Route.Refused(Refusal.BAD_METHOD);
    }
    if (!VERSION.equals(request.version())) {
      return new Route.Refused(Refusal.WRONG_VERSION);
    }
    if (count.get() >= config.maxSessions()) {
      return new Route.Refused(full());
    }
    return websocket ? new Route.OpenWebSocket() : new Route.OpenPolling();
  }

  private Route belongs(Request request, String sid, boolean websocket) {
    Session session = sessions.get(sid);
    if (session == null) {
      return new Route.Refused(Refusal.UNKNOWN_SESSION);
    }
    return switch (request.method()) {
      case "GET" -> websocket ? new Route.Upgrades(session) : new Route.Polls(session);
      case "POST" -> new Route.Posts(session);
      default -> new Route.Refused(Refusal.BAD_METHOD);
    };
  }

  /** What a client is told when there is no room for it. */
  public Refusal full() {
    return Refusal.full(config.maxSessions());
  }

  /** What a client is told whose requests overlap; it is counted. */
  public Refusal overlap() {
    countRefused(Refusal.BAD_REQUEST);
    return Refusal.BAD_REQUEST;
  }

  /**
   * Opens a session that polls.
   *
   * @param loop where it works
   * @return null when there is no room: see {@link #full}
   */
  public @Nullable Session open(Handshake handshake, EventLoop loop) {
    return open(handshake, loop, Transport.Polling.IDLE);
  }

  /**
   * Opens a session over a websocket.
   *
   * @return null when there is no room: see {@link #full}
   */
  public @Nullable Session open(Handshake handshake, WebSocketLink link) {
    return open(handshake, link.loop(), new Transport.WebSocket(link));
  }

  private @Nullable Session open(Handshake handshake, EventLoop loop, Transport transport) {
    if (count.incrementAndGet() > config.maxSessions()) {
      count.decrementAndGet();
      countRefused(full());
      return null;
    }
    var session = new Session(newId(), handshake, config, loop, transport, this::ended);
    sessions.put(session.id(), session);
    opened.increment();
    session.start(acceptor);
    return session;
  }

  private String newId() {
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().encodeToString(bytes);
  }

  private void ended(Session session, String reason) {
    sessions.remove(session.id());
    count.decrementAndGet();
    closed.add(reason);
  }

  /** How many clients are and were connected. */
  public EngineStatus status() {
    int websockets = 0;
    int waitingPolls = 0;
    long pending = 0;
    for (Session each : sessions.values()) {
      websockets += each.hasWebSocket() ? 1 : 0;
      waitingPolls += each.hasWaitingPoll() ? 1 : 0;
      pending += each.pendingBytes();
    }
    return new EngineStatus(
        count.get(),
        config.maxSessions(),
        websockets,
        waitingPolls,
        pending,
        opened.sum(),
        closed.counts(),
        refused.counts());
  }

  /** Closes all sessions. */
  @Override
  public void close() {
    sessions.values().forEach(each -> each.close(CloseReason.SHUTDOWN));
  }
}
