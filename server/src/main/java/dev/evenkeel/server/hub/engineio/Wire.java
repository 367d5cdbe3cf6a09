package dev.evenkeel.server.hub.engineio;

import dev.evenkeel.server.hub.engineio.Transport.Closed;
import dev.evenkeel.server.hub.engineio.Transport.Polling;
import dev.evenkeel.server.hub.engineio.Transport.Probe;
import dev.evenkeel.server.hub.engineio.Transport.WebSocket;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Carries the packets of one session: over long polling, over a websocket, and from one to the
 * other. All of it runs on the session's strand.
 */
final class Wire {

  /**
   * How long a poll that comes during an upgrade is held. A client ends its polling before it says
   * that it has changed over; a poll that was sent after that must not be answered as if it had
   * not.
   */
  private static final Duration LATE_POLL = Duration.ofMillis(50);

  private static final int NORMAL = 1000;
  private static final int POLICY_VIOLATION = 1008;

  /** Is told that the network took something, and whether little is left. */
  @FunctionalInterface
  interface Room {
    void hasRoom(boolean low);
  }

  private final Strand strand;
  private final EngineConfig config;
  private final Room room;
  private final Runnable pingIsWritten;
  private final Outbox outbox = new Outbox();

  // Mutable state, changed on the strand
  private volatile Transport transport;
  private EventLoop.Timer upgradeTimer = () -> {};
  private final Set<Poll> beingRead = new HashSet<>();

  /**
   * @param pingIsWritten is called on the strand when a websocket has taken a ping
   */
  Wire(Strand strand, EngineConfig config, Transport transport, Room room, Runnable pingIsWritten) {
    this.strand = strand;
    this.config = config;
    this.transport = transport;
    this.room = room;
    this.pingIsWritten = pingIsWritten;
  }

  Outbox outbox() {
    return outbox;
  }

  /** Any thread may ask. */
  boolean isPolling() {
    return transport instanceof Polling;
  }

  /** Any thread may ask. */
  boolean hasWaitingPoll() {
    return transport instanceof Polling polling && polling.waiting() != null;
  }

  boolean isActive(WebSocketLink link) {
    return transport instanceof WebSocket active && active.link().equals(link);
  }

  boolean isWaiting(Poll poll) {
    return transport instanceof Polling polling && poll.equals(polling.waiting());
  }

  // ---- long polling

  /**
   * Returns false when a poll waits already: one at a time, or packets would overtake each other.
   */
  boolean poll(Poll poll) {
    switch (transport) {
      case Polling polling when polling.waiting() == null -> {
        transport = polling.withWaiting(poll);
        if (polling.probe() != null && polling.probe().answered()) {
          later(LATE_POLL, () -> release(poll));
        }
        return true;
      }
      case Polling any -> {
        poll.refuse(Refusal.BAD_REQUEST);
        return false;
      }
      case WebSocket any -> poll.refuse(Refusal.BAD_REQUEST);
      case Closed any -> poll.refuse(Refusal.UNKNOWN_SESSION);
    }
    return true;
  }

  /** Ends a poll, so that the client can change over. */
  private void release(Poll poll) {
    if (isWaiting(poll)) {
      outbox.announce(EncodedPacket.NOOP);
      outbox.add(EncodedPacket.NOOP);
      flush();
    }
  }

  private void answer(Polling polling, Poll poll) {
    var body = new ByteArrayOutputStream();
    long bytes = outbox.takeOut(body, config.maxPayload());
    transport = polling.withWaiting(null);
    beingRead.add(poll);
    poll.answer(body.toByteArray(), () -> strand.execute(() -> taken(poll, bytes)));
  }

  // ---- upgrade

  void probe(WebSocketLink link) {
    if (transport instanceof Polling polling && polling.probe() == null) {
      transport = polling.withProbe(new Probe(link, false));
      upgradeTimer = later(config.upgradeTimeout(), () -> dropProbe(link));
    } else {
      link.loop().execute(() -> link.close(POLICY_VIOLATION));
    }
  }

