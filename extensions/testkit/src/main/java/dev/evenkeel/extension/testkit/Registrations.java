package dev.evenkeel.extension.testkit;

import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.EventFilter;
import dev.evenkeel.extension.EventKind;
import dev.evenkeel.extension.EventProcessor;
import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.FailureMode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.HookGuard;
import dev.evenkeel.extension.Limits;
import dev.evenkeel.extension.PeriodicTask;
import dev.evenkeel.extension.internal.Arguments;
import dev.evenkeel.extension.internal.ConfigRecords;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The context that an extension sees while it starts: it takes down what is registered. */
final class Registrations implements ExtensionContext {

  private record Processor(Predicate<HookEvent> wants, EventProcessor processor) {}

  /** A guard, and what it wants. */
  record Guard(String event, HookGuard guard, FailureMode mode) {}

  /** A periodic task, and when it is due. */
  static final class Schedule {
    final Duration period;
    final PeriodicTask task;
    Instant due;

    Schedule(Duration period, PeriodicTask task, Instant due) {
      this.period = period;
      this.task = task;
      this.due = due;
    }
  }

  private final String name;
  private final Map<String, String> config;
  private final Map<String, Limits> limits;
  private final Clock clock;
  private final CallGuard guard;

  // Mutable while the extension starts
  private final List<EventFilter> filters = new ArrayList<>();
  private final List<Guard> guards = new ArrayList<>();
  private final List<Processor> processors = new ArrayList<>();
  private final List<Schedule> schedules = new ArrayList<>();
  private final Map<String, HarnessMap<?, ?>> maps = new LinkedHashMap<>();
  private boolean configRead;
  private volatile boolean closed;

  Registrations(
      String name,
      Map<String, String> config,
      Map<String, Limits> limits,
      Clock clock,
      CallGuard guard) {
    this.name = name;
    this.config = config;
    this.limits = limits;
    this.clock = clock;
    this.guard = guard;
  }

  @Override
  public <C extends Record> C config(Class<C> type) {
    requireOpen("config");
    configRead = true;
    return ConfigRecords.read(type, name, config);
  }

  @Override
  public void filter(EventFilter filter) {
    requireOpen("filter");
    filters.add(Arguments.given("a filter", filter));
  }

  @Override
  public void guard(String event, HookGuard guard, FailureMode mode) {
    requireOpen("guard");
    guards.add(
        new Guard(
            Arguments.given("the event of a guard", event),
            Arguments.given("a guard", guard),
            Arguments.given("the failure mode of a guard", mode)));
  }

  @Override
  public void process(String event, EventProcessor processor) {
    String wanted = Arguments.given("the event of a processor", event);
    add(each -> wanted.equals("*") || wanted.equals(each.name()), processor);
  }

  @Override
  public void process(EventKind kind, EventProcessor processor) {
    EventKind wanted = Arguments.given("the kind of a processor", kind);
    add(each -> each.kind() == wanted, processor);
  }

  private void add(Predicate<HookEvent> wants, EventProcessor processor) {
    requireOpen("process");
    processors.add(new Processor(wants, Arguments.given("a processor", processor)));
  }

  @Override
  public <K, V> BoundedMap<K, V> boundedMap(
      String name, Class<K> key, Class<V> value, Limits defaults) {
    requireOpen("boundedMap");
    Arguments.given("the name of a map", name);
    Arguments.given("the type of a map's keys", key);
    Arguments.given("the type of a map's values", value);
    Arguments.given("the limits of a map", defaults);
    var map =
        new HarnessMap<>(name, key, value, limits.getOrDefault(name, defaults), clock, this, guard);
    if (maps.putIfAbsent(name, map) != null) {
      throw new IllegalArgumentException("there is a map named " + name + " already");
    }
    return map;
  }

  @Override
  public void every(Duration period, PeriodicTask task) {
    requireOpen("every");
    Instant due = clock.instant().plus(Arguments.period(period));
    schedules.add(new Schedule(period, Arguments.given("a periodic task", task), due));
  }

  @Override
  public Clock clock() {
    return clock;
  }

  void requireOpen(String what) {
    if (closed) {
      throw new IllegalStateException(what + " after start: register everything inside start");
    }
  }

  /** The extension has started. */
  void close() {
    closed = true;
    if (!configRead && !config.isEmpty()) {
      throw new IllegalArgumentException(
          "the extension reads no configuration, but was given " + config.keySet());
    }
    for (String name : limits.keySet()) {
      if (!maps.containsKey(name)) {
        throw new IllegalArgumentException(
            "limits for the map " + name + "; the extension has " + maps.keySet());
      }
    }
  }

  List<EventFilter> filters() {
    return filters;
  }

  List<Guard> guardsOf(HookEvent event) {
    return guards.stream()
        .filter(each -> each.event.equals("*") || each.event.equals(event.name()))
        .toList();
  }

  List<EventProcessor> processorsOf(HookEvent event) {
    return processors.stream()
        .filter(each -> each.wants.test(event))
        .map(Processor::processor)
        .toList();
  }

  List<Schedule> schedules() {
    return schedules;
  }

  Map<String, HarnessMap<?, ?>> maps() {
    return maps;
  }
}
