package dev.evenkeel.extension;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * State that cannot grow without limit: a map with a capacity and an age, kept over restarts
 * together with the events that changed it. When it is full, the entry that was not used for
 * longest goes, and of those first the ones that are not {@link Open}. An entry has 1 MB (1,048,576
 * bytes) at most: its key and its value as JSON, in which a character that is not ASCII takes six.
 *
 * <p>It is changed only inside a processor, a periodic task or an eviction handler, on the thread
 * of the call. A call sees its own changes at once, others see them when it has returned; the
 * changes of a call that fails are forgotten. Reading is allowed anywhere, in a guard too.
 *
 * <p>Two sessions run at the same time: where both read, change and write the same key, the later
 * write wins. Put the session into the key unless that is what you want.
 */
public interface BoundedMap<K, V> {

  /** The value, or null. Counts as a use: the entry's age starts again. */
  @Nullable V get(K key);

  /**
   * Adds or replaces the entry.
   *
   * @throws IllegalArgumentException when the entry has more than 1 MB, or Jackson cannot write it;
   *     the map is as before
   * @throws IllegalStateException outside a call, or on a thread that is not the call's own
   */
  void put(K key, V value);

  /**
   * Removes the entry and returns what it held, or null.
   *
   * @throws IllegalStateException outside a call, or on a thread that is not the call's own
   */
  @Nullable V remove(K key);

  /** A copy of all entries, those used least recently first. Does not count as a use. */
  Map<K, V> entries();

  /** How many entries there are: never more than the capacity once a call has returned. */
  int size();

  /** Is told of each entry that capacity or age took, so that nothing vanishes silently. */
  void onEviction(EvictionHandler<K, V> handler);
}