  void probeSaid(WebSocketLink link, String text) {
    if (!(transport instanceof Polling polling)
        || polling.probe() == null
        || !polling.probe().link().equals(link)) {
      return; // it was dropped, and is being closed
    }
    if (text.equals("2probe")) {
      transport = polling.withProbe(new Probe(link, true));
      link.loop()
          .execute(
              () -> {
                link.write(EncodedPacket.PROBE_ANSWER, () -> {}, () -> {});
                link.flush();
              });
      if (polling.waiting() != null) {
        release(polling.waiting());
      }
    } else if (text.equals("5") && polling.probe().answered()) {
      takeOver(polling, link);
    } else {
      dropProbe(link);
    }
  }

  private void takeOver(Polling polling, WebSocketLink link) {
    upgradeTimer.cancel();
    transport = new WebSocket(link);
    strand.moveTo(link.loop());
    if (polling.waiting() != null) {
      polling.waiting().refuse(Refusal.BAD_REQUEST);
    }
  }

  /** Closes a websocket that was to take over, and stays with long polling. */
  void dropProbe(WebSocketLink link) {
    if (transport instanceof Polling polling
        && polling.probe() != null
        && polling.probe().link().equals(link)) {
      upgradeTimer.cancel();
      transport = polling.withProbe(null);
      link.loop().execute(() -> link.close(POLICY_VIOLATION));
    }
  }

  // ---- sending

  /** Sends what waits, as much as the transport takes now. */
  void flush() {
    switch (transport) {
      case Polling polling when polling.waiting() != null && !outbox.isEmpty() ->
          answer(polling, polling.waiting());
      case WebSocket(WebSocketLink link) when outbox.hasNext() -> write(link);
      case Polling any -> {}
      case WebSocket any -> {}
      case Closed any -> {}
    }
  }

  private void write(WebSocketLink link) {
    EncodedPacket packet = outbox.next();
    while (packet != null) {
      link.write(packet, outbox::goesOn, whenTaken(packet));
      packet = outbox.next();
    }
    link.flush();
  }

  private Runnable whenTaken(EncodedPacket packet) {
    int bytes = packet.size();
    if (!packet.equals(EncodedPacket.PING)) {
      return () -> taken(bytes);
    }
    return () -> {
      strand.execute(pingIsWritten);
      taken(bytes);
    };
  }

  private void taken(Poll poll, long bytes) {
    beingRead.remove(poll);
    taken(bytes);
  }

  private void taken(long bytes) {
    long before = outbox.pendingBytes();
    outbox.taken(bytes);
    long after = outbox.pendingBytes();
    boolean low = after == 0 || (after <= Session.LOW_WATER && before > Session.LOW_WATER);
    if (low || outbox.hasNext()) {
      strand.execute(() -> room.hasRoom(low)); // flushes afterwards
    }
  }

  /** Sends what the network takes at once, with a farewell where a poll waits, and ends. */
  void close(EncodedPacket farewell) {
    List<Poll> unread = List.copyOf(beingRead);
    if (transport instanceof Polling polling && polling.waiting() != null) {
      outbox.announce(farewell);
      outbox.add(farewell);
    }
    flush();
    Transport last = transport;
    transport = new Closed();
    upgradeTimer.cancel();
    boolean stuck = !outbox.isEmpty() || outbox.isOnTheWay();
    outbox.giveUp();
    unread.forEach(Poll::abort);
    switch (last) {
      case Polling(Poll none, Probe probe) when probe != null ->
          probe.link().loop().execute(() -> probe.link().close(NORMAL));
      case WebSocket(WebSocketLink link) when stuck -> link.abort();
      case WebSocket(WebSocketLink link) -> link.close(NORMAL);
      case Polling any -> {}
      case Closed any -> {}
    }
  }

  private EventLoop.Timer later(Duration delay, Runnable task) {
    return strand.loop().schedule(delay, () -> strand.execute(task));
  }
}
