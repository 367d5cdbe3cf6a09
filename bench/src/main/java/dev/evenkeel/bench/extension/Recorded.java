package dev.evenkeel.bench.extension;

import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.testkit.RecordedEvents;
import java.time.Instant;

/** The recorded events, one after the other and from the start again. */
final class Recorded {

  private final HookEvent[] events =
      RecordedEvents.files().stream()
          .flatMap(file -> RecordedEvents.read(file).stream())
          .map(each -> each.at(Instant.now()))
          .toArray(HookEvent[]::new);

  // Mutable state, of the thread that measures
  private int next;

  HookEvent next() {
    next = next + 1 == events.length ? 0 : next + 1;
    return events[next];
  }
}
