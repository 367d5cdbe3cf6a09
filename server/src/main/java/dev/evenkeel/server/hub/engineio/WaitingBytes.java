package dev.evenkeel.server.hub.engineio;

import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.budget.QueueState;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What all clients together have sent that is not whole yet: websocket frames and messages, bodies
 * of requests, and packets whose attachments are to come. What each client may hold is bounded by
 * itself, and many clients would be too much. All of it is reserved in the server's budget, of
 * which it takes no more than a share, so that strangers leave the agents theirs.
 */
public final class WaitingBytes {

  private static final int SHARE = 4;

  private final MemoryBudget budget;
  private final long limit;

  // Mutable state, lock-free
  private final AtomicLong used = new AtomicLong();

  /** The usual share: a quarter. */
  public WaitingBytes(MemoryBudget budget) {
    this(budget, budget.capacity() / SHARE);
  }

  /**
   * @param limit in bytes
   */
  public WaitingBytes(MemoryBudget budget, long limit) {
    this.budget = budget;
    this.limit = limit;
  }

  /** What one client holds in one place: nothing yet. */
  public Held nothing() {
    return new Held();
  }

  /** The most bytes. */
  public long limit() {
    return limit;
  }

  /** How full it is. */
  public QueueState state() {
    return new QueueState("hub-unfinished", -1, -1, used.get(), limit);
  }

  private boolean take(long bytes) {
    if (!budget.reserveUnshed(bytes)) {
      return false;
    }
    long before = used.getAndUpdate(now -> bytes <= limit - now ? now + bytes : now);
    if (bytes <= limit - before) {
      return true;
    }
    budget.release(bytes);
    return false;
  }

  private void giveBack(long bytes) {
    used.addAndGet(-bytes);
    budget.release(bytes);
  }

  /** What one client holds in one place. One thread at a time. */
  public final class Held {

    private long bytes;

    private Held() {}

    /**
     * Holds so many bytes from now on, more or fewer than before.
     *
     * @return false when they are not to be had; then nothing has changed
     */
    public boolean become(long wanted) {
      if (wanted > bytes && !take(wanted - bytes)) {
        return false;
      }
      if (wanted < bytes) {
        giveBack(bytes - wanted);
      }
      bytes = wanted;
      return true;
    }

    /** How many it holds. */
    public long bytes() {
      return bytes;
    }

    /** Holds nothing any more. */
    public void free() {
      giveBack(bytes);
      bytes = 0;
    }
  }
}
