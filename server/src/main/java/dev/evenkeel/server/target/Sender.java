package dev.evenkeel.server.target;

import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.log.PublishedEvent;
import dev.evenkeel.server.log.PublishedEvents.Page;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends a slot's events over one joined connection: fills the window, sends, takes acknowledgements
 * and confirms. Runs on the slot's thread.
 */
final class Sender {

  /** Why it stopped. */
  enum Outcome {
    /** There was nothing to send for the clean-up interval. */
    IDLE,
    /** The slot is closed. */
    STOPPED,
    /** The connection is gone. */
    LOST,
    /** The target did not acknowledge in time. */
    SILENT,
    /** The log cannot be read, or the machine gives no memory or thread. */
    FAILED
  }

  /** Acknowledgement ids begin again after so many, to stay short; no window is as large. */
  private static final int ACKNOWLEDGEMENT_IDS = 1_000_000;

  /** How often it looks whether bytes have left. */
  private static final Duration LEAVING = Duration.ofMillis(1);

  /** And how often where an acknowledgement is waited for. */
  private static final Duration LEAVING_SLOWLY = Duration.ofSeconds(1);

  /** For longer waits the connection's own bell is often enough. */
  private static final Duration LONG = Duration.ofSeconds(1);

  /** How often it asks again for memory, or for a log that could not be read. */
  private static final Duration STARVING = Duration.ofMillis(100);

  /** How long a slot that is closed waits for what is in flight. */
  private static final Duration DRAINING = Duration.ofSeconds(1);

  private final PoolConfig pool;
  private final Connection connection;
  private final Window window;
  private final EventEncoder encoder;
  private final SlotReader reader;
  private final Suspects suspects;
  private final Backoff backoff;
  private final Duration rest;
  private final MemoryBudget budget;
  private final Ledger ledger;
  private final Bell bell;
  private final BooleanSupplier news;
  private final BooleanSupplier stopped;
  private final Runnable reused;

  // Mutable state, owned by the slot's thread
  private int nextAcknowledgementId;
  private long bytesSent;
  private boolean behind = true;
  private boolean starved;
  private boolean idle;
  private boolean used;
  private boolean vouched;
  private boolean resting;
  private long restedAt = System.nanoTime();
  private long idleSince = System.nanoTime();
  private long stoppedSince;

  /**
   * @param rest how long the connection has to live, after it has taken the control, before a
   *     suspect is sent
   * @param news whether events were published since it was asked last
   * @param stopped whether the slot is being closed
   * @param reused called when the connection is used again after a rest
   */
  Sender(
      PoolConfig pool,
      Connection connection,
      Window window,
      EventEncoder encoder,
      SlotReader reader,
      Suspects suspects,
      Backoff backoff,
      Duration rest,
      MemoryBudget budget,
      Ledger ledger,
      Bell bell,
      BooleanSupplier news,
      BooleanSupplier stopped,
      Runnable reused) {
    this.pool = pool;
    this.connection = connection;
    this.window = window;
    this.encoder = encoder;
    this.reader = reader;
    this.suspects = suspects;
    this.backoff = backoff;
    this.rest = rest;
    this.budget = budget;
    this.ledger = ledger;
    this.bell = bell;
    this.news = news;
    this.stopped = stopped;
    this.reused = reused;
  }

  /** Serves until the connection is lost, idle or given up. */
  Outcome run() throws InterruptedException {
    if (suspects.isAnyone(reader.confirmed())) {
      if (suspects.wantControl()) {
        addControl();
      }
      beginRest();
    }
    while (connection.isJoined()) {
      settle();
      if (!stopped.getAsBoolean()) {
        fill();
        send();
      }
      long now = System.nanoTime();
      Outcome outcome = outcome(now);
      if (outcome != null) {
        return outcome;
      }
      await(untilNextLook(now));
    }
    settle();
    return Outcome.LOST;
  }

  /**
   * Whether the connection took something just before what it was given last: if it broke, it was
   * not because the target takes nothing.
   */
  boolean isVouched() {
    return vouched;
  }

  /** Sends before a suspect what the target has taken before. */
  private void addControl() {
    PublishedEvent last = reader.again(ledger.lastTaken());
    if (last == null) {
      return;
    }
    byte[] json = fits(last) ? last.json() : stub(last);
    long reserved = reservedFor(json);
    if (budget.reserve(reserved)) {
      window.add(Outbound.control(last.id(), json, reserved));
    }
  }

