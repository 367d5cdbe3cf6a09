package dev.evenkeel.extension;

import java.time.Clock;
import java.time.Duration;

/**
 * What the server offers an extension while it starts. The clock may be used at any time. No
 * argument may be null: a setting without a default is, where nobody configures it. Whatever is
 * registered wrongly throws {@link IllegalArgumentException}.
 */
public interface ExtensionContext {

  /**
   * The extension's configuration: the keys {@code evenkeel.extensions.<name>.<component>} read
   * into a record, a component's name in kebab case. Components may be of type {@code String},
   * {@code int}, {@code long}, {@code boolean}, {@code double}, {@link Duration} (as {@code 300s},
   * {@code 5m} or {@code PT5M}) and {@code List<String>} (separated by commas). A component of type
   * {@code Map<String, SomeRecord>} takes the keys {@code <component>.<any name>.<component of
   * SomeRecord>}. A missing key leaves the value that the record's constructor without parameters
   * gives, or, without one, 0, false, an empty list or map, or null.
   *
   * @throws IllegalArgumentException when a value does not fit its component, or a key names none
   */
  <C extends Record> C config(Class<C> type);

  /** Adds a filter: it sees every event before it is kept, in the order of the extensions. */
  void filter(EventFilter filter);

  /**
   * Adds a guard for the events of one name, as the agent writes it ({@code PreToolUse}), or {@code
   * "*"} for all. When it fails or is late, the agent goes on as without it.
   */
  default void guard(String event, HookGuard guard) {
    guard(event, guard, FailureMode.OPEN);
  }

  /**
   * Adds a guard that says what happens when it fails or is late.
   *
   * <p>Guards answer events that come one by one to {@code /hooks/...}; what comes in a batch or to
   * {@code /api/events} is shown to no guard, because nobody waits for an answer there.
   */
  void guard(String event, HookGuard guard, FailureMode mode);

  /**
   * Adds a processor for the events of one name, as the agent writes it ({@code PreToolUse}), or
   * {@code "*"} for all. Events of other names cost it nothing.
   */
  void process(String event, EventProcessor processor);

  /** Adds a processor for the events of one kind, whatever their agents call them. */
  void process(EventKind kind, EventProcessor processor);

  /**
   * Opens a map that the server bounds, counts and keeps over restarts. The operator's
   * configuration goes before {@code defaults}.
   *
   * @param name unique in this extension
   * @param key the keys' type: {@code String} or a record that Jackson writes and reads
   * @param value the values' type: a record that Jackson writes and reads
   */
  <K, V> BoundedMap<K, V> boundedMap(String name, Class<K> key, Class<V> value, Limits defaults);

  /**
   * Runs a task again and again, a period after the end of the last run; never two at once.
   *
   * @param period positive, and at most 36,500 days
   */
  void every(Duration period, PeriodicTask task);

  /** The time. Tests give another one. */
  Clock clock();
}
