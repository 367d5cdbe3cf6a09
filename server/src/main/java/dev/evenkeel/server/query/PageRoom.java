package dev.evenkeel.server.query;

import dev.evenkeel.server.budget.MemoryBudget;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the pages that are in memory at a time, from their reading until they are sent. Whoever
 * comes when there are enough waits a little.
 */
final class PageRoom {

  private static final int PAGES = 4;

  private final MemoryBudget budget;
  private final Duration patience;
  private final Semaphore pages = new Semaphore(PAGES, true);

  /**
   * @param patience how long somebody waits for others' pages to be sent
   */
  PageRoom(MemoryBudget budget, Duration patience) {
    this.budget = budget;
    this.patience = patience;
  }

  /** Room for a page of so many bytes, or null when there is none. */
  @Nullable Place take(long bytes) throws InterruptedException {
    if (!pages.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      return null;
    }
    if (!budget.reserveSpare(bytes)) {
      pages.release();
      return null;
    }
    return new Place(bytes);
  }

  /** Room that is taken. */
  final class Place implements AutoCloseable {
    private final AtomicLong bytes;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Place(long bytes) {
      this.bytes = new AtomicLong(bytes);
    }

    /** Fits it to what the page really has; returns false when there is not that much room. */
    boolean fit(long wanted) {
      long more = wanted - bytes.get();
      if (more > 0 && !budget.reserve(more)) {
        return false;
      }
      if (more < 0) {
        budget.release(-more);
      }
      bytes.set(wanted);
      return true;
    }

    /** Gives it back. May be called twice. */
    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        budget.release(bytes.get());
        pages.release();
      }
    }
  }
}