  /** A target that dies by itself soon dies before the suspect is sent. */
  private void beginRest() {
    restedAt = System.nanoTime() + rest.toNanos();
  }

  private boolean hasToRest(@Nullable Outbound next) {
    return next != null
        && suspects.isSuspected(next)
        && !suspects.isCondemned(next)
        && restedAt - System.nanoTime() > 0;
  }

  /** Takes out what is done, and confirms it. */
  private void settle() {
    if (ledger.waitsForAcknowledgement()) {
      window.arrivedUpTo(System.nanoTime() - pool.acknowledgeTimeout().toNanos());
    } else {
      window.left(bytesSent - connection.queuedBytes());
    }
    Outbound done = window.takeDone();
    while (done != null) {
      budget.release(done.reserved);
      if (!done.isControl()) {
        reader.confirm(done.id);
      }
      count(done);
      done = window.takeDone();
    }
    if (window.isEmpty()) {
      reader.confirmRead();
    }
  }

  private void count(Outbound done) {
    if (done.passedOver) {
      passedOver(done);
      return;
    }
    idleSince = System.nanoTime();
    vouched = done.isEvent() && (done.isControl() || suspects.isCareful(done.id));
    if (done.isControl()) {
      suspects.controlAnswered();
      beginRest();
      return;
    }
    backoff.reset();
    if (done.isEvent()) {
      ledger.took(done.id);
      if (done.isStub()) {
        ledger.stubbed.increment();
      }
    } else {
      ledger.missed.add(done.missed);
      reader.toldMissed(done.missed);
      suspects.tookWord();
    }
  }

  /** What goes by with the word that events are missed is counted as missed all the same. */
  private void passedOver(Outbound done) {
    if (!done.isEvent()) {
      ledger.missed.add(done.missed);
      reader.toldMissed(done.missed);
    } else if (!done.isControl()) {
      ledger.undeliverable.increment();
    }
  }

  /** Reads on while there is something to read and room for it. */
  private void fill() {
    starved = false;
    behind |= news.getAsBoolean();
    while (behind && !starved && window.isHalfEmpty()) {
      int room = window.freeBytes();
      if (!budget.reserve(room)) {
        starved = true;
        return;
      }
      long reserved = room;
      try {
        Page page = reader.read(window.freeEvents(), room);
        List<Outbound> messages = messages(page);
        long needed = messages.stream().mapToLong(message -> message.reserved).sum();
        if (needed > reserved && !budget.reserve(needed - reserved)) {
          starved = true;
          return;
        }
        reserved = Math.max(reserved, needed);
        messages.forEach(window::add);
        reserved -= needed;
        boolean led = reader.accept(page);
        behind = !messages.isEmpty() || reader.isBehind();
        starved = behind && !led;
      } finally {
        budget.release(reserved);
      }
    }
  }

  private List<Outbound> messages(Page page) {
    var messages = new ArrayList<Outbound>(page.events().size() + 1);
    if (page.missed() > 0) {
      messages.add(Outbound.missed(SlotReader.placeOfMissed(page), page.missed()));
    }
    for (PublishedEvent event : page.events()) {
      if (fits(event)) {
        byte[] json = event.json();
        messages.add(Outbound.event(event.id(), json, reservedFor(json)));
      } else {
        byte[] json = stub(event);
        messages.add(Outbound.stub(event.id(), json, reservedFor(json)));
      }
    }
    return messages;
  }

  private boolean fits(PublishedEvent event) {
    int maxPayload = connection.handshake().maxPayload();
    return encoder.fits(Outbound.CLAUDE_EVENT, event.size(), maxPayload);
  }

  private byte[] stub(PublishedEvent event) {
    return EventEncoder.stub(event.json(), connection.handshake().maxPayload());
  }

  /** An event that the budget can never hold must not stop the others. */
  private long reservedFor(byte[] json) {
    return Math.min(json.length, budget.capacity() / 2);
  }

  private void send() {
    Outbound next = next();
    resting = hasToRest(next);
    while (next != null && !resting) {
      if (idle && used) {
        reused.run();
      }
      idle = false;
      used = true;
      if (!send(next)) {
        return;
      }
      next = next();
      resting = hasToRest(next);
    }
  }

