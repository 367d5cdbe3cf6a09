package dev.evenkeel.bench.extension;

import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.EventFilter;
import dev.evenkeel.extension.EventKind;
import dev.evenkeel.extension.EventProcessor;
import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.FailureMode;
import dev.evenkeel.extension.HookGuard;
import dev.evenkeel.extension.Limits;
import dev.evenkeel.extension.PeriodicTask;
import java.lang.reflect.Constructor;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** Takes the filters of an extension that is nothing but filters, with its default settings. */
record FilterContext(List<EventFilter> filters) implements ExtensionContext {

  @Override
  public <C extends Record> C config(Class<C> type) {
    try {
      Constructor<C> defaults = type.getDeclaredConstructor();
      defaults.setAccessible(true);
      return defaults.newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(type + " has no defaults", e);
    }
  }

  @Override
  public void filter(EventFilter filter) {
    filters.add(filter);
  }

  @Override
  public void guard(String event, HookGuard guard, FailureMode mode) {
    throw notOnlyFilters();
  }

  @Override
  public void process(String event, EventProcessor processor) {
    throw notOnlyFilters();
  }

  @Override
  public void process(EventKind kind, EventProcessor processor) {
    throw notOnlyFilters();
  }

  @Override
  public <K, V> BoundedMap<K, V> boundedMap(
      String name, Class<K> key, Class<V> value, Limits defaults) {
    throw notOnlyFilters();
  }

  @Override
  public void every(Duration period, PeriodicTask task) {
    throw notOnlyFilters();
  }

  @Override
  public Clock clock() {
    return Clock.systemUTC();
  }

  private static IllegalStateException notOnlyFilters() {
    return new IllegalStateException("this extension does not only filter");
  }
}
