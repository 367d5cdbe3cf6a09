package dev.evenkeel.server.target;

import dev.evenkeel.server.log.Lanes;
import dev.evenkeel.server.log.Positions.Position;
import dev.evenkeel.server.log.PublishedEvent;
import dev.evenkeel.server.log.PublishedEvents;
import dev.evenkeel.server.log.PublishedEvents.Page;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A slot's place in the published events: how far it has read, and how far the target has
 * everything. After a lost connection it reads again from there; meanwhile nothing is kept.
 */
final class SlotReader {

  private final PublishedEvents events;
  private final Position position;
  private final Lanes lanes;

  // Mutable state, owned by the slot's thread; the last two are shown in the status
  private long readTo;
  private long sentTo;
  private volatile long confirmed;
  private final AtomicLong missedAhead = new AtomicLong();

  SlotReader(PublishedEvents events, Position position, Lanes lanes) {
    this.events = events;
    this.position = position;
    this.lanes = lanes;
    this.confirmed = position.confirmed();
    this.readTo = confirmed;
    this.sentTo = confirmed;
  }

  Lanes lanes() {
    return lanes;
  }

  long confirmed() {
    return confirmed;
  }

  /** Events that are gone, and that the target has not been told of. */
  long missedAhead() {
    return missedAhead.get();
  }

  /** Whether there is anything to send. Moves on over what belongs to others. */
  boolean hasNext() {
    long before;
    do {
      before = confirmed;
      Page page = events.after(confirmed, lanes, 1, 1);
      missedAhead.set(page.missed());
      if (!page.events().isEmpty() || page.missed() > 0) {
        return true;
      }
      confirm(page.upTo());
    } while (confirmed > before && isBehind());
    return false;
  }

  /**
   * Whether there is more to read. A page that is empty nevertheless and does not lead on means
   * that the log cannot be read for the moment.
   */
  boolean isBehind() {
    return readTo < events.newest();
  }

  /** The next events; {@link #accept} moves on behind them. */
  Page read(int maxEvents, int maxBytes) {
    return events.after(readTo, lanes, maxEvents, maxBytes);
  }

  /** An event of any slot once more, or nothing when it is gone. */
  @Nullable PublishedEvent again(long id) {
    if (id < 0) {
      return null;
    }
    Page page = events.after(id - 1, Lanes.ALL, 1, 1);
    return page.events().stream().filter(event -> event.id() == id).findFirst().orElse(null);
  }

  /** The page is in the window now. Returns whether it led on. */
  boolean accept(Page page) {
    long before = readTo;
    if (readTo == confirmed) {
      missedAhead.set(page.missed());
    } else {
      missedAhead.addAndGet(page.missed());
    }
    readTo = Math.max(readTo, page.upTo());
    return readTo > before;
  }

  /** Where the word goes that events are missed: before the page's first, or at its end. */
  static long placeOfMissed(Page page) {
    return page.events().isEmpty() ? page.upTo() : page.events().getFirst().id() - 1;
  }

  void toldMissed(long count) {
    missedAhead.addAndGet(-count);
  }

  /** Notes that a message is sent. Returns whether it had been sent before. */
  boolean sending(long id) {
    if (id <= sentTo) {
      return true;
    }
    sentTo = id;
    return false;
  }

  /** The target has everything up to here. */
  void confirm(long id) {
    if (id > confirmed) {
      position.confirm(id);
      confirmed = id;
      readTo = Math.max(readTo, id);
    }
  }

  /** The target has everything that was read. */
  void confirmRead() {
    confirm(readTo);
  }

  /** Begins again behind what the target has. What it missed stays known until it is read again. */
  void rewind() {
    readTo = confirmed;
  }
}
