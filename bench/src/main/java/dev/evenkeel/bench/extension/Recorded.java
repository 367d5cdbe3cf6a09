package dev.evenkeel.bench.extension;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.MalformedEventException;
import dev.evenkeel.extension.testkit.RecordedEvents;
import java.time.Instant;

/** The recorded events, one after the other and from the start again. */
final class Recorded {

  private final HookEvent[] events;

  // Mutable state, of the thread that measures
  private int next;

  Recorded() {
    this(
        RecordedEvents.files().stream()
            .flatMap(file -> RecordedEvents.read(file).stream())
            .map(each -> each.at(Instant.now()))
            .toArray(HookEvent[]::new));
  }

  private Recorded(HookEvent[] events) {
    this.events = events;
  }

  /** The same events, as if their agents worked in this folder. */
  static Recorded in(String folder) {
    HookEvent[] events = new Recorded().events;
    for (int i = 0; i < events.length; i++) {
      HookEvent event = events[i];
      ObjectNode payload = event.payload().put("cwd", folder);
      try {
        events[i] = HookEvent.read(event.session().source(), payload.toString(), event.time());
      } catch (MalformedEventException e) {
        throw new IllegalStateException("a recorded event is none: " + payload, e);
      }
    }
    return new Recorded(events);
  }

  HookEvent next() {
    next = next + 1 == events.length ? 0 : next + 1;
    return events[next];
  }
}
