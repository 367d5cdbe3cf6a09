package dev.evenkeel.server.target;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What one connection has taken on and not finished: messages in order, the first of them sent and
 * waiting for their acknowledgement.
 */
final class Window {

  private final int maxEvents;
  private final int maxBytes;

  // Mutable state, guarded by this
  private final ArrayDeque<Outbound> messages = new ArrayDeque<>();
  private long bytes;
  private int inFlight;
  private long bytesInFlight;

  Window(int maxEvents, int maxBytes) {
    this.maxEvents = maxEvents;
    this.maxBytes = maxBytes;
  }

  /** How many more messages there is room for. */
  synchronized int freeEvents() {
    return Math.max(0, maxEvents - messages.size());
  }

  /** How many more bytes there is room for. */
  synchronized int freeBytes() {
    return (int) Math.max(0, maxBytes - bytes);
  }

  /** Whether there is so much room that reading on is worth it. */
  synchronized boolean isHalfEmpty() {
    return messages.size() <= maxEvents / 2 && bytes <= maxBytes / 2;
  }

  synchronized void add(Outbound message) {
    messages.add(message);
    bytes += message.json.length;
  }

  /**
   * The next message that may be sent, or none: not more than {@code most} are in flight, nor more
   * bytes than the window has, unless one message alone is larger.
   */
  synchronized @Nullable Outbound next(int most) {
    if (inFlight >= Math.min(most, maxEvents) || inFlight == messages.size()) {
      return null;
    }
    Outbound next = null;
    for (Outbound message : messages) {
      if (!message.sent) {
        next = message;
        break;
      }
    }
    if (next == null || (inFlight > 0 && bytesInFlight + next.json.length > maxBytes)) {
      return null;
    }
    return next;
  }

  /** Notes that the next message is being sent. */
  synchronized void sending(Outbound message, int acknowledgementId, long now, long endsAt) {
    message.sent = true;
    message.acknowledgementId = acknowledgementId;
    message.sentAt = now;
    message.endsAt = endsAt;
    inFlight++;
    bytesInFlight += message.json.length;
  }

  /** Counts the next message as done without sending it. */
  synchronized void passOver(Outbound message, long endsAt) {
    sending(message, EventEncoder.NO_ACKNOWLEDGEMENT, 0, endsAt);
    message.passedOver = true;
    message.done = true;
  }

  /** Takes an acknowledgement: called by the connection's reader. Unknown ids mean nothing. */
  synchronized void acknowledge(int acknowledgementId) {
    for (Outbound message : messages) {
      if (!message.sent) {
        return;
      }
      if (message.acknowledgementId == acknowledgementId) {
        message.done = true;
        return;
      }
    }
  }

  /** Notes that all bytes up to here have left. */
  synchronized void left(long offset) {
    for (Outbound message : messages) {
      if (!message.sent || message.endsAt > offset) {
        return;
      }
      message.done = true;
    }
  }

  /** Takes out the first message if it is done, so that the place moves on without a gap. */
  synchronized @Nullable Outbound takeDone() {
    Outbound first = messages.peek();
    if (first == null || !first.done) {
      return null;
    }
    messages.remove();
    bytes -= first.json.length;
    inFlight--;
    bytesInFlight -= first.json.length;
    return first;
  }

  /** The message that has waited longest, or none. */
  synchronized @Nullable Outbound oldest() {
    for (Outbound message : messages) {
      if (!message.sent) {
        return null;
      }
      if (!message.done) {
        return message;
      }
    }
    return null;
  }

  /** The message that was sent last and is not done, or none. */
  synchronized @Nullable Outbound newestInFlight() {
    Outbound newest = null;
    for (Outbound message : messages) {
      if (message.sent && !message.done) {
        newest = message;
      }
    }
    return newest;
  }

  synchronized boolean isEmpty() {
    return messages.isEmpty();
  }

  synchronized int size() {
    return messages.size();
  }

  synchronized long bytes() {
    return bytes;
  }

  /** Gives up everything, because the connection is gone. */
  synchronized long drop() {
    long reserved = messages.stream().mapToLong(message -> message.reserved).sum();
    messages.clear();
    bytes = 0;
    inFlight = 0;
    bytesInFlight = 0;
    return reserved;
  }
}
