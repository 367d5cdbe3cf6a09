package dev.evenkeel.server.extension;

import dev.evenkeel.server.log.StateChange;
import java.util.List;

/**
 * What a map gives to the one that takes its place in a new version of the extension, as JSON,
 * because the new version has classes of its own.
 *
 * @param entries used least recently first
 * @param evicted let go, and still to be written and told
 * @param version of the last change
 */
record MapHandover(
    List<Entry> entries,
    List<Evicted> evicted,
    long version,
    long evictedByAge,
    long evictedByCapacity,
    long removed,
    long leftOut) {

  /**
   * An entry.
   *
   * @param usedAt the time of its last use, in milliseconds
   */
  record Entry(String key, String value, long usedAt) {}

  /** An entry that the map let go. */
  record Evicted(String key, String value, StateChange change) {}

  /** The entries as they are written. */
  List<StateChange> changes(String map) {
    return entries.stream()
        .map(each -> new StateChange(map, each.key(), each.value(), version))
        .toList();
  }
}
