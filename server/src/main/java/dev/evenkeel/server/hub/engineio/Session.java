package dev.evenkeel.server.hub.engineio;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client of Engine.IO, over whichever transport it has at the moment. Any thread may call it;
 * it works on a strand of its own, one task at a time.
 */
public final class Session {

  /** The listener of {@link #onDrained} is called when {@link #pendingBytes} fell to this. */
  public static final long LOW_WATER = 64 << 10;

  private static final System.Logger LOG = System.getLogger(Session.class.getName());

  private final String id;
  private final Handshake handshake;
  private final EngineConfig config;
  private final Ending ending;
  private final Strand strand;
  private final Heartbeat heartbeat;
  private final Wire wire;
  private final Replies replies;

  // Mutable state, any thread
  private final AtomicBoolean open = new AtomicBoolean(true);
  private final AtomicBoolean receiving = new AtomicBoolean();

  // Mutable state, guarded by the strand
  private SessionListener listener = Silence.LISTENER;
  private Runnable drained = () -> {};

  /** Is told, once, that a session has ended. */
  @FunctionalInterface
  interface Ending {
    void ended(Session session, String reason);
  }

  Session(
      String id,
      Handshake handshake,
      EngineConfig config,
      EventLoop loop,
      Transport transport,
      Ending ending) {
    this.id = id;
    this.handshake = handshake;
    this.config = config;
    this.replies = new Replies(config.maxUnreadReplies());
    this.ending = ending;
    this.strand = new Strand(loop, this::flush);
    this.wire = new Wire(strand, config, transport, this::hasRoom, this::pingIsWritten);
    this.heartbeat = new Heartbeat(strand, config, this::progress, this::ping, this::end);
  }

  /** Sends the client its handshake and begins. */
  void start(Acceptor acceptor) {
    strand.execute(
        () -> {
          enqueue(OpenPacket.of(id, config, wire.isPolling()));
          heartbeat.rest();
          guarded(() -> listener = acceptor.accept(this));
        });
  }

  /** Its name on the wire, which nobody can guess. */
  public String id() {
    return id;
  }

  /** What its first request brought. */
  public Handshake handshake() {
    return handshake;
  }

  /**
   * Hands packets over, in one piece; it never waits. After the session has ended, they are lost.
   */
  public void send(List<EncodedPacket> packets) {
    if (!open.get()) {
      return;
    }
    packets.forEach(wire.outbox()::announce);
    if (replies.isHandling()) {
      replies.count(packets);
    }
    strand.execute(
        () -> {
          if (open.get()) {
            packets.forEach(wire.outbox()::add);
          } else {
            packets.forEach(wire.outbox()::withdraw);
          }
        });
  }

  /** Hands over what answers the client; see {@link EngineConfig#maxUnreadReplies}. */
  public void reply(List<EncodedPacket> packets) {
    if (!replies.isHandling()) {
      replies.count(packets); // else send counts it
    }
    send(packets);
  }

  /** Runs what handles a message; what it sends to this session counts as a reply. */
  public void whileReplying(Runnable handling) {
    replies.whileHandling(handling);
  }

  /** What was handed over and the network has not taken yet, in bytes. */
  public long pendingBytes() {
    return wire.outbox().pendingBytes();
  }

  /**
   * A number that grows whenever the network has taken something, even if it is only a part of a
   * large packet; in long polling, a whole answer.
   */
  public long progress() {
    return wire.outbox().progress();
  }

  /**
   * Sets who is told, on the session's loop, that {@link #pendingBytes} fell to {@link #LOW_WATER},
   * and to 0.
   */
  public void onDrained(Runnable listener) {
    strand.execute(() -> drained = listener);
  }

  /** Runs a task on the session's loop. */
  public void execute(Runnable task) {
    strand.execute(() -> guarded(task));
  }

  /** Runs a task on the session's loop after the delay. */
  public EventLoop.Timer schedule(Duration delay, Runnable task) {
    return strand.loop().schedule(delay, () -> execute(task));
  }

  /** Ends the session. What the network does not take at once is given up. */
  public void close(String reason) {
    strand.execute(() -> end(reason));
  }

  boolean hasWebSocket() {
    return !wire.isPolling();
  }

  boolean hasWaitingPoll() {
    return wire.hasWaitingPoll();
  }

  // ---- what the edge brings

  /** A GET of long polling. */
  public void poll(Poll poll) {
    strand.execute(
        () -> {
          if (!wire.poll(poll)) {
            end(CloseReason.OVERLAP);
          }
        });
  }

