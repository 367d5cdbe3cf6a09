package dev.evenkeel.server.watch;

import java.time.Instant;

/**
 * What the server takes at one moment.
 *
 * @param time when
 * @param rssBytes resident memory; 0 where the system has no {@code /proc}
 * @param heapUsedBytes heap in use, with what the next collection will free
 * @param heapAfterGcBytes heap that was in use after the last collection of each of its pools
 * @param threads platform threads that live
 * @param fileDescriptors open file descriptors; 0 where the system does not tell
 * @param connections joined connections to targets
 */
public record MemorySample(
    Instant time,
    long rssBytes,
    long heapUsedBytes,
    long heapAfterGcBytes,
    int threads,
    long fileDescriptors,
    int connections) {}
