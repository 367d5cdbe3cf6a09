package dev.evenkeel.server.target;

import java.util.ArrayDeque;
import java.util.function.Predicate;
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
  private int wordsInFlight;
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
   * The next message that may be sent, or none: not more than {@code most} events are in flight,
   * nor more bytes than the window has, unless one message alone is larger. What is not an event
   * does not count, except where messages are to go one by one.
   */
  synchronized @Nullable Outbound next(int most, boolean oneByOne) {
    int counted = oneByOne ? inFlight : inFlight - wordsInFlight;
    if (counted >= Math.min(most, maxEvents) || inFlight == messages.size()) {
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
    wordsInFlight += message.isEvent() ? 0 : 1;
    bytesInFlight += message.json.length;
  }

  /** Notes that the connection did not take the message, so that it never leaves. */
  synchronized void refused(Outbound message) {
    message.endsAt = Long.MAX_VALUE;
  }

  /** Counts the next message as done without sending it. */
  synchronized void passOver(Outbound message, long endsAt) {
    sending(message, EventEncoder.NO_ACKNOWLEDGEMENT, 0, endsAt);
    message.passedOver = true;
    message.done = true;
  }

  /**
   * Takes an acknowledgement: called by the connection's reader. Unknown ids mean nothing. What is
   * not an event and was sent before has arrived as well.
   */
  synchronized void acknowledge(int acknowledgementId) {
    Outbound acknowledged = null;
    for (Outbound message : messages) {
      if (message.sent && message.acknowledgementId == acknowledgementId) {
        acknowledged = message;
        break;
      }
    }
    if (acknowledged == null) {
      return;
    }
    for (Outbound message : messages) {
      if (message == acknowledged) {
        message.done = true;
        return;
      }
      message.done |= !message.isEvent();
    }
  }

  /**
   * Takes what is not an event and was sent up to this time as arrived: nobody has to acknowledge
   * it, and the connection has lived on.
   */
  synchronized void arrivedUpTo(long nanos) {
    for (Outbound message : messages) {
      if (!message.sent) {
        return;
      }
      message.done |= !message.isEvent() && message.sentAt - nanos <= 0;
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
    wordsInFlight -= first.isEvent() ? 0 : 1;
    bytesInFlight -= first.json.length;
    return first;
  }

  /** The message that has waited longest, or none. */
  synchronized @Nullable Outbound oldest() {
    return oldest(message -> true);
  }

  /** The event that has waited longest for its acknowledgement, or none. */
  synchronized @Nullable Outbound oldestEvent() {
    return oldest(Outbound::isEvent);
  }

  private @Nullable Outbound oldest(Predicate<Outbound> wanted) {
    for (Outbound message : messages) {
      if (!message.sent) {
        return null;
      }
      if (!message.done && wanted.test(message)) {
        return message;
      }
    }
    return null;
  }

  /** The message that was sent last and is not done, or none. */
  synchronized @Nullable Outbound newest() {
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
    wordsInFlight = 0;
    bytesInFlight = 0;
    return reserved;
  }
}
