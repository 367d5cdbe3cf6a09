package dev.evenkeel.server.hub;

import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.budget.QueueState;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory for what clients have not read. All of it is reserved in the server's budget; what
 * each client may take shrinks with their number.
 */
final class ClientMemory {

  /** The most that a client may leave unread, beside one larger event: a quarter of a megabyte. */
  static final long MOST_BYTES = 256 << 10;

  /** With however many clients, each may leave so much unread. */
  static final long LEAST_BYTES = 16 << 10;

  private final MemoryBudget budget;
  private final long bytesForAll;
  private final int maxClients;

  // Mutable state, lock-free
  private final AtomicInteger clients = new AtomicInteger();
  private final AtomicLong used = new AtomicLong();

  ClientMemory(MemoryBudget budget, HubConfig config) {
    this.budget = budget;
    this.bytesForAll = config.clientsBytes();
    this.maxClients = config.maxClients();
  }

  void clientsAre(int count) {
    clients.set(count);
  }

  /** What a client may leave unread. */
  long allowance() {
    return Math.clamp(bytesForAll / Math.max(1, clients.get()), LEAST_BYTES, MOST_BYTES);
  }

  /** Takes bytes while there is room to spare. */
  boolean reserveSpare(long bytes) {
    return taken(bytes, budget.reserveSpare(bytes));
  }

  /** Takes the few bytes without which a client would stand still. */
  boolean reserve(long bytes) {
    return taken(bytes, budget.reserveUnshed(bytes));
  }

  private boolean taken(long bytes, boolean reserved) {
    if (reserved) {
      used.addAndGet(bytes);
    }
    return reserved;
  }

  void release(long bytes) {
    used.addAndGet(-bytes);
    budget.release(bytes);
  }

  /** What clients share with everything else. */
  long capacity() {
    return budget.capacity();
  }

  /** More than this is never held for a client. */
  long mostHeld() {
    return budget.capacity() / 2;
  }

  /**
   * How full it is. Its limit is the server's budget, in which all of it is reserved: beside what
   * clients share, each of them may have one larger event.
   */
  QueueState state() {
    return new QueueState("hub-clients", clients.get(), maxClients, used.get(), budget.capacity());
  }
}
