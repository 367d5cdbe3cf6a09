package dev.evenkeel.server.extension;

import java.lang.ref.WeakReference;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Extensions that were stopped and whose threads go on. A thread is known by its context class
 * loader, which it has from the call that started it, or by its own class. Virtual threads are not
 * seen.
 */
final class LeftBehind {

  /** So many are remembered; those without threads are let go first, then the oldest. */
  private static final int CAPACITY = 32;

  private record Stopped(
      String name, String where, Instant since, WeakReference<ClassLoader> loader) {

    List<String> threads() {
      ClassLoader there = loader.get();
      return there == null ? List.of() : threadsOf(there);
    }
  }

  private final Clock clock;

  // Mutable state, guarded by this
  private final Deque<Stopped> stopped = new ArrayDeque<>();
  private long forgotten;

  LeftBehind(Clock clock) {
    this.clock = clock;
  }

  /** Remembers an extension that has stopped, and names the threads that it left. */
  synchronized List<String> add(RunningExtension extension) {
    if (stopped.size() == CAPACITY) {
      makeRoom();
    }
    stopped.addLast(
        new Stopped(
            extension.name(),
            extension.origin().where(),
            clock.instant(),
            new WeakReference<>(extension.loader())));
    return threadsOf(extension.loader());
  }

  private void makeRoom() {
    for (Iterator<Stopped> all = stopped.iterator(); all.hasNext(); ) {
      if (all.next().threads().isEmpty()) {
        all.remove();
        return;
      }
    }
    stopped.removeFirst();
    forgotten++;
  }

  /** Those whose threads still run. */
  synchronized List<Extensions.Remains> reports() {
    stopped.removeIf(each -> each.loader().refersTo(null));
    var reports = new ArrayList<Extensions.Remains>();
    for (Stopped each : stopped) {
      List<String> threads = each.threads();
      if (!threads.isEmpty()) {
        reports.add(new Extensions.Remains(each.name(), each.where(), each.since(), threads));
      }
    }
    return reports;
  }

  /** How many left threads behind and are not looked at any more, because there were so many. */
  synchronized long forgotten() {
    return forgotten;
  }

  /** The names of live threads that belong to the loader. */
  static List<String> threadsOf(@Nullable ClassLoader loader) {
    ThreadGroup top = Thread.currentThread().getThreadGroup();
    while (top.getParent() != null) {
      top = top.getParent();
    }
    Thread[] all = new Thread[2 * top.activeCount() + 16];
    int count = top.enumerate(all);
    return Arrays.stream(all, 0, count)
        .filter(Objects::nonNull)
        .filter(
            each ->
                Objects.equals(each.getContextClassLoader(), loader)
                    || Objects.equals(each.getClass().getClassLoader(), loader))
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .sorted()
        .toList();
  }
}
