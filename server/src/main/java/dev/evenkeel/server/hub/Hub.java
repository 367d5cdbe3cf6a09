package dev.evenkeel.server.hub;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.budget.QueueState;
import dev.evenkeel.server.hub.engineio.Handshake;
import dev.evenkeel.server.hub.socketio.Acknowledgement;
import dev.evenkeel.server.hub.socketio.Application;
import dev.evenkeel.server.hub.socketio.Client;
import dev.evenkeel.server.log.PublishedEvents;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Our own Socket.IO server: what every client is told, and what it may ask.
 *
 * <ol>
 *   <li>A client that joins gets {@code welcome}, then the last events as {@code history} and
 *       {@code event_history}, then every event from there on; with {@code auth.after} every event
 *       after that one instead. Nothing is left out at the seam, and nothing comes twice.
 *   <li>All events of a client come in the order of publication.
 *   <li>Where events are gone, or went by because the client did not read, it gets {@code missed}
 *       with their number at their place.
 *   <li>No client waits for another. What one leaves unread is bounded; who reads nothing for
 *       {@link HubConfig#stallTime} is closed.
 *   <li>An event is encoded once for all clients that keep up.
 * </ol>
 */
public final class Hub implements Application, AutoCloseable {

  /** Answers to a client that asks and does not read; then it is closed. */
  private static final long MOST_SURPLUS = 256 << 10;

  private static final String TOKEN =
      "this server wants its token: auth.token, or the header 'Authorization: Bearer <token>'";

  private final HubConfig config;
  private final PublishedEvents events;
  private final Admission admission;
  private final Messages messages;
  private final HubCounters counters = new HubCounters();
  private final ClientMemory memory;
  private final LiveWindow window;
  private final PastReader reader;
  private final FanOut fanOut;
  private final Patrol patrol;
  private final IncomingEvents incoming;
  private final Requests requests;
  private final Subscriber.Shared shared;

  // Mutable state, lock-free: at most config.maxClients, by the client's id
  private final Map<String, Subscriber> subscribers = new ConcurrentHashMap<>();

  /**
   * What the hub needs from the others.
   *
   * @param events what clients get
   * @param past the same, read backwards
   * @param inbox where events go that clients send
   * @param admission who may come in
   * @param version of the server, for {@code welcome}
   * @param port where the server listens, for {@code heartbeat}
   */
  public record Parts(
      PublishedEvents events,
      PastEvents past,
      Inbox inbox,
      Admission admission,
      MemoryBudget budget,
      String version,
      IntSupplier port) {}

  /** A hub that is still to be started. */
  public Hub(HubConfig config, Parts parts, Clock clock) {
    this(config, parts, clock, System::nanoTime);
  }

  Hub(HubConfig config, Parts parts, Clock clock, LongSupplier nanos) {
    this.config = config;
    this.events = parts.events();
    this.admission = parts.admission();
    this.messages = new Messages(parts.version(), parts.port(), clock);
    this.memory = new ClientMemory(parts.budget(), config);
    this.window = new LiveWindow(parts.budget(), config.windowBytes(), events.newest());
    this.reader = new PastReader(events, parts.past(), memory, config.maxClients());
    this.fanOut = new FanOut(events, window, subscribers.values(), nanos);
    this.patrol =
        new Patrol(
            config,
            subscribers.values(),
            counters,
            number -> messages.heartbeat(number, subscribers.size()),
            nanos);
    this.incoming = new IncomingEvents(parts.inbox());
    this.requests = new Requests(incoming, () -> messages.status(subscribers.size()));
    this.shared =
        new Subscriber.Shared(window, events, reader, memory, counters, config.patience(), nanos);
  }

  /** Begins to follow the published events. */
  public void start() {
    fanOut.start();
    patrol.start();
  }

  @Override
  public @Nullable String admit(Handshake handshake, JsonNode auth) {
    String why = refuses(handshake, auth);
    if (why != null) {
      counters.refused.increment();
    }
    return why;
  }

  private @Nullable String refuses(Handshake handshake, JsonNode auth) {
    if (!admission.admits(handshake.authorization(), auth.path("token").textValue())) {
      return TOKEN;
    }
    if (subscribers.size() >= config.maxClients()) {
      return "this server has " + config.maxClients() + " clients, the most that it serves";
    }
    try {
      var _ = Wishes.of(auth, events.newest());
      return null;
    } catch (InvalidWishException e) {
      return e.getMessage();
    }
  }

  @Override
  public void connected(Client client) {
    // Up to here history is read from the disk
    long seam = events.newestKept();
    var subscriber = new Subscriber(client, wishesOf(client), seam, incoming.open(), shared);
    subscribers.put(client.id(), subscriber);
    memory.clientsAre(subscribers.size());
    subscriber.start(messages.welcome(client.id(), seam));
  }

  private Wishes wishesOf(Client client) {
    try {
      return Wishes.of(client.auth(), events.newest());
    } catch (InvalidWishException e) {
      throw new IllegalStateException("a client was let in with " + client.auth(), e);
    }
  }

  @Override
  public void event(
      Client client,
      String name,
      List<JsonNode> arguments,
      @Nullable Acknowledgement acknowledgement) {
    Subscriber subscriber = subscribers.get(client.id());
    if (subscriber == null) {
      return;
    }
    if (subscriber.surplus() > MOST_SURPLUS) {
      var _ = subscriber.dismiss("does not read answers");
      return;
    }
    requests.answer(subscriber, name, arguments, acknowledgement);
  }

  @Override
  public void disconnected(Client client, String reason) {
    Subscriber subscriber = subscribers.remove(client.id());
    memory.clientsAre(subscribers.size());
    if (subscriber != null) {
      subscriber.leave();
    }
  }

  /** How it is. */
  public HubStatus status() {
    return new HubStatus(
        subscribers.size(),
        counters.delivered.sum(),
        counters.dropped.sum(),
        counters.missed.sum(),
        counters.refused.sum(),
        counters.closed.sum());
  }

  /** How full its queues are. */
  public List<QueueState> queues() {
    return List.of(window.state(), memory.state(), reader.state());
  }

  /** Goes round the clients once, for tests. */
  void patrol() {
    patrol.round();
  }

  /** Stops to follow the published events, and sends all clients away. May be called twice. */
  @Override
  public void close() {
    patrol.close();
    fanOut.close();
    reader.close();
    subscribers.values().forEach(each -> each.dismiss("the server stops"));
  }
}
