package dev.evenkeel.extensions.tools;

import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.Emission;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Outcome;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The tool calls that are running, and what is known of one when it ends. */
final class ToolCalls {
  private final BoundedMap<CallKey, RunningCalls> running;

  ToolCalls(BoundedMap<CallKey, RunningCalls> running) {
    this.running = running;
  }

  /**
   * Notes the start. An id names one call, so that a repeated id starts it anew; calls without an
   * id may be equal and run side by side.
   */
  void began(HookEvent event, Emission emission) {
    CallKey key = CallKey.of(event);
    RunningCalls equal = key.hasId() ? null : running.get(key);
    running.put(key, equal == null ? RunningCalls.since(event.time()) : equal.and(event.time()));
  }

  /** A denied call never ran: it has no duration. */
  void ended(HookEvent event, Emission emission) {
    Instant start = takeStart(CallKey.of(event));
    Outcome outcome = event.meaning().outcome();
    if (outcome == null) {
      throw new IllegalStateException(event.name() + " ends no tool call");
    }
    if (outcome != Outcome.DENIED) {
      attachDuration(event, start, emission);
    }
    emission.attach("outcome", outcome.word());
  }

  void sessionEnded(HookEvent event, Emission emission) {
    for (CallKey key : running.entries().keySet()) {
      if (key.session().equals(event.session())) {
        running.remove(key);
      }
    }
  }

  /** As the agent says it, else as the server saw it. */
  private static void attachDuration(HookEvent event, @Nullable Instant start, Emission emission) {
    Long said = event.meaning().durationMillis();
    if (said != null) {
      emission.attach("duration_ms", said);
    } else if (start != null) {
      long millis = Duration.between(start, event.time()).toMillis();
      emission.attach("duration_ms", Math.max(0, millis));
    }
  }

  /** The start of the oldest call under the key, which then counts as ended. */
  private @Nullable Instant takeStart(CallKey key) {
    RunningCalls calls = running.remove(key);
    if (calls == null) {
      return null;
    }
    if (calls.startedAt().size() > 1) {
      running.put(key, calls.withoutOldest());
    }
    return calls.oldest();
  }
}
