package dev.evenkeel.server.hub;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What one client is to be sent before it goes on from its place: a page of the log, a history,
 * answers. Owned by the client's event loop.
 */
final class SendQueue {

  /** More answers than this do not wait. */
  private static final int MOST_ASIDE = 16;

  private final ClientMemory memory;

  // Mutable state
  private final Deque<Queued> items = new ArrayDeque<>();
  private int aside;

  SendQueue(ClientMemory memory) {
    this.memory = memory;
  }

  void add(Queued item) {
    items.addLast(item);
    aside += item.isAside() ? 1 : 0;
  }

  boolean hasRoomAside() {
    return aside < MOST_ASIDE;
  }

  @Nullable Queued first() {
    return items.peekFirst();
  }

  /** Takes the first; what is reserved for it is the caller's now. */
  void removeFirst() {
    aside -= items.removeFirst().isAside() ? 1 : 0;
  }

  /** Forgets what moves the place: it will be read again. */
  void forgetPage() {
    for (Queued each : items) {
      memory.release(each.isAside() ? 0 : each.reserved());
    }
    items.removeIf(each -> !each.isAside());
  }

  /** Forgets everything. */
  void clear() {
    items.forEach(each -> memory.release(each.reserved()));
    items.clear();
    aside = 0;
  }
}
