package dev.evenkeel.server.handler;

import dev.evenkeel.server.budget.QueueState;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bounds what is between the log and publication, in events and bytes. What came of an event counts
 * from when it is handed to the log's writer until it is written. That may be more than there is
 * room for: then no further event is taken, and none is begun.
 */
final class Window {

  private final int capacity;
  private final long capacityBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition freed = lock.newCondition();

  // Mutable state, guarded by lock
  private int size;
  private long bytes;
  private int handedOver;
  private long handedOverBytes;

  Window(int capacity, long capacityBytes) {
    this.capacity = capacity;
    this.capacityBytes = capacityBytes;
  }

  /** Waits for room. */
  void enter(long eventBytes) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (size > 0
          && (size >= capacity || bytes + handedOverBytes + eventBytes > capacityBytes)) {
        freed.await();
      }
      size++;
      bytes += eventBytes;
    } finally {
      lock.unlock();
    }
  }

  /** Waits while the writer has as much to write as there may be bytes. */
  void awaitWriter() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (handedOverBytes >= capacityBytes) {
        freed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether the writer has as much to write as there may be, in publications or in bytes. */
  boolean isWriterBehind() {
    lock.lock();
    try {
      return handedOver >= capacity || handedOverBytes >= capacityBytes;
    } finally {
      lock.unlock();
    }
  }

  /** Counts what the writer is given. Nobody waits here: who has it would hold it meanwhile. */
  void handOver(long publicationBytes) {
    lock.lock();
    try {
      handedOver++;
      handedOverBytes += publicationBytes;
    } finally {
      lock.unlock();
    }
  }

  /** What came of no event is written. */
  void written(long publicationBytes) {
    lock.lock();
    try {
      handedOver--;
      handedOverBytes -= publicationBytes;
      freed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether somebody waits for room. */
  boolean isFull() {
    lock.lock();
    try {
      return lock.hasWaiters(freed) || size >= capacity;
    } finally {
      lock.unlock();
    }
  }

  /** An event, and what came of it, is written. */
  void leave(long eventBytes, long publicationBytes) {
    lock.lock();
    try {
      size--;
      bytes -= eventBytes;
      handedOver--;
      handedOverBytes -= publicationBytes;
      freed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until nothing is in it, or the time is over. */
  boolean awaitEmpty(long nanos) throws InterruptedException {
    long left = nanos;
    lock.lockInterruptibly();
    try {
      while (size > 0 && left > 0) {
        left = freed.awaitNanos(left);
      }
      return size == 0;
    } finally {
      lock.unlock();
    }
  }

  int size() {
    lock.lock();
    try {
      return size;
    } finally {
      lock.unlock();
    }
  }

  /**
   * How full it is, and how full that part of it is which the writer was given. What is at work
   * when the writer has as much as there may be comes on top of it: at most as much again, unless
   * extensions add more than came.
   */
  List<QueueState> states() {
    lock.lock();
    try {
      return List.of(
          new QueueState("handler", size, capacity, bytes, capacityBytes),
          new QueueState(
              "log-publications", handedOver, 2L * capacity, handedOverBytes, 2 * capacityBytes));
    } finally {
      lock.unlock();
    }
  }
}
