package dev.evenkeel.server.extension;

import dev.evenkeel.extension.Emission;
import dev.evenkeel.extension.EvictionHandler;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.log.StateChange;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/** All extensions that run, in their stated order: the order of their names. */
public final class Extensions implements AutoCloseable {

  private static final String ALL = "*";
  private static final String ENABLED = "enabled";

  private final List<RunningExtension> running = new ArrayList<>();
  private final List<Registration.Filter> filters;
  private final Map<String, List<Registration.Guard>> guards = new HashMap<>();
  private final List<Registration.Guard> guardsOfAll;
  private final List<Registration.Processor> processors;
  private final List<StateMap<?, ?>> maps;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Starts the extensions.
   *
   * @param config by extension, its settings by key
   * @param state where bounded maps begin
   * @param limits the operator's word on a map's limits
   * @throws IllegalArgumentException when an extension's settings are wrong or it cannot start; the
   *     message names it
   */
  public Extensions(
      List<? extends Extension> extensions,
      Map<String, Map<String, String>> config,
      StateStore state,
      UnaryOperator<RunningExtension.LimitsOf> limits,
      Clock clock) {
    for (Extension extension : extensions) {
      running.add(new RunningExtension(extension));
    }
    running.sort(Comparator.comparing(RunningExtension::name));
    checkNames(config.keySet());
    running.removeIf(each -> !isOn(each, config.getOrDefault(each.name(), Map.of())));
    for (RunningExtension each : running) {
      var offer =
          new RunningExtension.Offer(
              ownOf(config.getOrDefault(each.name(), Map.of())), state, limits, clock);
      try {
        each.start(offer);
      } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
        stopFrom(running.indexOf(each) - 1);
        throw new IllegalArgumentException(
            "The extension " + each.name() + " cannot start: " + reason(e), e);
      }
    }
    filters = running.stream().flatMap(each -> each.filters().stream()).toList();
    maps = running.stream().<StateMap<?, ?>>flatMap(each -> each.maps().stream()).toList();
    indexGuards();
    guardsOfAll = guards.getOrDefault(ALL, List.of());
    processors = running.stream().flatMap(each -> each.processors().stream()).toList();
  }

  private static boolean isOn(RunningExtension extension, Map<String, String> config) {
    String enabled = config.get(ENABLED);
    return switch (enabled == null ? "" : enabled.strip()) {
      case "" -> extension.isEnabledByDefault();
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException(
              "evenkeel.extensions."
                  + extension.name()
                  + ".enabled is '"
                  + enabled
                  + "'; it is true or false");
    };
  }

  /** What goes to the extension: all but the server's own key. */
  private static Map<String, String> ownOf(Map<String, String> config) {
    var own = new HashMap<>(config);
    own.remove(ENABLED);
    return own;
  }

  private static String reason(Throwable e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private void checkNames(Set<String> configured) {
    var names = new HashSet<String>();
    for (RunningExtension each : running) {
      if (!names.add(each.name())) {
        throw new IllegalArgumentException("Two extensions are named " + each.name());
      }
    }
    for (String name : configured) {
      if (!names.contains(name)) {
        throw new IllegalArgumentException(
            "evenkeel.extensions."
                + name
                + " is set, and there is no such extension; there are "
                + new TreeSet<>(names));
      }
    }
  }

  /** Whoever wants all events stands in the list of each name too, in the order of extensions. */
  private void indexGuards() {
    List<Registration.Guard> all =
        running.stream().flatMap(each -> each.guards().stream()).toList();
    for (Registration.Guard each : all) {
      guards.computeIfAbsent(
          each.event(),
          name ->
              all.stream()
                  .filter(one -> one.event().equals(name) || one.event().equals(ALL))
                  .toList());
    }
  }

  /** The filters, in order. */
  public List<Registration.Filter> filters() {
    return filters;
  }

  /** The guards of events of this name, in order. */
  public List<Registration.Guard> guardsOf(String event) {
    return guards.getOrDefault(event, guardsOfAll);
  }

  /** The processors of an event, in order. */
  public List<Registration.Processor> processorsOf(HookEvent event) {
    return processors.stream().filter(each -> each.wants().test(event)).toList();
  }

  /** The periodic tasks. */
  public List<Registration.Task> tasks() {
    return running.stream().flatMap(each -> each.tasks().stream()).toList();
  }

  /** The extensions, in order. */
  public List<RunningExtension> running() {
    return Collections.unmodifiableList(running);
  }

  /** How full the bounded maps are. */
  public List<MapState> mapStates() {
    return maps.stream().map(StateMap::state).toList();
  }

  /** All state, as it is to be written. */
  public List<StateChange> snapshot() {
    return maps.stream().flatMap(each -> each.snapshot().stream()).toList();
  }

  /** Looks for entries that are too old. */
  public void cleanUp() {
    maps.forEach(StateMap::cleanUp);
  }

  /** An entry that a map let go by itself. */
  public record Eviction(RunningExtension extension, StateChange change, Telling telling) {}

  /** Tells the extension of it. */
  @FunctionalInterface
  public interface Telling {
    void tell(Emission emission) throws Exception;
  }

  /** The evictions that are still to be written and told. */
  public List<Eviction> takeEvictions() {
    List<Eviction> taken = null;
    for (RunningExtension extension : running) {
      for (StateMap<?, ?> map : extension.maps()) {
        if (map.hasEvicted()) {
          taken = taken == null ? new ArrayList<>() : taken;
          take(extension, map, taken);
        }
      }
    }
    return taken == null ? List.of() : taken;
  }

  private static <K, V> void take(
      RunningExtension extension, StateMap<K, V> map, List<Eviction> taken) {
    List<EvictionHandler<K, V>> handlers = map.evictionHandlers();
    for (var each = map.pollEvicted(); each != null; each = map.pollEvicted()) {
      StateMap.Evicted<K, V> evicted = each;
      taken.add(
          new Eviction(
              extension,
              evicted.change(),
              emission -> {
                for (EvictionHandler<K, V> handler : handlers) {
                  handler.evicted(evicted.key(), evicted.value(), emission);
                }
              }));
    }
  }

  /** Stops the extensions, the last started first. May be called twice. */
  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      stopFrom(running.size() - 1);
    }
  }

  private void stopFrom(int last) {
    running.subList(0, last + 1).reversed().forEach(RunningExtension::stop);
  }
}
