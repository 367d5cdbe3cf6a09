package dev.evenkeel.server.log;

import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.budget.QueueState;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Hands accepted events to the handler, in order: from memory while the handler keeps up, from disk
 * while it is behind or has just started.
 */
final class AcceptedFeed {

  private static final int CAPACITY = 4096;
  private static final int READ_AT_ONCE = 256;

  /**
   * Reads accepted events that are not processed yet from disk, in order: at least one if there is
   * one, and as many as fit into a few megabytes.
   */
  interface Backlog {
    List<AcceptedEvent> read(long afterSeq, long upToSeq, int limit) throws SQLException;
  }

  private final MemoryBudget budget;
  private final Backlog backlog;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Mutable state, guarded by lock
  private final Deque<AcceptedEvent> tail = new ArrayDeque<>();
  private long tailBytes;

  /** Up to this seq everything was handed out or stands in {@link #fromDisk}. */
  private long cursor;

  /** What is not in the tail has to be read from disk, up to this seq. */
  private long onDiskUpTo;

  private final Deque<AcceptedEvent> fromDisk = new ArrayDeque<>();

  /** While the disk is read nobody knows how far that will go. */
  private boolean reading;

  /** While retention removes events nobody reads: they would be handed out, and gone. */
  private boolean removing;

  private boolean closed;

  /** How many events only the disk has. */
  private long onDisk;

  /**
   * @param processed up to this seq all is done
   * @param newest up to this seq events are on disk
   * @param waiting how many of those are to be handed out
   */
  AcceptedFeed(MemoryBudget budget, Backlog backlog, long processed, long newest, long waiting) {
    this.budget = budget;
    this.backlog = backlog;
    this.cursor = processed;
    this.onDiskUpTo = newest;
    this.onDisk = waiting;
  }

  /**
   * Adds events behind all others.
   *
   * @return the seqs of those for which memory has no room, and that memory alone would have
   */
  Set<Long> add(List<AcceptedEvent> events) {
    var lost = new HashSet<Long>();
    lock.lock();
    try {
      for (AcceptedEvent event : events) {
        if (!add(event)) {
          lost.add(event.seq());
        }
      }
      changed.signal();
      return lost;
    } finally {
      lock.unlock();
    }
  }

  private boolean add(AcceptedEvent event) {
    boolean behind = event.logged() && onDiskUpTo > cursor && tail.isEmpty();
    if (!behind && tail.size() < CAPACITY && reserve(event)) {
      tail.addLast(event);
      tailBytes += event.bytes();
      return true;
    }
    if (!event.logged()) {
      return false;
    }
    if (!tail.isEmpty()) {
      dropTailThatDiskHas();
    }
    onDiskUpTo = event.seq();
    onDisk++;
    return true;
  }

  private boolean reserve(AcceptedEvent event) {
    return event.logged() ? budget.reserveSpare(event.bytes()) : budget.reserve(event.bytes());
  }

  /**
   * The tail must stay without a gap: from the first event that finds no room on, all are read from
   * disk. Those that memory alone has stay, and are handed out between the others by their order.
   */
  private void dropTailThatDiskHas() {
    var kept = new ArrayDeque<AcceptedEvent>();
    for (AcceptedEvent event : tail) {
      if (event.logged()) {
        onDiskUpTo = Math.max(onDiskUpTo, event.seq());
        onDisk++;
        give(event);
      } else {
        kept.addLast(event);
      }
    }
    tail.clear();
    tail.addAll(kept);
  }

  private void give(AcceptedEvent event) {
    tailBytes -= event.bytes();
    budget.release(event.bytes());
  }

  /**
   * The next event, or null when the feed was closed. Waits for one. Only one thread may call it.
   *
   * @throws SQLException when the disk cannot be read; the same event can be asked for again
   */
  @Nullable AcceptedEvent take() throws SQLException, InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed) {
        if (fromDisk.isEmpty() && onDiskUpTo > cursor) {
          if (removing) {
            changed.await();
            continue;
          }
          readBacklog();
        }
        AcceptedEvent next = next();
        if (next != null) {
          return next;
        }
        if (onDiskUpTo <= cursor) {
          changed.await();
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable AcceptedEvent next() {
    AcceptedEvent disk = fromDisk.peekFirst();
    AcceptedEvent memory = tail.peekFirst();
    if (disk != null && (memory == null || disk.seq() < memory.seq())) {
      return fromDisk.pollFirst();
    }
    if (memory != null) {
      tail.removeFirst();
      give(memory);
      if (fromDisk.isEmpty()) {
        cursor = Math.max(cursor, memory.seq());
        onDiskUpTo = Math.max(onDiskUpTo, cursor);
      }
      return memory;
    }
    return null;
  }

  /** Reads without the lock, so that the writer never waits for the reader's disk. */
  private void readBacklog() throws SQLException {
    long after = cursor;
    long upTo = onDiskUpTo;
    List<AcceptedEvent> read;
    reading = true;
    lock.unlock();
    try {
      read = backlog.read(after, upTo, READ_AT_ONCE);
    } finally {
      lock.lock();
      reading = false;
    }
    fromDisk.addAll(read);
    onDisk -= read.size();
    cursor = read.isEmpty() ? upTo : read.getLast().seq();
  }

  /**
   * Goes on with what memory has: the disk cannot be read any more. Only who takes may call it.
   *
   * @return how many events are left out
   */
  long giveUpDisk() {
    lock.lock();
    try {
      long leftOut = Math.max(0, onDisk);
      onDisk = 0;
      cursor = onDiskUpTo;
      return leftOut;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Up to this seq events are handed out, in memory or being read: they must stay on disk. Those
   * behind it may be removed: no more are read until {@link #removed} is told.
   */
  long beginRemoval() {
    lock.lock();
    try {
      removing = true;
      AcceptedEvent last = tail.peekLast();
      return Math.max(reading ? onDiskUpTo : cursor, last == null ? 0 : last.seq());
    } finally {
      lock.unlock();
    }
  }

  /** So many are gone from the disk that were not handed out; the others may be read again. */
  void removed(long count) {
    lock.lock();
    try {
      removing = false;
      onDisk -= count;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      for (AcceptedEvent event : tail) {
        give(event);
      }
      tail.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  QueueState state() {
    lock.lock();
    try {
      return new QueueState(
          "accepted", tail.size() + fromDisk.size(), CAPACITY, tailBytes, budget.capacity());
    } finally {
      lock.unlock();
    }
  }
}
