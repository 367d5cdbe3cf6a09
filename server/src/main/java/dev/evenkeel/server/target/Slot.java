package dev.evenkeel.server.target;

import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.log.PublishedEvents;
import dev.evenkeel.server.target.Sender.Outcome;
import dev.evenkeel.server.target.TargetStatus.State;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One place in a target's pool: a share of the sessions, and at most one connection.
 *
 * <p>That the target never counts more than one joined socket of this slot comes from three rules:
 *
 * <ol>
 *   <li>A slot connects only after the connection before has ended.
 *   <li>When the server ended it with a close frame, or confirmed ours, it has taken the socket out
 *       of its books before: the slot may connect again after a back-off.
 *   <li>In every other case (silence, a cut, a close that was not confirmed) the server may not
 *       know yet. It will when its heartbeat fails, at the latest a ping interval and a ping
 *       time-out from now; so the slot waits that long, or until the server itself says that it has
 *       no such session any more, or until nobody listens there.
 * </ol>
 */
final class Slot {

  /** The longest pause between two questions whether a session is gone. */
  private static final Duration ASKING = Duration.ofSeconds(5);

  /** How long to wait for a log that cannot be read. */
  private static final Duration UNREADABLE = Duration.ofSeconds(1);

  /** After so many connections without an acknowledgement, one of an earlier run counts no more. */
  private static final int BELIEVED_SILENCES = 3;

  /**
   * And after so many, one of this run, where no slot can tell that it is still the same target.
   * Less than condemn an event that goes without a control.
   */
  private static final int PROVEN_SILENCES = 7;

  /** A suspect waits for so many of the shortest pauses at most, and half of them at least. */
  private static final int RESTING = 10;

  private final TargetConfig target;
  private final int number;
  private final PoolConfig pool;
  private final Network network;
  private final Sessions sessions;
  private final SlotReader reader;
  private final MemoryBudget budget;
  private final Ledger ledger;
  private final TargetMetrics metrics;
  private final EventEncoder encoder;
  private final RandomGenerator random;
  private final Backoff backoff;
  private final Suspects suspects;
  private final Bell bell = new Bell();
  private final AtomicBoolean news = new AtomicBoolean();
  private final AtomicBoolean witness = new AtomicBoolean();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;

  // Mutable state, written by the slot's thread; volatile for the status
  private volatile State state = State.IDLE;
  private volatile @Nullable Connection connection;
  private volatile Window window;
  private @Nullable String lost;
  private int silences;
  private boolean mayMeetAnother;

  Slot(
      TargetConfig target,
      int number,
      PoolConfig pool,
      Network network,
      SlotReader reader,
      MemoryBudget budget,
      Ledger ledger,
      TargetMetrics metrics,
      RandomGenerator random) {
    this.target = target;
    this.number = number;
    this.pool = pool;
    this.network = network;
    this.sessions = new Sessions(network, target);
    this.reader = reader;
    this.budget = budget;
    this.ledger = ledger;
    this.metrics = metrics;
    this.encoder = new EventEncoder(target.namespace());
    this.suspects = new Suspects(ledger.delivered::sum);
    this.random = random;
    this.backoff = new Backoff(pool.backoffMin(), pool.backoffMax(), random);
    this.window = newWindow();
    this.thread =
        Thread.ofVirtual().name("target-" + target.name() + "-" + number).unstarted(this::run);
  }

  private Window newWindow() {
    return new Window(pool.windowEvents(), pool.windowBytes());
  }

  /** Begins, and hears of news from now on. */
  PublishedEvents.Subscription start(PublishedEvents events) {
    PublishedEvents.Subscription subscription =
        events.onPublished(
            () -> {
              news.set(true);
              bell.ring();
            });
    thread.start();
    return subscription;
  }

  /** Asks it to end. */
  void stop() {
    stop.countDown();
    bell.ring();
  }

