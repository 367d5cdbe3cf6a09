package dev.evenkeel.server.extension;

import dev.evenkeel.extension.Emission;
import dev.evenkeel.extension.EvictionHandler;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.log.StateChange;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The extensions that run now, in their stated order. Whoever asks sees one line-up, which a switch
 * exchanges as a whole.
 */
public final class Extensions implements AutoCloseable {

  private final Retirement retirement;
  private final Switchboard switchboard;

  // Mutable state; any thread
  private volatile LineUp lineUp = new LineUp(List.of());
  private volatile CallObserver observer = CallObserver.NONE;

  /**
   * Starts the extensions of the class path.
   *
   * @throws IllegalArgumentException when an extension's settings are wrong or it cannot start; the
   *     message names it
   */
  public Extensions(List<Origin> origins, Switchboard.Setup setup) {
    retirement = new Retirement(setup.announcer(), setup.clock());
    switchboard = new Switchboard(setup, fresh -> lineUp = fresh, () -> observer, retirement);
    switchboard.startAll(origins);
  }

  /**
   * Starts these extensions, which are all that there are.
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
    this(
        extensions.stream().<Origin>map(OfClassPath::of).toList(),
        new Switchboard.Setup(
            () -> config, List.of(), state, limits, OffSwitches.inMemory(), Announcer.NONE, clock));
    checkConfigured(false);
  }

  /**
   * Checks that all extensions are there for which something is configured.
   *
   * @param someAreRefused whether one that is not there may be one that was refused
   * @throws IllegalArgumentException when one is not
   */
  public void checkConfigured(boolean someAreRefused) {
    try {
      switchboard.checkConfigured(someAreRefused);
    } catch (IllegalArgumentException e) {
      close();
      throw e;
    }
  }

  /** Where extensions are exchanged, and switched off and on. */
  public Switchboard switchboard() {
    return switchboard;
  }

  /** Tells the observer of each call from now on. */
  public void observe(CallObserver calls) {
    observer = calls;
  }

  /**
   * Runs this after each extension that has gone: threads that have called it may hold on to it,
   * and have to be renewed.
   */
  public void onRetired(Runnable renewThreads) {
    retirement.onRetired(renewThreads);
  }

  /** The filters, in order. */
  public FilterChain filters() {
    return lineUp.filters();
  }

  /** The guards of events of this name, in order. */
  public List<Registration.Guard> guardsOf(String event) {
    return lineUp.guardsOf(event);
  }

  /** Who processes this event, in order. */
  public List<Visit> visitsOf(HookEvent event) {
    return lineUp.visitsOf(event);
  }

  /** What the extension of this name wants with this event now, or null. */
  public @Nullable Visit visitOf(String extension, HookEvent event) {
    for (Visit each : lineUp.visitsOf(event)) {
      if (each.extension().name().equals(extension)) {
        return each;
      }
    }
    return null;
  }

  /** The processors of an event, in order. */
  public List<Registration.Processor> processorsOf(HookEvent event) {
    return visitsOf(event).stream().flatMap(each -> each.processors().stream()).toList();
  }

  /** The periodic tasks. */
  public List<Registration.Task> tasks() {
    return running().stream().flatMap(each -> each.tasks().stream()).toList();
  }

  /** The extensions that run, in order. */
  public List<RunningExtension> running() {
    return lineUp.running();
  }

  /** All extensions that are known, in order. */
  public List<ExtensionInfo> all() {
    return lineUp.seats().stream().map(ExtensionInfo::of).toList();
  }

  /** How full the bounded maps are. */
  public List<MapState> mapStates() {
    return lineUp.maps().stream().map(StateMap::state).toList();
  }

  /**
   * All state that is in memory, as it is to be written: by the name of each map, also of one
   * without entries. That of extensions that were switched off is there, too, but not what was
   * never read: of extensions that were off from the start, that are gone or still start, and of
   * maps that a version does not have.
   */
  public Map<String, List<StateChange>> snapshot() {
    var all = new HashMap<String, List<StateChange>>();
    LineUp now = lineUp;
    now.maps().forEach(each -> all.put(each.storedName(), each.snapshot()));
    now.seats().stream()
        .map(LineUp.Seat::off)
        .filter(Objects::nonNull)
        .forEach(off -> off.maps().forEach((map, held) -> all.put(map, held.changes(map))));
    return all;
  }

  /** Looks for entries that are too old. */
  public void cleanUp() {
    lineUp.maps().forEach(StateMap::cleanUp);
  }

  /**
   * Extensions that were stopped and whose threads go on.
   *
   * @param since when it was stopped
   * @param threads the names of those that still run
   */
  public record Remains(String extension, String where, Instant since, List<String> threads) {}

  /** What stopped extensions have left behind. */
  public List<Remains> remains() {
    return retirement.leftBehind().reports();
  }

  /** How many left something behind and are not among {@link #remains} any more. */
  public long forgottenRemains() {
    return retirement.leftBehind().forgotten();
  }

  /**
   * A switch, with the memory that was in use then.
   *
   * @param what {@code loaded}, {@code replaced}, {@code removed}, {@code enabled}, {@code
   *     disabled}
   * @param heapAfterGcBytes what the last collections before it had left
   * @param loadedClasses classes in the server
   */
  public record PastSwitch(
      Instant time, String extension, String what, long heapAfterGcBytes, int loadedClasses) {}

  /** The last switches, the oldest first. */
  public List<PastSwitch> pastSwitches() {
    return retirement.history().entries();
  }

  /**
   * Entries that the maps of one extension let go by themselves. It has been entered for them.
   *
   * @param evictions at least one
   */
  public record Evictions(RunningExtension extension, List<Eviction> evictions) {}

  /**
   * An entry that a map let go by itself.
   *
   * @param telling null where there is nothing to tell
   */
  public record Eviction(StateChange change, @Nullable Telling telling) {}

  /** Tells the extension of it. */
  @FunctionalInterface
  public interface Telling {
    void tell(Emission emission) throws Exception;
  }

  /** The evictions that are still to be written and told. */
  public List<Evictions> takeEvictions() {
    List<Evictions> taken = null;
    for (RunningExtension extension : running()) {
      List<Eviction> own = null;
      for (StateMap<?, ?> map : extension.maps()) {
        if (map.hasEvicted() && (own != null || extension.enter() == Entry.ENTERED)) {
          own = own == null ? new ArrayList<>() : own;
          take(map, own);
        }
      }
      if (own != null) {
        taken = taken == null ? new ArrayList<>() : taken;
        taken.add(new Evictions(extension, own));
      }
    }
    return taken == null ? List.of() : taken;
  }

  private static <K, V> void take(StateMap<K, V> map, List<Eviction> taken) {
    for (StateChange each = map.pollUnfit(); each != null; each = map.pollUnfit()) {
      taken.add(new Eviction(each, null));
    }
    List<EvictionHandler<K, V>> handlers = map.evictionHandlers();
    for (var each = map.pollEvicted(); each != null; each = map.pollEvicted()) {
      taken.add(new Eviction(each.change(), handlers.isEmpty() ? null : telling(each, handlers)));
    }
  }

  private static <K, V> Telling telling(
      StateMap.Evicted<K, V> evicted, List<EvictionHandler<K, V>> handlers) {
    return emission -> {
      for (EvictionHandler<K, V> handler : handlers) {
        handler.evicted(evicted.key(), evicted.value(), emission);
      }
    };
  }

  /** Stops the extensions, the last in order first. May be called twice. */
  @Override
  public void close() {
    switchboard.close();
  }
}