  /** The connection of a GET was lost before its answer. */
  public void lost(Poll poll) {
    strand.execute(
        () -> {
          if (wire.isWaiting(poll)) {
            end(CloseReason.TRANSPORT_CLOSE);
          }
        });
  }

  /**
   * A POST of long polling begins; its body is read now, and {@link #data} or {@link #dataLost}
   * follows.
   *
   * @return false when the one before it has not ended: the session ends, too
   */
  public boolean dataBegins() {
    if (receiving.compareAndSet(false, true)) {
      return true;
    }
    close(CloseReason.OVERLAP);
    return false;
  }

  /**
   * The body of a POST.
   *
   * @param answer is given null when the packets were taken
   */
  public void data(byte[] body, Consumer<@Nullable Refusal> answer) {
    strand.execute(
        () -> {
          receiving.set(false);
          answer.accept(receive(body));
        });
  }

  /** The body of a POST did not come, or was not taken. */
  public void dataLost() {
    receiving.set(false);
  }

  private @Nullable Refusal receive(byte[] body) {
    if (!open.get()) {
      return Refusal.UNKNOWN_SESSION;
    }
    if (!wire.isPolling()) {
      return Refusal.BAD_REQUEST;
    }
    try {
      var packets = new PayloadReader(body);
      while (packets.hasNext() && open.get()) {
        handle(packets.next());
      }
      return null;
    } catch (InvalidPayloadException e) {
      end(CloseReason.PARSE_ERROR);
      return Refusal.BAD_REQUEST;
    }
  }

  /** A websocket that wants to take over from long polling. */
  public void probe(WebSocketLink link) {
    strand.execute(() -> wire.probe(link));
  }

  /** A text of one of its websockets. */
  public void received(WebSocketLink link, String text) {
    strand.execute(
        () -> {
          if (wire.isActive(link)) {
            try {
              handle(Packet.ofText(text));
            } catch (InvalidPayloadException e) {
              end(CloseReason.PARSE_ERROR);
            }
          } else {
            wire.probeSaid(link, text);
          }
        });
  }

  /** Binary data of one of its websockets. */
  public void received(WebSocketLink link, byte[] binary) {
    strand.execute(
        () -> {
          if (wire.isActive(link)) {
            message(() -> listener.message(binary));
          } else {
            wire.dropProbe(link);
          }
        });
  }

  /** One of its websockets is gone. */
  public void lost(WebSocketLink link, String reason) {
    strand.execute(
        () -> {
          if (wire.isActive(link)) {
            end(reason);
          } else {
            wire.dropProbe(link);
          }
        });
  }

  // ---- on the strand

  private void handle(Packet packet) throws InvalidPayloadException {
    switch (packet) {
      case Packet.Binary binary -> message(() -> listener.message(binary.data()));
      case Packet.Text text -> {
        switch (text.type()) {
          case MESSAGE -> message(() -> listener.message(text.data()));
          case PONG -> heartbeat.rest();
          case CLOSE -> end(CloseReason.TRANSPORT_CLOSE, EncodedPacket.NOOP);
          case NOOP -> {}
          case OPEN, PING, UPGRADE ->
              throw new InvalidPayloadException("a client sends no " + text.type());
        }
      }
    }
  }

  private void message(Runnable handling) {
    if (replies.areTooMany()) {
      end(CloseReason.DOES_NOT_READ);
    } else if (open.get()) {
      guarded(handling);
    }
  }

  private void guarded(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "A connection is closed, because its code failed", e);
      end(CloseReason.FAILED);
    }
  }

  private void ping() {
    enqueue(EncodedPacket.PING);
    if (wire.isPolling()) {
      heartbeat.asked(); // who is there polls, and who does not poll is gone
    }
  }

  private void pingIsWritten() {
    heartbeat.asked();
  }

  private void enqueue(EncodedPacket packet) {
    wire.outbox().announce(packet);
    wire.outbox().add(packet);
  }

  private void flush() {
    wire.flush();
  }

  /** The network took something. */
  private void hasRoom(boolean low) {
    if (low) {
      replies.areRead();
      if (open.get()) {
        guarded(drained);
      }
    }
  }

  private void end(String reason) {
    end(reason, EncodedPacket.CLOSE);
  }

  /**
   * @param farewell the last packet for a poll that waits
   */
  private void end(String reason, EncodedPacket farewell) {
    if (!open.compareAndSet(true, false)) {
      return;
    }
    heartbeat.stop();
    ending.ended(this, reason); // before the client can notice
    wire.close(farewell);
    SessionListener last = listener;
    listener = Silence.LISTENER;
    guarded(() -> last.closed(reason));
  }
}
