package dev.evenkeel.server.query;

import dev.evenkeel.server.extension.CallTimes;
import dev.evenkeel.server.extension.ExtensionInfo;
import dev.evenkeel.server.extension.MapState;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An extension, as {@code /api/extensions} tells it. Counters and times are since the start of the
 * server, over all versions of the extension.
 *
 * @param order its place: extensions are called in this order
 * @param state {@code running}, {@code stuck} while a late call has not returned, {@code paused}
 *     after repeated failures, {@code disabled}, or {@code failed} when it could not start
 * @param where {@code class path}, or the jar
 * @param since when it was last started or switched off
 * @param reason why it does not run, or null
 * @param calls calls of processors, filters, guards, tasks and eviction handlers
 * @param failures calls that threw or were late
 * @param passedOver events that went by because it was stuck or paused
 * @param lateCalls calls that were late and have not returned: each holds a thread
 * @param times how long calls took, in milliseconds
 * @param lastFailure the last call that did not count, or null
 * @param filters whether it filters
 * @param guards the names of the events that it guards, {@code *} for all
 * @param processors the names of the events that it processes, {@code *} for all
 * @param suppressedLines lines that it wanted to write to the log, too many to be written
 * @param maps what it keeps
 */
public record ExtensionView(
    String name,
    int order,
    String state,
    String where,
    Instant since,
    @Nullable String reason,
    long calls,
    long failures,
    long passedOver,
    int lateCalls,
    CallTimes.Summary times,
    ExtensionInfo.@Nullable LastFailure lastFailure,
    boolean filters,
    List<String> guards,
    List<String> processors,
    long suppressedLines,
    List<MapState> maps) {

  static ExtensionView of(ExtensionInfo from, int order) {
    return new ExtensionView(
        from.name(),
        order,
        stateOf(from),
        from.where(),
        from.since().truncatedTo(ChronoUnit.MILLIS),
        from.reason(),
        from.calls(),
        from.failures(),
        from.passedOver(),
        from.lateCalls(),
        from.times(),
        from.lastFailure(),
        from.filters(),
        from.guards(),
        from.processors(),
        from.suppressedLines(),
        from.maps());
  }

  static String stateOf(ExtensionInfo from) {
    return from.state().name().toLowerCase(Locale.ROOT);
  }
}
