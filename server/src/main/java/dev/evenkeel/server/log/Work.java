package dev.evenkeel.server.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What waits for the writer. Appends go before publications, so that an agent's answer does not
 * wait for a processor's work. What waits is bounded by those who hand it in: appends by the memory
 * budget, publications by the handler's window, both by their bytes, too.
 */
final class Work {

  /**
   * So many bytes of payloads, and as many of publications, are written in one transaction at most,
   * or one more that is larger.
   */
  private static final long MAX_BYTES = 4 << 20;

  private static final int MAX_APPENDS = 512;
  private static final int MAX_PUBLICATIONS = 512;

  record Publish(Publication publication, Runnable written) {}

  /** What is written in one transaction. */
  record Group(List<Append> appends, List<Publish> publications) {
    boolean isEmpty() {
      return appends.isEmpty() && publications.isEmpty();
    }
  }

  /**
   * So long publications wait for the next append, to be written with it: one transaction instead
   * of two. Nobody waits for them but receivers.
   */
  private static final long PATIENCE_NANOS = Duration.ofMillis(2).toNanos();

  /** What the writer would be woken by. */
  private enum WaitsFor {
    NOTHING,
    APPENDS,
    ANYTHING
  }

  // Mutable state, lock-free
  private final Queue<Append> appends = new ConcurrentLinkedQueue<>();
  private final Queue<Publish> publications = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waitingAppends = new AtomicInteger();
  private final AtomicLong waitingAppendBytes = new AtomicLong();
  private final AtomicInteger waitingPublications = new AtomicInteger();
  private final AtomicReference<WaitsFor> waitsFor = new AtomicReference<>(WaitsFor.NOTHING);
  private volatile @Nullable Thread writer;

  /** Those of the group that the writer has. */
  private volatile List<Append> atWriter = List.of();

  void add(Append append) {
    waitingAppends.incrementAndGet();
    waitingAppendBytes.addAndGet(append.bytes());
    appends.add(append);
    wake();
  }

  void add(Publication publication, Runnable written) {
    waitingPublications.incrementAndGet();
    publications.add(new Publish(publication, written));
    if (waitsFor.compareAndSet(WaitsFor.ANYTHING, WaitsFor.NOTHING)) {
      LockSupport.unpark(writer);
    }
  }

  void wake() {
    if (waitsFor.getAndSet(WaitsFor.NOTHING) != WaitsFor.NOTHING) {
      LockSupport.unpark(writer);
    }
  }

  /** The next group, empty when nothing came within the time. Only the writer calls it. */
  Group next(long waitNanos) {
    writer = Thread.currentThread();
    if (appends.isEmpty() && publications.isEmpty()) {
      park(WaitsFor.ANYTHING, waitNanos);
    }
    if (appends.isEmpty() && waitingPublications.get() < MAX_PUBLICATIONS) {
      park(WaitsFor.APPENDS, Math.min(waitNanos, PATIENCE_NANOS));
    }
    var group = new Group(new ArrayList<>(), new ArrayList<>());
    long bytes = 0;
    while (group.appends().size() < MAX_APPENDS && bytes < MAX_BYTES) {
      Append append = appends.poll();
      if (append == null) {
        break;
      }
      waitingAppends.decrementAndGet();
      waitingAppendBytes.addAndGet(-append.bytes());
      if (!append.toWriter()) {
        continue;
      }
      group.appends().add(append);
      bytes += append.bytes();
    }
    bytes = 0;
    while (group.publications().size() < MAX_PUBLICATIONS && bytes < MAX_BYTES) {
      Publish publication = publications.poll();
      if (publication == null) {
        break;
      }
      waitingPublications.decrementAndGet();
      group.publications().add(publication);
      bytes += publication.publication().bytes();
    }
    atWriter = group.appends();
    return group;
  }

  /** The group is through. Only the writer calls it. */
  void groupDone() {
    atWriter = List.of();
  }

  /** The events that the writer has. Any thread may look. */
  List<Append> atWriter() {
    return atWriter;
  }

  /** The events that wait for the writer. Any thread may look; some may be gone by then. */
  Iterable<Append> waiting() {
    return appends;
  }

  /** Takes one out that was withdrawn. */
  void remove(Append append) {
    if (appends.remove(append)) {
      waitingAppends.decrementAndGet();
      waitingAppendBytes.addAndGet(-append.bytes());
    }
  }

  private void park(WaitsFor what, long nanos) {
    waitsFor.set(what);
    boolean nothingCame = appends.isEmpty() && (what == WaitsFor.APPENDS || publications.isEmpty());
    if (nothingCame && nanos > 0) {
      LockSupport.parkNanos(this, nanos);
    }
    waitsFor.set(WaitsFor.NOTHING);
  }

  int waitingAppends() {
    return waitingAppends.get();
  }

  long waitingAppendBytes() {
    return waitingAppendBytes.get();
  }
}
