package dev.evenkeel.server.hub;

import dev.evenkeel.server.log.Lanes;
import dev.evenkeel.server.log.PublishedEvent;
import dev.evenkeel.server.log.PublishedEvents;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Follows the published events while there are clients: reads each once, encodes it once into the
 * window, and wakes who waits for it. One thread.
 */
final class FanOut implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(FanOut.class.getName());

  private static final int PAGE_EVENTS = 256;
  private static final int PAGE_BYTES = 256 << 10;

  /** How long a log that cannot be read is left alone. */
  private static final Duration UNREADABLE = Duration.ofSeconds(1);

  private static final Duration LONGEST_END = Duration.ofSeconds(2);

  private final PublishedEvents events;
  private final LiveWindow window;
  private final Collection<Subscriber> subscribers;
  private final LongSupplier nanos;
  private final Semaphore news = new Semaphore(0);
  private final Thread thread = Thread.ofVirtual().name("hub-fan-out").unstarted(this::run);

  // Mutable state, owned by the thread, except where it is volatile
  private long readTo;
  private volatile boolean stopped;
  private PublishedEvents.@Nullable Subscription subscription;

  /**
   * @param subscribers a live view of all clients
   */
  FanOut(
      PublishedEvents events,
      LiveWindow window,
      Collection<Subscriber> subscribers,
      LongSupplier nanos) {
    this.events = events;
    this.window = window;
    this.subscribers = subscribers;
    this.nanos = nanos;
    this.readTo = events.newest();
  }

  /** Begins. Called once. */
  void start() {
    window.restartAt(readTo);
    subscription = events.onPublished(this::ring);
    thread.start();
  }

  private void ring() {
    if (news.availablePermits() == 0) {
      news.release();
    }
  }

  private void run() {
    try {
      while (!stopped) {
        boolean all = follow();
        if (all) {
          news.acquire();
        } else {
          var _ = news.tryAcquire(UNREADABLE.toNanos(), TimeUnit.NANOSECONDS);
        }
        news.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Reads what is new. Returns false when not all of it could be read. */
  private boolean follow() {
    try {
      return subscribers.isEmpty() ? skip() : readOn();
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "The log cannot be read for the hub's clients", e);
      return false;
    }
  }

  private boolean skip() {
    readTo = events.newest();
    window.restartAt(readTo);
    // Somebody may have come meanwhile, and waits for what was just passed over.
    subscribers.forEach(Subscriber::wake);
    return true;
  }

  private boolean readOn() {
    while (!stopped) {
      long before = readTo;
      PublishedEvents.Page page = events.after(before, Lanes.ALL, PAGE_EVENTS, PAGE_BYTES);
      take(page);
      readTo = Math.max(before, page.upTo());
      subscribers.forEach(Subscriber::wake);
      if (readTo == before) {
        return events.newest() <= readTo;
      }
    }
    return true;
  }

  private void take(PublishedEvents.Page page) {
    long now = nanos.getAsLong();
    if (page.missed() > 0) {
      add(new LiveWindow.Item.Gap(Queued.placeOfMissed(page), page.missed()), now);
    }
    for (PublishedEvent event : page.events()) {
      add(
          new LiveWindow.Item.Event(
              event.id(), event.session().id(), event.name(), Messages.event(event.json())),
          now);
    }
  }

  private void add(LiveWindow.Item item, long now) {
    window.add(item, leaving -> subscribers.forEach(each -> each.passOver(leaving, now)));
  }

  /** Ends, when what it is reading is read. */
  @Override
  public void close() {
    stopped = true;
    PublishedEvents.Subscription current = subscription;
    if (current != null) {
      current.close();
      news.release();
      awaitEnd();
    }
    window.restartAt(events.newest());
  }

  private void awaitEnd() {
    try {
      var _ = thread.join(LONGEST_END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
