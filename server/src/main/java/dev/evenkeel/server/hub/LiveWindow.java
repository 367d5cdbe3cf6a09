package dev.evenkeel.server.hub;

import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.budget.QueueState;
import dev.evenkeel.server.hub.socketio.OutgoingEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The newest events, encoded once, for all clients that keep up. One thread fills it; a client
 * reads on from its place.
 */
final class LiveWindow {

  private static final int CAPACITY = 4096;

  /** What stands in the window, at its place in the order of publication. */
  sealed interface Item {
    long id();

    int size();

    /** An event. */
    record Event(long id, String session, String name, OutgoingEvent encoded) implements Item {
      @Override
      public int size() {
        return encoded.size();
      }
    }

    /** Events are gone for good; the id is that of the last one. */
    record Gap(long id, long count) implements Item {
      @Override
      public int size() {
        return 0;
      }
    }
  }

  /** What a reader finds. */
  sealed interface Look {
    /** What follows its place, none when it has all. */
    record Items(List<Item> items) implements Look {}

    /** The window has moved past its place: what follows has to be read from the log. */
    record MovedOn() implements Look {}
  }

  private final MemoryBudget budget;
  private final long capacityBytes;
  private final ReentrantLock lock = new ReentrantLock();

  // Mutable state, guarded by lock; one thread writes
  private final @Nullable Item[] ring = new Item[CAPACITY];
  private int first;
  private int size;
  private long bytes;

  /** The window holds everything that came after this id. */
  private long floor;

  /**
   * @param capacityBytes what its events may take; one larger event stands alone
   * @param newest the id after which it begins
   */
  LiveWindow(MemoryBudget budget, long capacityBytes, long newest) {
    this.budget = budget;
    this.capacityBytes = capacityBytes;
    this.floor = newest;
  }

  /**
   * Adds the newest, and lets the oldest go where it needs their room.
   *
   * @param leaving hears of each item that has gone: who looks before it hears finds it missing
   */
  void add(Item item, Consumer<Item> leaving) {
    while (!hasRoomFor(item) && removeOldest(leaving)) {
      // One more is gone.
    }
    boolean reserved = budget.reserveSpare(item.size());
    while (!reserved && removeOldest(leaving)) {
      reserved = budget.reserveSpare(item.size());
    }
    if (reserved) {
      append(item);
    } else {
      restartAt(item.id());
      leaving.accept(item);
    }
  }

  private void append(Item item) {
    lock.lock();
    try {
      ring[(first + size) % CAPACITY] = item;
      size++;
      bytes += item.size();
    } finally {
      lock.unlock();
    }
  }

  private boolean hasRoomFor(Item item) {
    lock.lock();
    try {
      return size < CAPACITY && bytes + item.size() <= capacityBytes;
    } finally {
      lock.unlock();
    }
  }

  private boolean removeOldest(Consumer<Item> leaving) {
    Item oldest = oldest();
    if (oldest == null) {
      return false;
    }
    lock.lock();
    try {
      ring[first] = null;
      first = (first + 1) % CAPACITY;
      size--;
      bytes -= oldest.size();
      floor = oldest.id();
    } finally {
      lock.unlock();
    }
    budget.release(oldest.size());
    leaving.accept(oldest);
    return true;
  }

  private @Nullable Item oldest() {
    lock.lock();
    try {
      return size == 0 ? null : at(0);
    } finally {
      lock.unlock();
    }
  }

  /** Empties it: it begins anew after this id. Nobody is told what goes. */
  void restartAt(long id) {
    long freed;
    lock.lock();
    try {
      freed = bytes;
      if (size > 0) {
        Arrays.fill(ring, null);
      }
      size = 0;
      bytes = 0;
      floor = Math.max(floor, id);
    } finally {
      lock.unlock();
    }
    budget.release(freed);
  }

  /** Whether it holds everything after this id. */
  boolean reachesBackTo(long id) {
    lock.lock();
    try {
      return id >= floor;
    } finally {
      lock.unlock();
    }
  }

  /** The next items after an id, at most so many. */
  Look after(long id, int most) {
    lock.lock();
    try {
      if (id < floor) {
        return new Look.MovedOn();
      }
      var items = new ArrayList<Item>();
      for (int i = indexAfter(id); i < size && items.size() < most; i++) {
        items.add(at(i));
      }
      return new Look.Items(items);
    } finally {
      lock.unlock();
    }
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

  private Item at(int index) {
    Item item = ring[(first + index) % CAPACITY];
    if (item == null) {
      throw new IllegalStateException("no item at " + index + " of " + size);
    }
    return item;
  }

  QueueState state() {
    lock.lock();
    try {
      return new QueueState("hub-window", size, CAPACITY, bytes, capacityBytes);
    } finally {
      lock.unlock();
    }
  }
}
