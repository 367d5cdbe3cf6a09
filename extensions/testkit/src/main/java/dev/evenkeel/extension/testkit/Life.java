package dev.evenkeel.extension.testkit;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.evenkeel.extension.EventFilter;
import dev.evenkeel.extension.EventProcessor;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.FailureMode;
import dev.evenkeel.extension.HookAnswer;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.PeriodicTask;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One life of an extension, from its start to its stop. */
final class Life {
  private static final int MOST_EVICTIONS_AT_ONCE = 100_000;

  private final Extension extension;
  private final Registrations registered;
  private final CallGuard guard;

  // Mutable state, of the test's thread
  private final List<Exception> failures = new ArrayList<>();

  Life(Extension extension, Registrations registered, CallGuard guard) {
    this.extension = extension;
    this.registered = registered;
    this.guard = guard;
  }

  void start(Map<String, List<HarnessMap.Saved>> saved) throws Exception {
    if (!extension.name().matches("[a-z0-9]+(-[a-z0-9]+)*")) {
      throw new IllegalArgumentException(
          "the name is " + extension.name() + "; lower case letters, digits and hyphens are taken");
    }
    extension.start(registered);
    registered.close();
    registered.maps().forEach((name, map) -> map.restore(saved.getOrDefault(name, List.of())));
  }

  void stop() {
    extension.stop();
  }

  Map<String, HarnessMap<?, ?>> maps() {
    return registered.maps();
  }

  /** What was thrown since the last question. */
  List<Exception> takeFailures() {
    List<Exception> taken = List.copyOf(failures);
    failures.clear();
    return taken;
  }

  /** Judges, filters and processes one event. */
  Reaction handle(HookEvent incoming) {
    List<Derived> evictions = new ArrayList<>(evict());
    List<HookAnswer> answers = judged(incoming);
    HookEvent event = filtered(incoming);
    var derived = new ArrayList<Derived>();
    String dropped = null;
    for (EventProcessor processor : registered.processorsOf(event)) {
      HookEvent seen = event;
      CollectedEmission emission =
          call(seen, collected -> processor.process(seen, collected)).orElse(null);
      if (emission != null) {
        event = event.withAttachments(emission.attached());
        derived.addAll(emission.derived());
        dropped = dropped == null ? emission.dropped() : dropped;
      }
    }
    evictions.addAll(evict());
    var attached = new LinkedHashMap<>(event.attachments());
    attached.keySet().removeAll(incoming.attachments().keySet());
    return new Reaction(
        event,
        attached,
        List.copyOf(derived),
        List.copyOf(evictions),
        dropped,
        takeFailures(),
        answers);
  }

  /** Guards see the event as it came, outside any call: a change of a map is refused. */
  private List<HookAnswer> judged(HookEvent incoming) {
    var answers = new ArrayList<HookAnswer>();
    for (Registrations.Guard each : registered.guardsOf(incoming)) {
      try {
        answers.add(requireNonNull(each.guard().judge(incoming), "the guard answered null"));
      } catch (Exception e) {
        failures.add(e);
        if (each.mode() == FailureMode.CLOSED) {
          answers.add(HookAnswer.deny("The guard failed: " + e));
        }
      }
    }
    answers.removeIf(answer -> answer instanceof HookAnswer.None);
    return List.copyOf(answers);
  }

  /** Removes what is too old or too many, and gives back what the handlers emitted. */
  List<Derived> evict() {
    var derived = new ArrayList<Derived>();
    int count = 0;
    for (HarnessMap<?, ?> map : maps().values()) {
      for (PeriodicTask tell = map.evictOne(); tell != null; tell = map.evictOne()) {
        call(null, tell).ifPresent(emission -> derived.addAll(emission.derived()));
        if (++count > MOST_EVICTIONS_AT_ONCE) {
          throw new AssertionError("an eviction handler puts back what was evicted, without end");
        }
      }
    }
    return derived;
  }

  /** The next task that is due at that time or before it. */
  Optional<Registrations.Schedule> nextDue(Instant time) {
    return registered.schedules().stream()
        .filter(schedule -> !schedule.due.isAfter(time))
        .min(Comparator.comparing(schedule -> schedule.due));
  }

  List<Derived> run(Registrations.Schedule schedule) {
    List<Derived> derived = new ArrayList<>();
    call(null, schedule.task).ifPresent(emission -> derived.addAll(emission.derived()));
    schedule.due = registered.clock().instant().plus(schedule.period);
    derived.addAll(evict());
    return derived;
  }

  /** A filter that fails costs the event its payload: nothing goes through unfiltered. */
  private HookEvent filtered(HookEvent event) {
    HookEvent kept = event;
    for (EventFilter filter : registered.filters()) {
      try {
        kept = requireNonNull(filter.filter(kept), "the filter returned null");
      } catch (Exception e) {
        failures.add(e);
        return event.withPayload(JsonNodeFactory.instance.objectNode());
      }
    }
    return kept;
  }

  /** Empty when the call threw: then nothing that it did counts. */
  private Optional<CollectedEmission> call(@Nullable HookEvent event, PeriodicTask work) {
    var emission = new CollectedEmission(event, guard);
    boolean returned = false;
    guard.begin();
    try {
      work.run(emission);
      returned = true;
      return Optional.of(emission);
    } catch (Exception e) {
      failures.add(e);
      return Optional.empty();
    } finally {
      guard.end();
      emission.close();
      for (HarnessMap<?, ?> map : maps().values()) {
        if (returned) {
          map.commit();
        } else {
          map.rollBack();
        }
      }
    }
  }
}
