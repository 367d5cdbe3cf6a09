package dev.evenkeel.server.log;

import org.jspecify.annotations.Nullable;

/**
 * A changed entry of a bounded map.
 *
 * @param map the extension and the map's name, {@code delegations/active}
 * @param key the key as JSON
 * @param value the value as JSON, or null when the entry is gone
 * @param version grows with every change of the map; an older change never replaces a newer one
 */
public record StateChange(String map, String key, @Nullable String value, long version) {

  /** What is changed. */
  record Entry(String map, String key) {}

  Entry entry() {
    return new Entry(map, key);
  }

  /** Of two changes of one entry, the one that counts. */
  static StateChange newer(StateChange one, StateChange other) {
    return one.version > other.version ? one : other;
  }
}
