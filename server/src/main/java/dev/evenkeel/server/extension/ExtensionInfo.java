package dev.evenkeel.server.extension;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an extension is, as {@code /api/extensions} tells it. Counters and times are since the start
 * of the server, over all versions of the extension.
 *
 * @param where {@code class path}, or the jar
 * @param since when it was last started or switched off
 * @param reason why it does not run, or null
 * @param calls calls of processors, filters, guards, tasks and eviction handlers
 * @param failures calls that threw or were late
 * @param passedOver events that went by because it was stuck or paused
 * @param lateCalls calls that were late and have not returned: each holds a thread
 * @param times how long calls took
 * @param lastFailure the last call that did not count, or null
 * @param filters whether it filters
 * @param guards the events that it guards
 * @param processors the events that it processes
 * @param suppressedLines lines that it may not write, because they were too many
 * @param maps what it keeps
 */
public record ExtensionInfo(
    String name,
    RunningExtension.State state,
    String where,
    Instant since,
    @Nullable String reason,
    long calls,
    long failures,
    long passedOver,
    int lateCalls,
    CallTimes.Summary times,
    @Nullable LastFailure lastFailure,
    boolean filters,
    List<String> guards,
    List<String> processors,
    long suppressedLines,
    List<MapState> maps) {

  /**
   * A call that did not count.
   *
   * @param on the event or the occasion
   */
  public record LastFailure(Instant time, String on, String reason) {}

  static ExtensionInfo of(LineUp.Seat seat) {
    RunningExtension running = seat.running();
    CallRecord calls = seat.calls();
    CallRecord.Failure failure = calls.lastFailure;
    var guards = new ArrayList<String>();
    var processors = new ArrayList<String>();
    if (running != null) {
      running.guards().forEach(each -> guards.add(each.event()));
      running.processors().forEach(each -> processors.add(each.wanted().toString()));
    }
    return new ExtensionInfo(
        seat.name(),
        stateOf(seat),
        seat.origin().where(),
        seat.since(),
        seat.off() == null ? null : seat.off().reason(),
        calls.calls.sum(),
        calls.failures.sum(),
        calls.passedOver.sum(),
        running == null ? 0 : running.lateCalls(),
        calls.times.summary(),
        failure == null ? null : new LastFailure(failure.time(), failure.on(), failure.reason()),
        running != null && !running.filters().isEmpty(),
        guards.stream().distinct().toList(),
        processors.stream().distinct().toList(),
        running == null ? 0 : running.loader().output().suppressed(),
        running == null ? List.of() : running.maps().stream().map(StateMap::state).toList());
  }

  private static RunningExtension.State stateOf(LineUp.Seat seat) {
    if (seat.running() != null) {
      return seat.running().state();
    }
    return seat.off() == null ? RunningExtension.State.FAILED : seat.off().state();
  }
}
