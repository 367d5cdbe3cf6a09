package dev.evenkeel.server.extension;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.EvictionHandler;
import dev.evenkeel.extension.Limits;
import dev.evenkeel.extension.Open;
import dev.evenkeel.extension.internal.Arguments;
import dev.evenkeel.extension.internal.EntryText;
import dev.evenkeel.server.log.StateChange;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A bounded map: entries that are known to be open and the others, each in the order of their use.
 *
 * <p>A lock instead of a cache: the order of use is exact, so that what goes is never what is
 * needed now, and a change gets its version in the moment in which it counts, so that memory and
 * disk agree on which of two changes was the later one.
 */
final class StateMap<K, V> implements BoundedMap<K, V> {

  private static final System.Logger LOG = System.getLogger(StateMap.class.getName());

  /** An entry that the map let go by itself and that its extension is still to be told of. */
  record Evicted<K, V>(K key, V value, StateChange change) {}

  private final JsonMapper json;
  private final AtomicLong versions;
  private final String extension;
  private final String name;
  private final Class<K> keyType;
  private final Class<V> valueType;
  private final Limits limits;
  private final Clock clock;
  private final List<EvictionHandler<K, V>> handlers = new CopyOnWriteArrayList<>();
  private final Queue<Evicted<K, V>> evicted = new ConcurrentLinkedQueue<>();
  private final Queue<StateChange> unfit = new ConcurrentLinkedQueue<>();

  // Mutable state, guarded by this
  private final UseOrder<K, V> recent;
  private final UseOrder<K, V> open;
  private boolean started;
  private long lastTime = Long.MIN_VALUE;
  private long uses;
  private long evictedByAge;
  private long evictedByCapacity;
  private long removed;
  private long leftOut;

  StateMap(
      String extension,
      String name,
      Class<K> keyType,
      Class<V> valueType,
      Limits limits,
      Clock clock) {
    this(
        extension,
        name,
        keyType,
        valueType,
        limits,
        clock,
        ExtensionJson.mapper(),
        new AtomicLong());
  }

  /**
   * @param versions of the last change of a map that is stored under the same name, also in an
   *     earlier life: it never goes back
   */
  StateMap(
      String extension,
      String name,
      Class<K> keyType,
      Class<V> valueType,
      Limits limits,
      Clock clock,
      JsonMapper json,
      AtomicLong versions) {
    this.json = json;
    this.versions = versions;
    this.extension = extension;
    this.name = name;
    this.keyType = keyType;
    this.valueType = valueType;
    this.limits = limits;
    this.clock = clock;
    this.recent = new UseOrder<>(limits.maxAge());
    this.open = new UseOrder<>(limits.openMaxAge());
  }

  /** The name under which its entries are written. */
  String storedName() {
    return extension + '/' + name;
  }

  /** Takes up what was written before, oldest first. What no longer fits its type is left out. */
  synchronized void load(List<StateChange> stored) {
    long before = leftOut;
    for (StateChange each : stored) {
      atLeast(each.version());
    }
    for (StateChange each : stored) {
      load(each.key(), each.value(), now());
    }
    keepCapacity();
    sayLeftOut(leftOut - before);
  }

  private void atLeast(long version) {
    versions.accumulateAndGet(version, Math::max);
  }

  private void load(String keyJson, @Nullable String valueJson, long usedAt) {
    try {
      K key = requireNonNull(json.readValue(keyJson, keyType), "the key is null");
      V value = requireNonNull(json.readValue(valueJson, valueType), "the value is null");
      boolean isOpen = isOpen(value);
      (isOpen ? recent : open).remove(key);
      (isOpen ? open : recent).put(key, value, usedAt, ++uses);
    } catch (JsonProcessingException | RuntimeException e) {
      leftOut++;
      unfit.add(new StateChange(storedName(), keyJson, null, versions.incrementAndGet()));
      LOG.log(
          System.Logger.Level.DEBUG,
          "An entry of {0} no longer fits its type and is left out: {1}",
          storedName(),
          e instanceof JsonProcessingException unread ? unread.getOriginalMessage() : e.toString());
    }
  }

