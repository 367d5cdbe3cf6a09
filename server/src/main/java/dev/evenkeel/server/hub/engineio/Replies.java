package dev.evenkeel.server.hub.engineio;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts what a client was answered and has not read: by asking, a client can make that grow by
 * itself.
 */
final class Replies {

  private final long limit;

  // Mutable state: any thread. The handling thread is set and cleared by the session's loop.
  private final AtomicLong unread = new AtomicLong();
  private volatile @Nullable Thread handling;

  /**
   * @param limit in bytes, from where on a client does not read
   */
  Replies(long limit) {
    this.limit = limit;
  }

  /** Runs what handles a message of the client. */
  void whileHandling(Runnable handler) {
    handling = Thread.currentThread();
    try {
      handler.run();
    } finally {
      handling = null;
    }
  }

  /** Whether this call comes from the handling of a message. */
  boolean isHandling() {
    return Thread.currentThread().equals(handling);
  }

  void count(List<EncodedPacket> packets) {
    unread.addAndGet(packets.stream().mapToLong(EncodedPacket::size).sum());
  }

  /** The client has read, except for a little. */
  void areRead() {
    unread.set(0);
  }

  boolean areTooMany() {
    return unread.get() > limit;
  }
}
