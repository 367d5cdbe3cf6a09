package dev.evenkeel.server.log;

import dev.evenkeel.extension.HookEvent;

/**
 * An event behind the door: appended, not yet processed.
 *
 * @param seq its place in the order of acceptance
 * @param event as filtered
 * @param logged false when the disk did not take it and memory is all it has
 */
public record AcceptedEvent(long seq, HookEvent event, boolean logged) {

  /** What an event takes in memory beside its payload, about. */
  private static final int OVERHEAD = 512;

  /** About what it takes in memory. */
  public long bytes() {
    return (long) event.size() + OVERHEAD;
  }
}
