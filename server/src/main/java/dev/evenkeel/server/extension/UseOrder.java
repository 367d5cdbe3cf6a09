package dev.evenkeel.server.extension;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Entries in the order of their last use, with an age that counts from it. Its owner guards it, and
 * gives times that never go back.
 */
final class UseOrder<K, V> {

  /**
   * An entry.
   *
   * @param usedAt the time of its last use, in milliseconds
   * @param use the number of its last use: it grows with every use of any entry
   */
  record Entry<K, V>(K key, V value, long usedAt, long use) {}

  private final long maxAgeMillis;
  private final LinkedHashMap<K, Entry<K, V>> entries = new LinkedHashMap<>();

  UseOrder(Duration maxAge) {
    this.maxAgeMillis = millis(maxAge);
  }

  private static long millis(Duration age) {
    try {
      return age.toMillis();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  /** Adds or replaces an entry, which is the newest now. */
  void put(K key, V value, long now, long use) {
    entries.putLast(key, new Entry<>(key, value, now, use));
  }

  /** The value, which is the newest now, or null. */
  @Nullable V use(K key, long now, long use) {
    Entry<K, V> entry = entries.get(key);
    if (entry == null) {
      return null;
    }
    put(key, entry.value(), now, use);
    return entry.value();
  }

  boolean contains(K key) {
    return entries.containsKey(key);
  }

  boolean remove(K key) {
    return entries.remove(key) != null;
  }

  /** Takes out the entry that was not used for longest, or returns null when there is none. */
  @Nullable Entry<K, V> removeOldest() {
    Map.Entry<K, Entry<K, V>> oldest = entries.pollFirstEntry();
    return oldest == null ? null : oldest.getValue();
  }

  /** Takes out one entry that is too old, or returns null when there is none. */
  @Nullable Entry<K, V> removeTooOld(long now) {
    Map.Entry<K, Entry<K, V>> oldest = entries.firstEntry();
    return oldest != null && now - oldest.getValue().usedAt() > maxAgeMillis
        ? removeOldest()
        : null;
  }

  void clear() {
    entries.clear();
  }

  int size() {
    return entries.size();
  }

  /** A copy, those used least recently first. */
  List<Entry<K, V>> copy() {
    return List.copyOf(entries.values());
  }
}
