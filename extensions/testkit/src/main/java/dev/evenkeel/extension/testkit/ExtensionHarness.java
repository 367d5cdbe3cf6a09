package dev.evenkeel.extension.testkit;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Limits;
import dev.evenkeel.extension.MalformedEventException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Runs an extension without a server: a test sends events and asks what the extension did with
 * them.
 *
 * <pre>{@code
 * try (var harness = ExtensionHarness.of(ToolsExtension::new).start()) {
 *   Reaction reaction = harness.send("claude-code", "{\"hook_event_name\": \"PreToolUse\", ...}");
 *   assertThat(reaction.attached()).containsKey("outcome");
 * }
 * }</pre>
 *
 * <p>It keeps what the API promises: a call that throws leaves no trace; maps are bounded, aged by
 * the harness's clock, kept as JSON, and changed only inside a call; registrations after the start
 * are refused. Age is checked before each event and whenever time advances. Everything runs on the
 * test's own thread, one event at a time; deadlines do not exist here. An {@link Error}, a failed
 * assertion for example, goes through to the test.
 */
public final class ExtensionHarness implements AutoCloseable {

  /** What to start with. */
  public static final class Builder {
    private final Supplier<? extends Extension> extension;
    private final Map<String, String> config = new LinkedHashMap<>();
    private final Map<String, Limits> limits = new HashMap<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private boolean keepsNothing;

    private Builder(Supplier<? extends Extension> extension) {
      this.extension = extension;
    }

    /** Sets a value of the configuration; the key is a component's name in kebab case. */
    public Builder config(String key, String value) {
      config.put(key, value);
      return this;
    }

    /** Sets several values of the configuration. */
    public Builder config(Map<String, String> values) {
      config.putAll(values);
      return this;
    }

    /** Gives a map of the extension other limits, as an operator may. */
    public Builder limits(String map, Limits other) {
      limits.put(map, other);
      return this;
    }

    /** Sets the time to start at; without it, the first moment of 2026. */
    public Builder startingAt(Instant time) {
      now = time;
      return this;
    }

    /** For very many events: {@link #derived()} and {@link #failures()} stay empty. */
    Builder keepingNothing() {
      keepsNothing = true;
      return this;
    }

    /**
     * Creates and starts the extension.
     *
     * @throws IllegalArgumentException when the configuration or the name is not as promised
     * @throws IllegalStateException when the extension's start throws a checked exception
     */
    public ExtensionHarness start() {
      return new ExtensionHarness(this);
    }
  }

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Supplier<? extends Extension> extension;
  private final Map<String, String> config;
  private final Map<String, Limits> limits;
  private final AdjustableClock clock;
  private final boolean keepsNothing;

  // Mutable state, of the test's thread
  private final List<Derived> derived = new ArrayList<>();
  private final List<Exception> failures = new ArrayList<>();
  private Life life;
  private boolean closed;

  private ExtensionHarness(Builder builder) {
    extension = builder.extension;
    config = Map.copyOf(builder.config);
    limits = Map.copyOf(builder.limits);
    clock = new AdjustableClock(builder.now);
    keepsNothing = builder.keepsNothing;
    life = begin(Map.of());
  }

  /** The supplier is asked once for every start. */
  public static Builder of(Supplier<? extends Extension> extension) {
    return new Builder(extension);
  }

  /** Shows an event to the guards, and sends it through filters and processors. */
  public Reaction send(HookEvent event) {
    requireRunning();
    Reaction reaction = life.handle(event);
    keep(reaction.derived(), reaction.failures());
    keep(reaction.evictions(), List.of());
    return reaction;
  }

  /**
   * Sends an event that comes now.
   *
   * @throws IllegalArgumentException when the text is no event
   */
  public Reaction send(String agent, String json) {
    try {
      return send(HookEvent.read(agent, json, clock.instant()));
    } catch (MalformedEventException e) {
      throw new IllegalArgumentException(e.getMessage() + ": " + json, e);
    }
  }

