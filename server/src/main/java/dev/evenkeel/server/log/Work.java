package dev.evenkeel.server.log;

import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.log.EventLog.Appended;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What waits for the writer. Appends go before publications, so that an agent's answer does not
 * wait for a processor's work. What waits is bounded by those who hand it in: appends by the memory
 * budget, publications by the handler's window.
 */
final class Work {

  /** So many bytes of payloads are written in one transaction at most, or one larger event. */
  private static final long MAX_BYTES = 4 << 20;

  private static final int MAX_APPENDS = 512;
  private static final int MAX_PUBLICATIONS = 512;

  record Publish(Publication publication, Runnable written) {}

  record Append(HookEvent event, CompletableFuture<Appended> answer) {}

  /** What is written in one transaction. */
  record Group(List<Append> appends, List<Publish> publications) {
    boolean isEmpty() {
      return appends.isEmpty() && publications.isEmpty();
    }
  }

  // Mutable state, lock-free
  private final Queue<Append> appends = new ConcurrentLinkedQueue<>();
  private final Queue<Publish> publications = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waitingAppends = new AtomicInteger();
  private final AtomicInteger waitingPublications = new AtomicInteger();
  private final AtomicBoolean asleep = new AtomicBoolean();
  private volatile @Nullable Thread writer;

  void add(Append append) {
    waitingAppends.incrementAndGet();
    appends.add(append);
    wake();
  }

  void add(Publication publication, Runnable written) {
    waitingPublications.incrementAndGet();
    publications.add(new Publish(publication, written));
    wake();
  }

  void wake() {
    if (asleep.compareAndSet(true, false)) {
      LockSupport.unpark(writer);
    }
  }

  /** The next group, empty when nothing came within the time. Only the writer calls it. */
  Group next(long waitNanos) {
    if (appends.isEmpty() && publications.isEmpty()) {
      writer = Thread.currentThread();
      asleep.set(true);
      if (appends.isEmpty() && publications.isEmpty()) {
        LockSupport.parkNanos(this, waitNanos);
      }
      asleep.set(false);
    }
    var group = new Group(new ArrayList<>(), new ArrayList<>());
    long bytes = 0;
    while (group.appends().size() < MAX_APPENDS && bytes < MAX_BYTES) {
      Append append = appends.poll();
      if (append == null) {
        break;
      }
      waitingAppends.decrementAndGet();
      group.appends().add(append);
      bytes += append.event().size();
    }
    while (group.publications().size() < MAX_PUBLICATIONS) {
      Publish publication = publications.poll();
      if (publication == null) {
        break;
      }
      waitingPublications.decrementAndGet();
      group.publications().add(publication);
    }
    return group;
  }

  int waitingAppends() {
    return waitingAppends.get();
  }

  int waitingPublications() {
    return waitingPublications.get();
  }
}
