package dev.evenkeel.extension.testkit;

import java.lang.management.ManagementFactory;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.List;

/** What is left when the garbage collector has run. */
final class Garbage {

  private static final int COLLECTIONS = 10;
  private static final long MILLIS_A_COLLECTION = 500;

  private Garbage() {}

  /** How many of these are still reachable. */
  static long remaining(List<? extends WeakReference<?>> references) {
    long left = count(references);
    for (int i = 0; i < COLLECTIONS && left > 0; i++) {
      collect();
      left = count(references);
    }
    return left;
  }

  private static long count(List<? extends WeakReference<?>> references) {
    return references.stream().filter(each -> each.get() != null).count();
  }

  /** Bytes of the heap that are in use after a collection: the least of some. */
  static long heapInUse() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      collect();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }

  /** Asks for a collection and waits until it has found something to collect. */
  private static void collect() {
    var queue = new ReferenceQueue<Object>();
    var witness = new WeakReference<>(new Object(), queue);
    System.gc();
    try {
      if (queue.remove(MILLIS_A_COLLECTION) == null && witness.get() != null) {
        System.gc();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
