package dev.evenkeel.server.extension;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One switch of an extension at a time: who comes for the same one waits, while those of others go
 * on, however long it takes.
 */
final class Turns {

  private final Lock lock = new ReentrantLock();
  private final Condition over = lock.newCondition();

  // Mutable state, guarded by the lock
  private final Set<String> taken = new HashSet<>();
  private boolean closed;

  /** A turn that was taken. Closing it lets the next one in. */
  @FunctionalInterface
  interface Turn extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Waits for the turn of this extension.
   *
   * @throws RefusedException when there are no more turns
   */
  Turn take(String extension) throws RefusedException {
    lock.lock();
    try {
      while (taken.contains(extension)) {
        over.awaitUninterruptibly();
      }
      if (closed) {
        throw new RefusedException("the server stops");
      }
      taken.add(extension);
    } finally {
      lock.unlock();
    }
    return () -> end(extension);
  }

  private void end(String extension) {
    lock.lock();
    try {
      taken.remove(extension);
      over.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Gives no more turns, and waits until those that were taken are over. */
  void close() {
    lock.lock();
    try {
      closed = true;
      while (!taken.isEmpty()) {
        over.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }
}
