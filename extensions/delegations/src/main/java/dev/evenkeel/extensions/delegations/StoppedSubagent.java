package dev.evenkeel.extensions.delegations;

import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * A subagent that has stopped, kept for the delegation that may yet turn out to be its own.
 *
 * @param stoppedAt milliseconds since 1970
 * @param answer its last message
 * @param tookMillis how long it ran, where the agent says it
 * @param outcome how it ended; null in entries of older versions
 */
record StoppedSubagent(
    long stoppedAt, Clipped answer, @Nullable Long tookMillis, @Nullable Outcome outcome) {

  static StoppedSubagent by(HookEvent event, int maxText) {
    return new StoppedSubagent(
        event.time().toEpochMilli(),
        Clipped.of(event.meaning().answer(), maxText),
        event.meaning().durationMillis(),
        event.meaning().outcome());
  }
}
