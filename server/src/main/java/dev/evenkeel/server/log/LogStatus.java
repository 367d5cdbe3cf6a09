package dev.evenkeel.server.log;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the log is. Counters count since the start of the server.
 *
 * @param writable whether the disk takes events
 * @param events published events that are kept
 * @param bytes what the file and its write-ahead log take
 * @param maxBytes what they may take
 * @param oldest the time of the oldest event that is kept
 * @param published events published
 * @param unlogged events that the disk did not take
 * @param dropped events that were accepted and not published, by reason
 * @param removed events that retention removed
 */
public record LogStatus(
    boolean writable,
    long events,
    long bytes,
    long maxBytes,
    @Nullable Instant oldest,
    long published,
    long unlogged,
    Map<String, Long> dropped,
    long removed) {}
