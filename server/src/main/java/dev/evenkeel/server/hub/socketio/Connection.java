package dev.evenkeel.server.hub.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.server.hub.engineio.CloseReason;
import dev.evenkeel.server.hub.engineio.EncodedPacket;
import dev.evenkeel.server.hub.engineio.EventLoop;
import dev.evenkeel.server.hub.engineio.Session;
import dev.evenkeel.server.hub.engineio.SessionListener;
import dev.evenkeel.server.hub.engineio.WaitingBytes;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One client's connection, with which it joins namespaces. It runs on the session's loop. */
final class Connection implements SessionListener {

  private static final System.Logger LOG = System.getLogger(Connection.class.getName());

  /** A greeting and some answers may be under way when a client leaves. */
  private static final long MOST_LEFT_UNREAD = 16 << 10;

  /**
   * Who has joined nothing is in nobody's budget, and neither is what it is refused with. A client
   * that means well tries a few namespaces.
   */
  private static final long MOST_REFUSALS_UNREAD = 16 << 10;

  private final Session session;
  private final Map<String, Application> applications;
  private final Supplier<String> ids;
  private final PacketDecoder decoder;
  private final Duration connectTimeout;

  // Mutable state, guarded by the session's loop. Bounded by the number of applications.
  private final Map<String, JoinedClient> clients = new LinkedHashMap<>();
  private EventLoop.Timer connectTimer;
  private long refusalsUnread; // bytes

  Connection(
      Session session,
      SocketConfig config,
      WaitingBytes waiting,
      Map<String, Application> applications,
      Supplier<String> ids) {
    this.session = session;
    this.applications = applications;
    this.ids = ids;
    this.decoder = new PacketDecoder(config, waiting, clients::containsKey);
    session.onDrained(this::drained);
    this.connectTimeout = config.connectTimeout();
    this.connectTimer = session.schedule(connectTimeout, this::closeUnlessJoined);
  }

  private void drained() {
    refusalsUnread = 0;
    List.copyOf(clients.values()).forEach(JoinedClient::drained);
  }

  private void closeUnlessJoined() {
    if (clients.isEmpty()) {
      session.close("connect timeout");
    }
  }

  /**
   * Who has left everything may join again, as after the handshake. What it has not read of what it
   * left is in nobody's budget any more.
   */
  private void waitForAnotherJoin() {
    if (session.pendingBytes() > MOST_LEFT_UNREAD) {
      session.close("does not read");
    } else {
      connectTimer.cancel();
      connectTimer = session.schedule(connectTimeout, this::closeUnlessJoined);
    }
  }

  @Override
  public void message(String text) {
    try {
      handle(decoder.text(text));
    } catch (InvalidPacketException e) {
      refuse(e);
    }
  }

  @Override
  public void message(byte[] binary) {
    try {
      handle(decoder.binary(binary));
    } catch (InvalidPacketException e) {
      refuse(e);
    }
  }

  private void refuse(InvalidPacketException why) {
    LOG.log(System.Logger.Level.DEBUG, "A client is closed, because it sent {0}", why.getMessage());
    session.close(why.reason());
  }

  private void handle(@Nullable Incoming packet) throws InvalidPacketException {
    switch (packet) {
      case null -> {} // its attachments are to come
      case Incoming.Connect connect -> join(connect.namespace(), connect.auth());
      case Incoming.Disconnect(String namespace) -> {
        JoinedClient client = joined(namespace);
        clients.remove(namespace);
        client.left("client namespace disconnect");
        if (clients.isEmpty()) {
          waitForAnotherJoin();
        }
      }
      case Incoming.Event event -> {
        JoinedClient client = joined(event.namespace());
        session.whileReplying(() -> client.received(event, acknowledgement(event)));
      }
      case Incoming.Acknowledged acknowledged ->
          joined(acknowledged.namespace()); // none was asked for
    }
  }

  private JoinedClient joined(String namespace) throws InvalidPacketException {
    JoinedClient client = clients.get(namespace);
    if (client == null) {
      throw new InvalidPacketException("a packet for a namespace that it has not joined");
    }
    return client;
  }

  private void join(String namespace, JsonNode auth) throws InvalidPacketException {
    if (clients.containsKey(namespace)) {
      throw new InvalidPacketException("a second request to join " + namespace);
    }
    Application application = applications.get(namespace);
    String refusal =
        application == null ? "Invalid namespace" : application.admit(session.handshake(), auth);
    if (application == null || refusal != null) {
      refuse(PacketEncoder.connectError(namespace, refusal == null ? "" : refusal));
      return;
    }
    connectTimer.cancel();
    var client = new JoinedClient(session, application, namespace, ids.get(), auth, this::leave);
    clients.put(namespace, client);
    session.whileReplying(
        () -> {
          session.send(List.of(PacketEncoder.connect(namespace, client.id())));
          application.connected(client);
        });
  }

  private void refuse(EncodedPacket refusal) {
    if (refusalsUnread > MOST_REFUSALS_UNREAD) {
      return; // it is being closed
    }
    refusalsUnread += refusal.size();
    session.reply(List.of(refusal));
    if (refusalsUnread > MOST_REFUSALS_UNREAD) {
      session.close(CloseReason.DOES_NOT_READ);
    }
  }

  private void leave(JoinedClient client) {
    if (clients.remove(client.namespace(), client)) {
      session.send(List.of(PacketEncoder.disconnect(client.namespace())));
      client.left("server namespace disconnect");
      if (clients.isEmpty()) {
        waitForAnotherJoin();
      }
    }
  }

  private @Nullable Acknowledgement acknowledgement(Incoming.Event event) {
    Long id = event.id();
    if (id == null) {
      return null;
    }
    var answered = new AtomicBoolean();
    return arguments -> {
      if (answered.compareAndSet(false, true)) {
        session.reply(PacketEncoder.acknowledgement(event.namespace(), id, arguments));
      }
    };
  }

  @Override
  public void closed(String reason) {
    connectTimer.cancel();
    decoder.close();
    List<JoinedClient> all = List.copyOf(clients.values());
    clients.clear();
    all.forEach(client -> client.left(reason));
  }
}
