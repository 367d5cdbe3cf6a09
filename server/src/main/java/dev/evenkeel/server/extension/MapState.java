package dev.evenkeel.server.extension;

/**
 * How full a bounded map is, as {@code /api/state} tells it.
 *
 * @param name the map's name
 * @param extension whose it is
 * @param size entries now
 * @param capacity the most entries
 * @param maxAgeSeconds how long after its last use an entry is kept
 * @param evictedByAge entries that age took since the start
 * @param evictedByCapacity entries that capacity took since the start
 * @param removed entries that the extension removed since the start
 * @param leftOut entries that no longer fitted the types of a new version
 */
public record MapState(
    String name,
    String extension,
    int size,
    int capacity,
    long maxAgeSeconds,
    long evictedByAge,
    long evictedByCapacity,
    long removed,
    long leftOut) {}
