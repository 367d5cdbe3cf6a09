package dev.evenkeel.server.extension;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.EvictionHandler;
import dev.evenkeel.extension.Limits;
import dev.evenkeel.extension.Open;
import dev.evenkeel.server.log.StateChange;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A bounded map on two Caffeine caches with an age each, one for entries that are known to be open
 * and one for the others. Capacity is kept by removing what was used least recently: Caffeine's own
 * rule by frequency may turn away the newest entry, which is the one that is needed.
 */
final class StateMap<K, V> implements BoundedMap<K, V> {

  private static final System.Logger LOG = System.getLogger(StateMap.class.getName());
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .findAndAddModules()
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /** An entry that the map let go by itself and that its extension is still to be told of. */
  record Evicted<K, V>(K key, V value, StateChange change) {}

  private final String extension;
  private final String name;
  private final Class<K> keyType;
  private final Class<V> valueType;
  private final Limits limits;
  private final Cache<K, V> recent;
  private final Cache<K, V> open;
  private final AtomicLong version = new AtomicLong();
  private final Queue<Evicted<K, V>> evicted = new ConcurrentLinkedQueue<>();
  private final LongAdder evictedByAge = new LongAdder();
  private final LongAdder evictedByCapacity = new LongAdder();
  private final LongAdder removed = new LongAdder();
  private volatile @Nullable EvictionHandler<K, V> handler;

  StateMap(
      String extension,
      String name,
      Class<K> keyType,
      Class<V> valueType,
      Limits limits,
      Clock clock) {
    this.extension = extension;
    this.name = name;
    this.keyType = keyType;
    this.valueType = valueType;
    this.limits = limits;
    this.recent = cache(limits.maxAge(), clock);
    this.open = cache(limits.openMaxAge(), clock);
  }

  private Cache<K, V> cache(Duration age, Clock clock) {
    return Caffeine.newBuilder()
        .expireAfterAccess(age)
        .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
        .executor(Runnable::run)
        .removalListener(this::removed)
        .build();
  }

  private void removed(@Nullable K key, @Nullable V value, RemovalCause cause) {
    if (cause == RemovalCause.EXPIRED && key != null && value != null) {
      evictedByAge.increment();
      evicted.add(new Evicted<>(key, value, change(key, null)));
    }
  }

  /** The name under which its entries are written. */
  String storedName() {
    return extension + '/' + name;
  }

  /** Takes up what was written before, oldest first. What no longer fits its type is left out. */
  void load(List<StateChange> stored) {
    for (StateChange each : stored) {
      version.accumulateAndGet(each.version(), Math::max);
      try {
        K key = JSON.readValue(each.key(), keyType);
        V value = JSON.readValue(each.value(), valueType);
        (isOpen(value) ? open : recent).put(key, value);
      } catch (JsonProcessingException e) {
        LOG.log(
            System.Logger.Level.WARNING,
            "An entry of {0} no longer fits its type and is left out: {1}",
            storedName(),
            e.getOriginalMessage());
      }
    }
    keepCapacity();
  }

  private boolean isOpen(V value) {
    return value instanceof Open each && each.isOpen();
  }

  @Override
  public @Nullable V get(K key) {
    CallScope scope = CallScope.current();
    Map<Object, Optional<Object>> own = scope == null ? null : scope.changesOf(this);
    if (own == null || !own.containsKey(key)) {
      return committed(key);
    }
    return own.get(key).map(each -> valueType.cast(each)).orElse(null);
  }

  private @Nullable V committed(K key) {
    V value = open.getIfPresent(key);
    return value == null ? recent.getIfPresent(key) : value;
  }

  @Override
  public void put(K key, V value) {
    scope().change(this, keyType.cast(key), Optional.of(valueType.cast(value)));
  }

  @Override
  public @Nullable V remove(K key) {
    CallScope scope = scope();
    V old = get(key);
    if (old != null) {
      scope.change(this, key, Optional.empty());
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
    all.putAll(oldestFirst(recent, Integer.MAX_VALUE));
    all.putAll(oldestFirst(open, Integer.MAX_VALUE));
    CallScope scope = CallScope.current();
    Map<Object, Optional<Object>> own = scope == null ? null : scope.changesOf(this);
    if (own != null) {
      own.forEach(
          (key, value) -> {
            all.remove(keyType.cast(key));
            value.ifPresent(each -> all.put(keyType.cast(key), valueType.cast(each)));
          });
    }
    return Collections.unmodifiableMap(all);
  }

  private Map<K, V> oldestFirst(Cache<K, V> cache, int limit) {
    return cache.policy().expireAfterAccess().orElseThrow().oldest(limit);
  }

  @Override
  public int size() {
    return (int) (recent.estimatedSize() + open.estimatedSize());
  }

  @Override
  public void onEviction(EvictionHandler<K, V> newHandler) {
    handler = newHandler;
  }

  /** Adds what is to be written of these changes. */
  void describe(Map<Object, Optional<Object>> changes, List<StateChange> toWrite) {
    changes.forEach(
        (key, value) ->
            toWrite.add(
                change(keyType.cast(key), value.map(each -> valueType.cast(each)).orElse(null))));
  }

  /** Makes changes of a call count. */
  void apply(Map<Object, Optional<Object>> changes) {
    changes.forEach(
        (rawKey, rawValue) -> {
          K key = keyType.cast(rawKey);
          V value = rawValue.map(each -> valueType.cast(each)).orElse(null);
          if (value == null) {
            removed.increment();
            recent.invalidate(key);
            open.invalidate(key);
          } else {
            boolean isOpen = isOpen(value);
            (isOpen ? recent : open).invalidate(key);
            (isOpen ? open : recent).put(key, value);
          }
        });
    keepCapacity();
  }

  private void keepCapacity() {
    while (size() > limits.capacity()) {
      if (!removeOldest(recent) && !removeOldest(open)) {
        return;
      }
    }
  }

  private boolean removeOldest(Cache<K, V> cache) {
    for (var each : oldestFirst(cache, 1).entrySet()) {
      if (cache.asMap().remove(each.getKey(), each.getValue())) {
        evictedByCapacity.increment();
        evicted.add(new Evicted<>(each.getKey(), each.getValue(), change(each.getKey(), null)));
      }
      return true;
    }
    return false;
  }

  private StateChange change(K key, @Nullable V value) {
    try {
      return new StateChange(
          storedName(),
          JSON.writeValueAsString(key),
          value == null ? null : JSON.writeValueAsString(value),
          version.incrementAndGet());
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "an entry of " + storedName() + " cannot be written: " + e.getOriginalMessage(), e);
    }
  }

  /** Looks for entries that are too old. */
  void cleanUp() {
    recent.cleanUp();
    open.cleanUp();
  }

  boolean hasEvicted() {
    return !evicted.isEmpty();
  }

  /** One entry that the extension is to be told of, or null. */
  @Nullable Evicted<K, V> pollEvicted() {
    return evicted.poll();
  }

  @Nullable EvictionHandler<K, V> evictionHandler() {
    return handler;
  }

  /** All entries, as they are to be written. */
  List<StateChange> snapshot() {
    var all = new ArrayList<StateChange>();
    oldestFirst(recent, Integer.MAX_VALUE).forEach((key, value) -> all.add(change(key, value)));
    oldestFirst(open, Integer.MAX_VALUE).forEach((key, value) -> all.add(change(key, value)));
    return all;
  }

  MapState state() {
    return new MapState(
        name,
        extension,
        size(),
        limits.capacity(),
        limits.maxAge().toSeconds(),
        evictedByAge.sum(),
        evictedByCapacity.sum(),
        removed.sum());
  }
}
