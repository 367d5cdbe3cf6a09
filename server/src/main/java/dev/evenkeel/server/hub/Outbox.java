package dev.evenkeel.server.hub;

import dev.evenkeel.server.hub.socketio.Client;
import dev.evenkeel.server.hub.socketio.OutgoingEvent;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Hands events over to one client while it reads them. What it has not read stays within its
 * allowance, except that a larger event goes alone, and is reserved in the memory budget. To be
 * used on the client's event loop.
 */
final class Outbox {

  /** Reserved at once, so that not every small event goes to the budget. */
  private static final long CHUNK = 16 << 10;

  /** What became of an event that was to be sent. */
  enum Sent {
    YES,
    /** The client has to read what it has first. */
    UNREAD,
    /** There is no memory for it at the moment. */
    NO_MEMORY
  }

  private final Client client;
  private final ClientMemory memory;

  // Mutable state, owned by the client's event loop
  private long reserved;
  private final AtomicLong handedOver = new AtomicLong();

  // Mutable state, owned by the patrol
  private long progress;
  private long readAt;
  private long mostFreed;
  private long freedAt;

  Outbox(Client client, ClientMemory memory, long now) {
    this.client = client;
    this.memory = memory;
    this.readAt = now;
    this.freedAt = now;
  }

  /**
   * Hands an event over.
   *
   * @param reservedForIt bytes that were reserved for it before; they are ours when it is sent
   */
  Sent send(OutgoingEvent event, long reservedForIt) {
    long pending = client.pendingBytes();
    if (pending > 0 && pending + event.size() > memory.allowance()) {
      return Sent.UNREAD;
    }
    if (!reserve(pending + event.size() - reservedForIt, pending == 0)) {
      return Sent.NO_MEMORY;
    }
    reserved += reservedForIt;
    client.emit(event);
    handedOver.addAndGet(event.size());
    return Sent.YES;
  }

  private boolean reserve(long wanted, boolean standsStill) {
    long more = wanted - reserved;
    if (more <= 0) {
      return true;
    }
    long chunk = Math.max(more, CHUNK);
    if (memory.reserveSpare(chunk)) {
      reserved += chunk;
      return true;
    }
    if (memory.reserveSpare(more)
        || (standsStill && more <= ClientMemory.LEAST_BYTES && memory.reserve(more))) {
      reserved += more;
      return true;
    }
    return false;
  }

  /** Whether it is time to fetch more. */
  boolean isLow() {
    return client.pendingBytes() <= memory.allowance() / 2;
  }

  /** How much may be fetched. */
  int room() {
    return (int) Math.max(1, memory.allowance() - client.pendingBytes());
  }

  /** Gives back what the client has read. */
  void settle() {
    long pending = client.pendingBytes();
    if (pending < reserved) {
      memory.release(reserved - pending);
      reserved = pending;
    }
  }

  /**
   * Since when the client has read nothing although there was something to read; now when it has
   * read, if only a part of something large. On the patrol's thread.
   */
  long unreadSince(long now) {
    long progressNow = client.progress();
    if (client.pendingBytes() == 0 || progressNow != progress) {
      progress = progressNow;
      readAt = now;
    }
    return readAt;
  }

  /**
   * Since when nothing of what the client holds has been given back. Who reads one large event
   * slowly reads, and holds it nevertheless. On the patrol's thread.
   */
  long heldSince(long now) {
    // In this order, so that what is handed over meanwhile does not count as given back.
    long before = handedOver.get();
    long pending = client.pendingBytes();
    long freed = before - pending;
    if (pending == 0 || freed > mostFreed) {
      mostFreed = Math.max(mostFreed, freed);
      freedAt = now;
    }
    return freedAt;
  }

  /** How many bytes wait that nobody reserved: answers to a client that asks and does not read. */
  long surplus() {
    return client.pendingBytes() - reserved;
  }

  /** Gives everything back. */
  void close() {
    memory.release(reserved);
    reserved = 0;
  }
}