  /** Waits until it has ended, and ends it by force after so long. */
  void awaitStopped(Duration longest) throws InterruptedException {
    if (!thread.join(longest)) {
      Connection current = connection;
      if (current != null) {
        current.abort();
      }
      thread.interrupt();
    }
  }

  State state() {
    return state;
  }

  boolean isConnected() {
    Connection current = connection;
    return current != null && current.isJoined();
  }

  SlotReader reader() {
    return reader;
  }

  Window window() {
    return window;
  }

  private boolean isStopped() {
    return stop.getCount() == 0;
  }

  private void run() {
    try {
      while (!isStopped()) {
        try {
          if (reader.hasNext()) {
            connectAndSend();
          } else {
            state = State.IDLE;
            bell.await((reader.isBehind() ? UNREADABLE : Bell.FOREVER).toNanos());
          }
        } catch (RuntimeException | OutOfMemoryError e) {
          // The log could not be read, or the machine has no thread to give to the connection: the
          // next attempt may succeed.
          failed("cannot go on: " + Ending.describe(e));
          pause(backoff.next());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      state = State.CLOSED;
    }
  }

  private void connectAndSend() throws InterruptedException {
    Connection current = open();
    try {
      Outcome outcome = Outcome.LOST;
      boolean vouched = false;
      boolean joined = false;
      @Nullable Throwable failure = null;
      try {
        joined = current.awaitJoined(pool.connectTimeout());
        ledger.opened(current.handshake());
        if (joined) {
          joined();
          Sender sender = sender(current);
          outcome = sender.run();
          vouched = sender.isVouched();
        }
      } catch (RuntimeException | OutOfMemoryError e) {
        // The log could not be read, or there is no memory: the next attempt may succeed.
        outcome = Outcome.FAILED;
        failure = e;
      }
      state = State.WAITING;
      Ending ending = current.close(why(outcome, failure), pool.closeTimeout());
      Outbound oldest = window.oldest();
      if (outcome == Outcome.SILENT
          && ending.kind() != Ending.Kind.SILENT
          && oldest != null
          && oldest.isControl()) {
        suspects.controlUnanswered();
      }
      if (isBlamed(outcome, ending) && !(outcome == Outcome.SILENT && suspects.isTrial(oldest))) {
        boolean closed = outcome == Outcome.LOST && ending.kind() == Ending.Kind.CLOSED;
        suspects.broke(oldest, window.newest(), vouched && closed);
      } else {
        suspects.fellSilent(window.newest());
      }
      giveBack();
      noteSilence(outcome, ending);
      ended(outcome == Outcome.LOST ? ending.why() : why(outcome, failure), outcome, joined);
      if (!ending.isNoticed()) {
        awaitNoticed(current.handshake().sid());
      }
      if (isToBeReplaced(outcome)) {
        pause(backoff.next());
      }
    } finally {
      current.abort();
      giveBack();
    }
  }

  private static boolean isToBeReplaced(Outcome outcome) {
    return switch (outcome) {
      case LOST, SILENT, FAILED -> true;
      case IDLE, STOPPED -> false;
    };
  }

  private Connection open() {
    state = State.CONNECTING;
    if (mayMeetAnother) {
      loseWitness(); // an acknowledgement may have come late
    }
    var fresh = newWindow();
    window = fresh;
    Connection opened =
        Connection.open(
            target,
            network,
            bell,
            id -> {
              fresh.acknowledge(id);
              ledger.acknowledged();
              gainWitness();
            },
            ledger.droppedInbound);
    connection = opened;
    return opened;
  }

  private void gainWitness() {
    if (!witness.get() && witness.compareAndSet(false, true)) {
      ledger.gainWitness();
    }
  }

  private void loseWitness() {
    if (witness.getAndSet(false)) {
      ledger.loseWitness();
    }
  }

  private void giveBack() {
    budget.release(window.drop());
    reader.rewind();
  }

  private Sender sender(Connection current) {
    return new Sender(
        pool,
        current,
        window,
        encoder,
        reader,
        suspects,
        backoff,
        rest(),
        budget,
        ledger,
        bell,
        () -> news.getAndSet(false),
        this::isStopped,
        () -> metrics.connectionReused(target.name(), number));
  }

  private Duration rest() {
    long most = pool.backoffMin().multipliedBy(RESTING).toNanos();
    return Duration.ofNanos(most / 2 + random.nextLong(most / 2 + 1));
  }

  private void joined() {
    state = State.CONNECTED;
    String before = lost;
    if (before == null) {
      metrics.connectionCreated(target.name(), number);
    } else {
      metrics.connectionReplaced(target.name(), number, before);
    }
    lost = null;
  }

  private String why(Outcome outcome, @Nullable Throwable failure) {
    return switch (outcome) {
      case IDLE -> "nothing to send for " + pool.cleanupInterval().toMillis() + " ms";
      case STOPPED -> "evenkeel stops";
      case SILENT ->
          "the target did not acknowledge within "
              + pool.acknowledgeTimeout().toMillis()
              + " ms; the connection is replaced"
              + (ledger.isProven() || ledger.findsOut()
                  ? ""
                  : " (it has acknowledged nothing since the start: evenkeel.targets."
                      + target.name()
                      + ".acknowledge may have to be auto)");
      case FAILED -> "cannot go on: " + (failure == null ? "" : Ending.describe(failure));
      case LOST -> "lost";
    };
  }

  /** A target that hangs does not answer the close either: its silence says nothing. */
  private void noteSilence(Outcome outcome, Ending ending) {
    mayMeetAnother = outcome != Outcome.SILENT;
    if (mayMeetAnother) {
      loseWitness();
    }
    if (mayMeetAnother || ledger.isCertain()) {
      silences = 0;
    } else if (ending.kind() != Ending.Kind.SILENT) {
      silences++;
    }
    if (silences >= (ledger.isProven() ? PROVEN_SILENCES : BELIEVED_SILENCES)) {
      silences = 0;
      if (ledger.findsOut()) {
        suspects.forget();
        ledger.doubt();
      }
    }
  }

  private boolean isBlamed(Outcome outcome, Ending ending) {
    return switch (outcome) {
      case IDLE, STOPPED, FAILED -> false;
      case SILENT -> ledger.isProven() && ending.kind() != Ending.Kind.SILENT;
      case LOST -> ending.kind() != Ending.Kind.SILENT;
    };
  }

  private void ended(String why, Outcome outcome, boolean joined) {
    if (joined) {
      metrics.connectionClosed(target.name(), number, why);
    } else {
      metrics.connectionFailed(target.name(), number, why);
    }
    if (isToBeReplaced(outcome)) {
      failed(why);
      lost = why;
    }
  }

  private void failed(String why) {
    state = State.WAITING;
    ledger.failed(why);
  }

  /** Waits until the server must have noticed that a session is gone. */
  private void awaitNoticed(@Nullable String sid) throws InterruptedException {
    state = State.WAITING;
    long until = System.nanoTime() + ledger.handshake().noticeTime().toNanos();
    Duration step = pool.backoffMin();
    long left = until - System.nanoTime();
    while (!isStopped() && left > 0 && !(sid != null && isGone(sid))) {
      pause(Duration.ofNanos(Math.min(left, step.toNanos())));
      step = step.compareTo(ASKING.dividedBy(2)) > 0 ? ASKING : step.multipliedBy(2);
      left = until - System.nanoTime();
    }
  }

  /** Where nothing can be asked for lack of memory or threads, the time has to be waited for. */
  private boolean isGone(String sid) throws InterruptedException {
    try {
      return sessions.isGone(sid);
    } catch (RuntimeException | OutOfMemoryError e) {
      return false;
    }
  }

  /** Waits, or returns at once when the slot is being closed. */
  private void pause(Duration time) throws InterruptedException {
    if (stop.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
      bell.ring();
    }
  }
}
