package dev.evenkeel.server.hub;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The events that leave the window while one client does not read. When that lasts longer than the
 * patience with it, the client has missed them; before, it reads them from the log.
 */
final class SkippedEvents {

  /** Events that a client has missed: how many, and up to which id. */
  record Missed(long count, long upTo) {}

  private final LiveWindow window;
  private final long patienceNanos;
  private final LongAdder dropped;

  // Mutable state, guarded by this; the client's event loop begins and ends, the fan-out counts
  private volatile boolean active;
  private long since;
  private ClientFilter filter = ClientFilter.ALL;
  private long passed;
  private long passedUpTo;
  private long counted;
  private boolean skipped;

  SkippedEvents(LiveWindow window, Duration patience, LongAdder dropped) {
    this.window = window;
    this.patienceNanos = patience.toNanos();
    this.dropped = dropped;
  }

  /**
   * The client does not read. Does nothing when that is known, and when events after its place have
   * left the window uncounted: it has to read those from the log first.
   */
  synchronized void begin(long atPlace, ClientFilter wanted, long now) {
    filter = wanted;
    if (!active) {
      since = now;
      passed = 0;
      passedUpTo = atPlace;
      counted = 0;
      skipped = false;
      // In this order: what leaves from now on is counted, and what left before is seen to be gone.
      active = true;
      active = window.reachesBackTo(atPlace);
    }
  }

  /** An item leaves the window. */
  void passOver(LiveWindow.Item item, long now) {
    if (active) {
      count(item, now);
    }
  }

  private synchronized void count(LiveWindow.Item item, long now) {
    if (!active || item.id() <= passedUpTo) {
      return;
    }
    passedUpTo = item.id();
    passed +=
        switch (item) {
          case LiveWindow.Item.Event event -> filter.matches(event.session(), event.name()) ? 1 : 0;
          case LiveWindow.Item.Gap gap -> gap.count();
        };
    if (now - since >= patienceNanos) {
      skipped = true;
      dropped.add(passed - counted);
      counted = passed;
    }
  }

  /**
   * The client reads again.
   *
   * @return what it has missed, or null when it has missed nothing
   */
  synchronized @Nullable Missed end() {
    active = false;
    boolean missed = skipped;
    skipped = false;
    return missed ? new Missed(passed, passedUpTo) : null;
  }
}