  private @Nullable Outbound next() {
    boolean careful = suspects.isCareful(reader.confirmed());
    return window.next(careful || ledger.isFindingOut() ? 1 : pool.windowEvents(), careful);
  }

  /** Sends one message, or passes it over. Returns false when the connection takes none. */
  private boolean send(Outbound message) {
    boolean fits =
        encoder.fits(message.name, message.json.length, connection.handshake().maxPayload());
    boolean condemned = suspects.isCondemned(message);
    if (condemned) {
      suspects.passedOver(message);
    }
    if (!fits || condemned) {
      window.passOver(message, bytesSent);
      bell.ring();
      return true;
    }
    int id = EventEncoder.NO_ACKNOWLEDGEMENT;
    if (ledger.asksForAcknowledgement()) {
      id = nextAcknowledgementId;
      nextAcknowledgementId = (id + 1) % ACKNOWLEDGEMENT_IDS;
    }
    if (message.isControl() || (message.isEvent() && reader.sending(message.id))) {
      ledger.redelivered.increment();
    }
    bytesSent += encoder.encodedSize(message.name, id, message.json.length);
    // First noted, then sent: the acknowledgement may be here before the next line.
    window.sending(message, id, System.nanoTime(), bytesSent);
    if (connection.send(encoder.head(message.name, id), message.json, EventEncoder.TAIL)) {
      return true;
    }
    window.refused(message);
    return false;
  }

  /** Whether it is time to stop. Also finds that a target does not acknowledge. */
  private @Nullable Outcome outcome(long now) {
    Outbound oldest = window.oldest();
    if (stopped.getAsBoolean()) {
      stoppedSince = stoppedSince == 0 ? now : stoppedSince;
      return oldest == null || now - stoppedSince >= DRAINING.toNanos() ? Outcome.STOPPED : null;
    }
    Outbound event = window.oldestEvent();
    if (event != null) {
      if (isLeaving(event)) {
        event.slow |= now - event.sentAt >= LEAVING_SLOWLY.toNanos();
        return null;
      }
      if (event.slow) {
        event.slow = false;
        event.sentAt = now;
      }
      long waited = now - event.sentAt;
      if (ledger.isFindingOut() && waited >= pool.acknowledgeProbe().toNanos()) {
        ledger.notAcknowledged();
      }
      return ledger.waitsForAcknowledgement() && waited >= pool.acknowledgeTimeout().toNanos()
          ? Outcome.SILENT
          : null;
    }
    if (!window.isEmpty()) {
      return null;
    }
    idle = true;
    return now - idleSince >= pool.cleanupInterval().toNanos() ? Outcome.IDLE : null;
  }

  /**
   * An event that is still on its way to the network is not waited for: on a slow line a large one
   * takes long. When nothing moves any more, the WebSocket gives up by itself.
   */
  private boolean isLeaving(Outbound event) {
    return bytesSent - connection.queuedBytes() < event.endsAt;
  }

  /** Setting a timer for each wait costs a virtual thread more than what it does in between. */
  private void await(long nanos) throws InterruptedException {
    if (nanos > LONG.toNanos()) {
      bell.await();
    } else {
      bell.await(nanos);
    }
  }

  private long untilNextLook(long now) {
    Outbound oldest = window.oldest();
    long wait = Bell.FOREVER.toNanos();
    if (oldest != null && !ledger.waitsForAcknowledgement()) {
      wait = LEAVING.toNanos();
    } else if (oldest != null) {
      wait = oldest.sentAt + pool.acknowledgeTimeout().toNanos() - now;
      Outbound event = window.oldestEvent();
      if (event != null && ledger.isFindingOut()) {
        wait = Math.min(wait, event.sentAt + pool.acknowledgeProbe().toNanos() - now);
      }
      if (event != null && isLeaving(event)) {
        long often = LEAVING_SLOWLY.toNanos();
        wait = wait > 0 ? Math.min(wait, often) : often;
      }
    } else if (window.isEmpty()) {
      wait = idleSince + pool.cleanupInterval().toNanos() - now;
    }
    if (resting) {
      wait = Math.min(wait, Math.max(0, restedAt - now));
    }
    if (stopped.getAsBoolean()) {
      wait = Math.min(wait, stoppedSince + DRAINING.toNanos() - now);
    }
    return starved ? Math.min(wait, STARVING.toNanos()) : wait;
  }
}
