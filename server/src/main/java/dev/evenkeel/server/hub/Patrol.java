package dev.evenkeel.server.hub;

import dev.evenkeel.server.hub.socketio.OutgoingEvent;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Goes round the clients: closes who has not read for too long, lets those try again that waited
 * for memory, and tells all of them now and then that the server lives. One thread.
 */
final class Patrol implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Patrol.class.getName());

  private static final Duration ROUND = Duration.ofMillis(250);

  /** When memory is short, who has held it for so long is closed before others have to wait. */
  private static final Duration SHORT_HOLD = Duration.ofSeconds(5);

  private final HubConfig config;
  private final Collection<Subscriber> subscribers;
  private final HubCounters counters;
  private final LongFunction<OutgoingEvent> heartbeat;
  private final LongSupplier nanos;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = Thread.ofVirtual().name("hub-patrol").unstarted(this::run);

  // Mutable state, owned by the thread
  private long heartbeats;
  private long lastHeartbeat;

  /**
   * @param subscribers a live view of all clients
   * @param heartbeat makes the message, given its number
   */
  Patrol(
      HubConfig config,
      Collection<Subscriber> subscribers,
      HubCounters counters,
      LongFunction<OutgoingEvent> heartbeat,
      LongSupplier nanos) {
    this.config = config;
    this.subscribers = subscribers;
    this.counters = counters;
    this.heartbeat = heartbeat;
    this.nanos = nanos;
    this.lastHeartbeat = nanos.getAsLong();
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      while (!stop.await(ROUND.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          round();
        } catch (RuntimeException e) {
          LOG.log(System.Logger.Level.ERROR, "A look after the hub's clients failed", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Once round. */
  void round() {
    long now = nanos.getAsLong();
    boolean memoryIsShort = false;
    Subscriber longest = null;
    long longestHold = SHORT_HOLD.toNanos();
    for (Subscriber each : subscribers) {
      memoryIsShort |= each.lacksMemory();
      each.retry();
      long stall = now - each.unreadSince(now);
      long hold = now - each.heldSince(now);
      if (stall >= config.stallTime().toNanos()) {
        close(each);
      } else if (hold >= longestHold) {
        longest = each;
        longestHold = hold;
      }
    }
    if (memoryIsShort) {
      close(longest);
    }
    if (now - lastHeartbeat >= config.heartbeat().toNanos()) {
      lastHeartbeat = now;
      sendHeartbeats();
    }
  }

  private void close(@Nullable Subscriber stalled) {
    if (stalled != null && stalled.dismiss("does not read")) {
      counters.closed.increment();
    }
  }

  private void sendHeartbeats() {
    OutgoingEvent message = heartbeat.apply(++heartbeats);
    subscribers.forEach(each -> each.tell(message));
  }

  @Override
  public void close() {
    stop.countDown();
  }
}
