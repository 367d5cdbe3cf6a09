package dev.evenkeel.server.log;

import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.budget.QueueState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The most recent published events, in memory, for all receivers that keep up. */
final class PublishedTail {

  static final int CAPACITY = 8192;

  private record Entry(PublishedEvent event, boolean logged) {

    /** What only memory has is also kept as it came, to be written later. */
    long reserved() {
      return logged ? event.size() : 2L * event.size();
    }
  }

  private final MemoryBudget budget;
  private final long capacityBytes;
  private final Gone gone;
  private final ReentrantLock lock = new ReentrantLock();

  // Mutable state, guarded by lock
  private final @Nullable Entry[] ring = new Entry[CAPACITY];
  private int first;
  private int size;
  private long bytes;

  /** The tail holds everything that came after this id. */
  private long floor;

  private long newest;

  /** The disk has, or had, everything up to this id. */
  private long newestKept;

  PublishedTail(MemoryBudget budget, long capacityBytes, Gone gone, long newest) {
    this.budget = budget;
    this.capacityBytes = capacityBytes;
    this.gone = gone;
    this.floor = newest;
    this.newest = newest;
    this.newestKept = newest;
  }

  /**
   * Adds events that were just committed, or, while the disk fails, that exist only here.
   *
   * @param logged whether the disk has them too
   */
  void add(List<PublishedEvent> events, boolean logged) {
    lock.lock();
    try {
      for (PublishedEvent event : events) {
        add(event, logged);
      }
    } finally {
      lock.unlock();
    }
  }

  private void add(PublishedEvent event, boolean logged) {
    var entry = new Entry(event, logged);
    int needed = event.size();
    while (size > 0 && (size == CAPACITY || bytes + needed > capacityBytes)) {
      removeFirst();
    }
    boolean room = reserve(entry);
    while (!room && size > 0) {
      removeFirst();
      room = reserve(entry);
    }
    newest = event.id();
    if (logged) {
      newestKept = newest;
    }
    if (!room || needed > capacityBytes) {
      if (room) {
        budget.release(entry.reserved());
      }
      if (!logged) {
        gone.add(new Gone.Run(event.id(), new byte[] {(byte) event.lane()}));
      }
      floor = newest;
      return;
    }
    ring[(first + size) % CAPACITY] = entry;
    size++;
    bytes += needed;
  }

  private boolean reserve(Entry entry) {
    return entry.logged()
        ? budget.reserveSpare(entry.reserved())
        : budget.reserve(entry.reserved());
  }

  private void removeFirst() {
    Entry entry = ring[first];
    if (entry == null) {
      throw new IllegalStateException("the tail is empty");
    }
    ring[first] = null;
    first = (first + 1) % CAPACITY;
    size--;
    PublishedEvent event = entry.event();
    bytes -= event.size();
    budget.release(entry.reserved());
    floor = event.id();
    if (!entry.logged()) {
      gone.add(new Gone.Run(event.id(), new byte[] {(byte) event.lane()}));
    }
  }

  /**
   * Lets go of what only memory has below an id: the rest of a publication of which the beginning
   * is gone.
   */
  void letGoOfUnlogged(long belowId) {
    lock.lock();
    try {
      while (size > 0 && !entryAt(0).logged() && at(0).id() < belowId) {
        removeFirst();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The disk has them now, too: those with this id or a higher one. */
  void nowLogged(long fromId) {
    lock.lock();
    try {
      newestKept = newest;
      for (int i = indexAfter(fromId - 1); i < size; i++) {
        Entry entry = entryAt(i);
        if (!entry.logged()) {
          var logged = new Entry(entry.event(), true);
          ring[(first + i) % CAPACITY] = logged;
          budget.release(entry.reserved() - logged.reserved());
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives memory back when others need it more: what is on disk can be read again. */
  void giveWay() {
    lock.lock();
    try {
      while (size > 0 && budget.isTight()) {
        Entry oldest = ring[first];
        if (oldest == null || !oldest.logged()) {
          return;
        }
        removeFirst();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives all its memory back, at the end. */
  void clear() {
    lock.lock();
    try {
      while (size > 0) {
        removeFirst();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The events after an id, or null when they begin before the tail does. */
  PublishedEvents.@Nullable Page after(long id, Lanes lanes, int maxEvents, int maxBytes) {
    lock.lock();
    try {
      if (id < floor) {
        return null;
      }
      var events = new ArrayList<PublishedEvent>();
      long upTo = id;
      long read = 0;
      for (int i = indexAfter(id); i < size; i++) {
        PublishedEvent event = at(i);
        if (lanes.include(event.lane())) {
          if (!events.isEmpty() && (events.size() >= maxEvents || read + event.size() > maxBytes)) {
            return new PublishedEvents.Page(events, upTo, 0);
          }
          events.add(event);
          read += event.size();
        }
        upTo = event.id();
      }
      return new PublishedEvents.Page(events, upTo, 0);
    } finally {
      lock.unlock();
    }
  }

  private PublishedEvent at(int index) {
    return entryAt(index).event();
  }

  private Entry entryAt(int index) {
    Entry entry = ring[(first + index) % CAPACITY];
    if (entry == null) {
      throw new IllegalStateException("no entry at " + index + " of " + size);
    }
    return entry;
  }

  private int indexAfter(long id) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (at(middle).id() <= id) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Up to this id events are on disk only. */
  long floor() {
    lock.lock();
    try {
      return floor;
    } finally {
      lock.unlock();
    }
  }

  long newest() {
    lock.lock();
    try {
      return newest;
    } finally {
      lock.unlock();
    }
  }

  long newestKept() {
    lock.lock();
    try {
      return newestKept;
    } finally {
      lock.unlock();
    }
  }

  QueueState state() {
    lock.lock();
    try {
      return new QueueState("published-tail", size, CAPACITY, bytes, capacityBytes);
    } finally {
      lock.unlock();
    }
  }
}
