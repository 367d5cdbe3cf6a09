package dev.evenkeel.server.extension;

import java.util.concurrent.TimeUnit;

/**
 * Counts who is inside. It is closed while an extension is exchanged: who is inside finishes, and
 * who comes waits or goes elsewhere.
 */
final class Gate {

  // Mutable state, guarded by this
  private int inside;
  private boolean closed;
  private boolean gone;

  synchronized Entry enter() {
    if (gone) {
      return Entry.GONE;
    }
    if (closed) {
      return Entry.CLOSED;
    }
    inside++;
    return Entry.ENTERED;
  }

  synchronized void leave() {
    inside--;
    notifyAll();
  }

  synchronized void close() {
    closed = true;
  }

  /** Lets in again: there was no exchange. */
  synchronized void open() {
    closed = false;
  }

  synchronized void closeForGood() {
    gone = true;
  }

  /** Whether who comes now has to wait. */
  synchronized boolean isClosed() {
    return closed && !gone;
  }

  synchronized boolean isGone() {
    return gone;
  }

  /** Waits until nobody is inside, or the time is over. Returns whether nobody is. */
  synchronized boolean awaitEmpty(long nanos) throws InterruptedException {
    long end = System.nanoTime() + nanos;
    for (long left = nanos; inside > 0 && left > 0; left = end - System.nanoTime()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return inside == 0;
  }
}
