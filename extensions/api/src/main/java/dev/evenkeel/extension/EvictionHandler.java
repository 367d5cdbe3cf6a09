package dev.evenkeel.extension;

/** Is told when a {@link BoundedMap} let an entry go by itself. */
@FunctionalInterface
public interface EvictionHandler<K, V> {

  /**
   * Called after the entry is gone.
   *
   * @param emission takes derived events; they need a {@link Session}, and are written together
   *     with the removal
   */
  void evicted(K key, V value, Emission emission) throws Exception;
}
