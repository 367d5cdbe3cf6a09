package dev.evenkeel.server.extension;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Has the classes of jars unloaded that are no longer used. The collector's concurrent cycles leave
 * classes alone, because they would stop the server for 9 ms to look at all that are loaded
 * (docs/decisions/0013-a-small-heap-under-g1.md). A full collection unloads them, and stops the
 * server for some 50 ms: one soon after jars were exchanged, for all of them together.
 */
final class Unloading {

  /** So long after its release a loader is first looked at: its last calls are through by then. */
  private static final Duration SOON = Duration.ofSeconds(5);

  /** What something still holds then may be let go of later, by a thread that ends late. */
  private static final List<Duration> LATER =
      List.of(Duration.ofMinutes(1), Duration.ofMinutes(10));

  /** There is one collector for all extensions. */
  static final Unloading IN_THIS_JVM = new Unloading(SOON, LATER, System::gc);

  private static final class Released {
    private final WeakReference<ClassLoader> loader;
    private int collections;
    private long due;

    Released(ClassLoader loader) {
      this.loader = new WeakReference<>(loader);
    }
  }

  private final Duration soon;
  private final List<Duration> later;
  private final Runnable fullCollection;

  // Mutable state, guarded by this
  private final List<Released> released = new ArrayList<>();
  private @Nullable Thread thread;

  /**
   * @param soon how long after a release the first collection is
   * @param later how long after each the next, when the loader is still there; then it is given up
   */
  Unloading(Duration soon, List<Duration> later, Runnable fullCollection) {
    this.soon = soon;
    this.later = later;
    this.fullCollection = fullCollection;
  }

  /** Nothing of the loader is used any more. */
  synchronized void of(ClassLoader loader) {
    var entry = new Released(loader);
    entry.due = System.nanoTime() + soon.toNanos();
    released.add(entry);
    if (thread == null) {
      thread = Thread.ofVirtual().name("unloading").start(this::run);
    }
  }

  /** How many are waited for. */
  synchronized int waiting() {
    return released.size();
  }

  private void run() {
    try {
      while (goesOn()) {
        Thread.sleep(soon);
        if (isDue()) {
          fullCollection.run();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean goesOn() {
    released.removeIf(each -> each.loader.refersTo(null) || each.collections > later.size());
    if (released.isEmpty()) {
      thread = null;
      return false;
    }
    return true;
  }

  /** One collection is for all that are there, also for those whose time has not come. */
  private synchronized boolean isDue() {
    long now = System.nanoTime();
    released.removeIf(each -> each.loader.refersTo(null));
    if (released.stream().noneMatch(each -> now - each.due >= 0)) {
      return false;
    }
    for (Released each : released) {
      if (now - each.due >= 0) {
        Duration next = each.collections < later.size() ? later.get(each.collections) : soon;
        each.collections++;
        each.due = now + next.toNanos();
      }
    }
    return true;
  }
}
