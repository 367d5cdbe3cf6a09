package dev.evenkeel.server.extension;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.EventFilter;
import dev.evenkeel.extension.EventKind;
import dev.evenkeel.extension.EventProcessor;
import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.FailureMode;
import dev.evenkeel.extension.HookGuard;
import dev.evenkeel.extension.Limits;
import dev.evenkeel.extension.PeriodicTask;
import dev.evenkeel.extension.internal.Arguments;
import dev.evenkeel.extension.internal.ConfigRecords;
import dev.evenkeel.server.extension.Registration.Wanted;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What an extension sees while it starts: takes down what it registers. */
final class StartContext implements ExtensionContext {

  private final RunningExtension extension;
  private final RunningExtension.Offer offer;

  // Mutable state while the extension starts: of the thread of its start
  private final List<Registration.Filter> filters = new ArrayList<>();
  private final List<Registration.Guard> guards = new ArrayList<>();
  private final List<Registration.Processor> processors = new ArrayList<>();
  private final List<Registration.Task> tasks = new ArrayList<>();
  private final List<StateMap<?, ?>> maps = new ArrayList<>();
  private boolean configRead;
  private volatile boolean closed;

  /** Let go after the start: it may lead to the version before, and that to all before it. */
  private volatile @Nullable StateStore state;

  StartContext(RunningExtension extension, RunningExtension.Offer offer, StateStore state) {
    this.extension = extension;
    this.offer = offer;
    this.state = state;
  }

  /**
   * Takes no more registrations.
   *
   * @throws IllegalArgumentException when there are settings that the extension did not read
   */
  void close() {
    if (closed) {
      return;
    }
    closed = true;
    state = null;
    maps.forEach(StateMap::started);
    if (!configRead && !offer.config().isEmpty()) {
      throw new IllegalArgumentException(
          "evenkeel.extensions."
              + extension.name()
              + "."
              + offer.config().keySet().iterator().next()
              + " is set, and "
              + extension.name()
              + " has no settings");
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the extension " + extension.name() + " has started already");
    }
  }

  @Override
  public <C extends Record> C config(Class<C> type) {
    configRead = true;
    return ConfigRecords.read(type, extension.name(), offer.config());
  }

  @Override
  public void filter(EventFilter filter) {
    checkOpen();
    filters.add(new Registration.Filter(extension, Arguments.given("a filter", filter)));
  }

  @Override
  public void guard(String event, HookGuard guard, FailureMode mode) {
    checkOpen();
    guards.add(
        new Registration.Guard(
            extension,
            Arguments.given("the event of a guard", event),
            Arguments.given("a guard", guard),
            Arguments.given("the failure mode of a guard", mode),
            guards.size()));
  }

  @Override
  public void process(String event, EventProcessor processor) {
    String wanted = Arguments.given("the event of a processor", event);
    add(wanted.equals("*") ? new Wanted.All() : new Wanted.Named(wanted), processor);
  }

  @Override
  public void process(EventKind kind, EventProcessor processor) {
    add(new Wanted.OfKind(Arguments.given("the kind of a processor", kind)), processor);
  }

  private void add(Wanted wanted, EventProcessor processor) {
    checkOpen();
    processors.add(
        new Registration.Processor(extension, wanted, Arguments.given("a processor", processor)));
  }

  @Override
  public <K, V> BoundedMap<K, V> boundedMap(
      String map, Class<K> key, Class<V> value, Limits defaults) {
    checkOpen();
    Arguments.given("the name of a map", map);
    Arguments.given("the type of a map's keys", key);
    Arguments.given("the type of a map's values", value);
    Arguments.given("the limits of a map", defaults);
    StateStore before = requireNonNull(state);
    String name = extension.name();
    if (maps.stream().anyMatch(each -> each.storedName().equals(name + '/' + map))) {
      throw new IllegalArgumentException(name + " has a map '" + map + "' already");
    }
    Limits limits =
        offer.limits().apply(new RunningExtension.LimitsOf(name, map, defaults)).limits();
    AtomicLong versions = offer.versions().apply(name + '/' + map);
    var bounded =
        new StateMap<>(name, map, key, value, limits, offer.clock(), extension.json(), versions);
    bounded.load(before.load(bounded.storedName()));
    maps.add(bounded);
    return bounded;
  }

  @Override
  public void every(Duration period, PeriodicTask task) {
    checkOpen();
    tasks.add(
        new Registration.Task(
            extension, Arguments.period(period), Arguments.given("a periodic task", task)));
  }

  @Override
  public Clock clock() {
    return offer.clock();
  }

  List<Registration.Filter> filters() {
    return filters;
  }

  List<Registration.Guard> guards() {
    return guards;
  }

  List<Registration.Processor> processors() {
    return processors;
  }

  List<Registration.Task> tasks() {
    return tasks;
  }

  List<StateMap<?, ?>> maps() {
    return maps;
  }
}
