package dev.evenkeel.server.target;

import dev.evenkeel.server.log.Lanes;

/** Counts events that are still to be delivered, for the status. */
@FunctionalInterface
public interface Backlog {

  /** Counts nothing: {@code pending} is then only what the windows hold. */
  Backlog UNKNOWN = (after, lanes) -> 0;

  /** How many events of these lanes come after a place. It may read the disk. */
  long count(long after, Lanes lanes);
}