  private void sayLeftOut(long count) {
    if (count > 0) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} entries of {1} no longer fit its types and are left out.",
          count,
          storedName());
    }
  }

  /** All that its successor begins with, at a moment when no call uses this map. */
  synchronized MapHandover handOver() {
    var entries = new ArrayList<MapHandover.Entry>();
    for (UseOrder.Entry<K, V> each : committed()) {
      entries.add(new MapHandover.Entry(write(each.key()), write(each.value()), each.usedAt()));
    }
    var letGo = new ArrayList<MapHandover.Evicted>();
    for (Evicted<K, V> each : evicted) {
      letGo.add(new MapHandover.Evicted(write(each.key()), write(each.value()), each.change()));
    }
    return new MapHandover(
        entries, letGo, versions.get(), evictedByAge, evictedByCapacity, removed, leftOut);
  }

  /** Holds from now on what the other held, and nothing else. */
  synchronized void takeOver(MapHandover from) {
    recent.clear();
    open.clear();
    evicted.clear();
    unfit.clear();
    atLeast(from.version());
    evictedByAge = from.evictedByAge();
    evictedByCapacity = from.evictedByCapacity();
    removed = from.removed();
    leftOut = from.leftOut();
    for (MapHandover.Entry each : from.entries()) {
      load(each.key(), each.value(), each.usedAt());
    }
    for (MapHandover.Evicted each : from.evicted()) {
      takeOver(each);
    }
    keepCapacity();
    sayLeftOut(leftOut - from.leftOut());
  }

  private void takeOver(MapHandover.Evicted from) {
    try {
      evicted.add(
          new Evicted<>(
              requireNonNull(json.readValue(from.key(), keyType)),
              requireNonNull(json.readValue(from.value(), valueType)),
              from.change()));
    } catch (JsonProcessingException | RuntimeException e) {
      leftOut++;
      unfit.add(from.change());
    }
  }

  private static boolean isOpen(Object value) {
    return value instanceof Open each && each.isOpen();
  }

  /** The extension has started: from now on it is too late for a handler. */
  synchronized void started() {
    started = true;
  }

  @Override
  public @Nullable V get(K key) {
    CallScope.Change own = ownChanges().get(key);
    return own == null ? committed(key) : valueType.cast(own.value());
  }

  private synchronized @Nullable V committed(K key) {
    long now = expire();
    uses++;
    V value = open.use(key, now, uses);
    return value == null ? recent.use(key, now, uses) : value;
  }

  private Map<Object, CallScope.Change> ownChanges() {
    CallScope scope = CallScope.current();
    return scope == null ? Map.of() : scope.changesOf(this);
  }

  @Override
  public void put(K key, V value) {
    CallScope scope = scope();
    K newKey = keyType.cast(requireNonNull(key, "the key is null"));
    V newValue = valueType.cast(requireNonNull(value, "the value is null"));
    scope.change(this, newKey, changeTo(newKey, newValue));
  }

  private CallScope.Change changeTo(K key, V value) {
    var text = new EntryText(json);
    try {
      return new CallScope.Change(text.write(key), value, text.write(value), isOpen(value));
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  @Override
  public @Nullable V remove(K key) {
    CallScope scope = scope();
    V old = get(key);
    if (old != null) {
      scope.change(this, key, new CallScope.Change(write(key), null, null, false));
    }
    return old;
  }

  private CallScope scope() {
    CallScope scope = CallScope.current();
    if (scope == null) {
      throw new IllegalStateException(
          "the bounded map "
              + storedName()
              + " can be changed only inside a processor, a periodic task or an eviction handler,"
              + " on the thread of the call");
    }
    return scope;
  }

  @Override
  public Map<K, V> entries() {
    var all = new LinkedHashMap<K, V>();
    committed().forEach(each -> all.put(each.key(), each.value()));
    ownChanges()
        .forEach(
            (key, change) -> {
              all.remove(key);
              if (change.value() != null) {
                all.put(keyType.cast(key), valueType.cast(change.value()));
              }
            });
    return Collections.unmodifiableMap(all);
  }

  private synchronized List<UseOrder.Entry<K, V>> committed() {
    expire();
    var all = new ArrayList<>(recent.copy());
    all.addAll(open.copy());
    all.sort(Comparator.comparingLong(UseOrder.Entry::use));
    return all;
  }

  @Override
  public synchronized int size() {
    expire();
    int size = recent.size() + open.size();
    for (Map.Entry<Object, CallScope.Change> own : ownChanges().entrySet()) {
      K key = keyType.cast(own.getKey());
      boolean before = recent.contains(key) || open.contains(key);
      boolean after = own.getValue().value() != null;
      size += (after ? 1 : 0) - (before ? 1 : 0);
    }
    return size;
  }

  @Override
  public synchronized void onEviction(EvictionHandler<K, V> handler) {
    if (started) {
      throw new IllegalStateException(
          "the extension " + extension + " has started already; onEviction belongs into start");
    }
    handlers.add(Arguments.given("an eviction handler", handler));
  }

  /** Makes the changes of a call count, and adds what is to be written of them. */
  synchronized void apply(Map<Object, CallScope.Change> changes, List<StateChange> toWrite) {
    expire();
    changes.forEach(
        (rawKey, change) -> {
          K key = keyType.cast(rawKey);
          if (change.value() != null) {
            put(key, valueType.cast(change.value()), change.open());
          } else if (recent.remove(key) || open.remove(key)) {
            removed++;
          }
          toWrite.add(
              new StateChange(
                  storedName(), change.keyJson(), change.json(), versions.incrementAndGet()));
        });
    keepCapacity();
  }

  private void put(K key, V value, boolean isOpen) {
    (isOpen ? recent : open).remove(key);
    (isOpen ? open : recent).put(key, value, now(), ++uses);
  }

  /** Never goes back, so that the order of use is the order of age. */
  private long now() {
    lastTime = Math.max(lastTime, clock.millis());
    return lastTime;
  }

  /** Lets go of what is too old. Returns the time. */
  private long expire() {
    long now = now();
    for (UseOrder<K, V> each : List.of(recent, open)) {
      for (var old = each.removeTooOld(now); old != null; old = each.removeTooOld(now)) {
        evictedByAge++;
        evicted(old);
      }
    }
    return now;
  }

  /** What is not open goes first, but never what was used just now. */
  private void keepCapacity() {
    while (recent.size() + open.size() > limits.capacity()) {
      boolean onlyTheNewest = recent.size() == 1 && recent.copy().getFirst().use() == uses;
      var oldest = onlyTheNewest ? null : recent.removeOldest();
      oldest = oldest == null ? open.removeOldest() : oldest;
      if (oldest == null) {
        return;
      }
      evictedByCapacity++;
      evicted(oldest);
    }
  }

  private void evicted(UseOrder.Entry<K, V> entry) {
    var gone = new StateChange(storedName(), write(entry.key()), null, versions.incrementAndGet());
    evicted.add(new Evicted<>(entry.key(), entry.value(), gone));
  }

  private String write(Object keyOrValue) {
    try {
      return json.writeValueAsString(keyOrValue);
    } catch (JsonProcessingException e) {
      throw unwritable(e);
    }
  }

  private IllegalArgumentException unwritable(IOException e) {
    String why =
        e instanceof JsonProcessingException jackson
            ? jackson.getOriginalMessage()
            : e.getMessage();
    return new IllegalArgumentException(
        "an entry of " + storedName() + " cannot be written: " + why, e);
  }

  /** Looks for entries that are too old. */
  synchronized void cleanUp() {
    expire();
  }

  boolean hasEvicted() {
    return !evicted.isEmpty() || !unfit.isEmpty();
  }

  /** The removal of one entry that was left out, or null. */
  @Nullable StateChange pollUnfit() {
    return unfit.poll();
  }

  /** One entry that the extension is to be told of, or null. */
  @Nullable Evicted<K, V> pollEvicted() {
    return evicted.poll();
  }

  List<EvictionHandler<K, V>> evictionHandlers() {
    return handlers;
  }

  /** All entries, as they are to be written. */
  synchronized List<StateChange> snapshot() {
    var all = new ArrayList<StateChange>();
    for (UseOrder.Entry<K, V> each : committed()) {
      all.add(
          new StateChange(
              storedName(), write(each.key()), write(each.value()), versions.incrementAndGet()));
    }
    return all;
  }

  synchronized MapState state() {
    expire();
    return new MapState(
        name,
        extension,
        recent.size() + open.size(),
        limits.capacity(),
        limits.maxAge().toSeconds(),
        evictedByAge,
        evictedByCapacity,
        removed,
        leftOut);
  }
}