  /** Sends an event of these fields that comes now; nested maps and lists become JSON too. */
  public Reaction send(String agent, Map<String, ?> fields) {
    return send(agent, JSON.valueToTree(fields).toString());
  }

  /** Sends recorded events one after the other, the clock advancing by a step after each. */
  public List<Reaction> replay(List<RecordedEvent> events, Duration step) {
    var reactions = new ArrayList<Reaction>();
    for (RecordedEvent event : events) {
      reactions.add(send(event.at(clock.instant())));
      advance(step);
    }
    return reactions;
  }

  /**
   * Lets time pass: tasks run when they are due, and what has become too old is evicted.
   *
   * @return what tasks and eviction handlers emitted
   */
  public List<Derived> advance(Duration duration) {
    requireRunning();
    Instant end = clock.instant().plus(duration);
    var emitted = new ArrayList<Derived>();
    for (var due = life.nextDue(end); due.isPresent(); due = life.nextDue(end)) {
      clock.set(due.get().due);
      emitted.addAll(life.evict());
      emitted.addAll(life.run(due.get()));
    }
    clock.set(end);
    emitted.addAll(life.evict());
    keep(emitted, life.takeFailures());
    return emitted;
  }

  private void keep(List<Derived> emitted, List<Exception> thrown) {
    if (!keepsNothing) {
      derived.addAll(emitted);
      failures.addAll(thrown);
    }
  }

  /** Sets the clock, as an administrator may: forward or back, without running anything. */
  public void setTime(Instant time) {
    clock.set(time);
  }

  /** The time as the extension sees it. */
  public Clock clock() {
    return clock;
  }

  /**
   * Stops the extension and starts a new instance, which finds its maps as the last call left them.
   */
  public void restart() {
    requireRunning();
    var saved = new HashMap<String, List<HarnessMap.Saved>>();
    life.stop();
    life.maps().forEach((name, map) -> saved.put(name, map.save()));
    life = begin(saved);
  }

  /** All events that the extension derived so far, those of tasks and evictions too. */
  public List<Derived> derived() {
    return List.copyOf(derived);
  }

  /** The data of all events of this name that the extension derived so far. */
  public List<ObjectNode> derived(String name) {
    return derived.stream().filter(d -> d.name().equals(name)).map(Derived::data).toList();
  }

  /** What the extension threw so far, except from its start and stop. */
  public List<Exception> failures() {
    return List.copyOf(failures);
  }

  /**
   * A map of the extension, to look at: it cannot be changed from here.
   *
   * @throws IllegalArgumentException when the extension has no map of this name
   */
  public BoundedMap<?, ?> map(String name) {
    return mapNamed(name);
  }

  /** The names of the extension's maps. */
  Set<String> maps() {
    return life.maps().keySet();
  }

  /** How many bytes the entries of a map have as JSON in UTF-8, keys and values together. */
  public long bytesIn(String map) {
    return mapNamed(map).bytes();
  }

  /** The limits of a map: the extension's own, or those the builder was given. */
  public Limits limitsOf(String map) {
    return mapNamed(map).limits();
  }

  /** Stops the extension. Closing again does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      life.stop();
    }
  }

  private Life begin(Map<String, List<HarnessMap.Saved>> saved) {
    var guard = new CallGuard();
    Extension made = extension.get();
    var registered = new Registrations(made.name(), config, limits, clock, guard);
    var next = new Life(made, registered, guard);
    try {
      next.start(saved);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("the extension did not start: " + e, e);
    }
    return next;
  }

  private HarnessMap<?, ?> mapNamed(String name) {
    HarnessMap<?, ?> map = life.maps().get(name);
    if (map == null) {
      throw new IllegalArgumentException(
          "no map is named " + name + "; there are " + life.maps().keySet());
    }
    return map;
  }

  private void requireRunning() {
    if (closed) {
      throw new IllegalStateException("the harness is closed");
    }
  }
}
