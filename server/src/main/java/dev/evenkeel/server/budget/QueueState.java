package dev.evenkeel.server.budget;

/**
 * How full a queue or a tail is, as {@code /api/state} tells it.
 *
 * @param name what it is
 * @param size entries now
 * @param capacity the most entries
 * @param bytes what the entries take
 * @param capacityBytes the most bytes
 */
public record QueueState(String name, long size, long capacity, long bytes, long capacityBytes) {}
