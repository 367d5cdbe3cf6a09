package dev.evenkeel.extension.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.EvictionHandler;
import dev.evenkeel.extension.Limits;
import dev.evenkeel.extension.Open;
import dev.evenkeel.extension.PeriodicTask;
import dev.evenkeel.extension.internal.Arguments;
import dev.evenkeel.extension.internal.EntryText;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@link BoundedMap} in memory that keeps its values as JSON text, as a server does, so that a
 * type that does not survive JSON fails in a test.
 */
final class HarnessMap<K, V> implements BoundedMap<K, V> {
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  /** An entry as it is kept over a restart. */
  record Saved(String key, String value, Instant used) {}

  private record Kept(String json, boolean open, Instant used) {}

  private final String name;
  private final Class<K> keyType;
  private final Class<V> valueType;
  private final Limits limits;
  private final Clock clock;
  private final Registrations registrations;
  private final CallGuard guard;

  // Mutable state, guarded by this
  private final List<EvictionHandler<K, V>> handlers = new ArrayList<>();

  /** In the order of their last use, which is what eviction goes by. */
  private final LinkedHashMap<K, Kept> kept = new LinkedHashMap<>();

  /** What the running call changed; null stands for a removal. */
  private final LinkedHashMap<K, @Nullable String> changed = new LinkedHashMap<>();

  HarnessMap(
      String name,
      Class<K> keyType,
      Class<V> valueType,
      Limits limits,
      Clock clock,
      Registrations registrations,
      CallGuard guard) {
    this.name = name;
    this.keyType = keyType;
    this.valueType = valueType;
    this.limits = limits;
    this.clock = clock;
    this.registrations = registrations;
    this.guard = guard;
  }

  @Override
  public synchronized @Nullable V get(K key) {
    if (guard.isInside() && changed.containsKey(key)) {
      String json = changed.get(key);
      return json == null ? null : read(json, valueType);
    }
    Kept entry = kept.get(key);
    if (entry == null) {
      return null;
    }
    kept.putLast(key, new Kept(entry.json, entry.open, clock.instant()));
    return read(entry.json, valueType);
  }

  @Override
  public synchronized void put(K key, V value) {
    guard.requireInside(name + ".put");
    requireSmall(key, value);
    if (!read(write(key), keyType).equals(key)) {
      throw new IllegalArgumentException(name + ": the key " + key + " changes in JSON");
    }
    String json = write(value);
    String again = write(read(json, valueType));
    if (!again.equals(json)) {
      throw new IllegalArgumentException(
          name + ": the value changes in JSON, from " + json + " to " + again);
    }
    changed.putLast(key, json);
  }

  private void requireSmall(K key, V value) {
    var text = new EntryText(JSON);
    try {
      text.write(key);
      text.write(value);
    } catch (JsonProcessingException e) {
      return; // what cannot be written is told below
    } catch (IOException e) {
      throw new IllegalArgumentException(
          name + ": an entry cannot be written: " + e.getMessage(), e);
    }
  }

  @Override
  public synchronized @Nullable V remove(K key) {
    guard.requireInside(name + ".remove");
    V value = get(key);
    changed.putLast(key, null);
    return value;
  }

  @Override
  public synchronized Map<K, V> entries() {
    var all = new LinkedHashMap<K, V>();
    visible().forEach((key, json) -> all.put(key, read(json, valueType)));
    return all;
  }

  @Override
  public synchronized int size() {
    return visible().size();
  }

  @Override
  public synchronized void onEviction(EvictionHandler<K, V> handler) {
    registrations.requireOpen("onEviction");
    handlers.add(Arguments.given("an eviction handler", handler));
  }

  Limits limits() {
    return limits;
  }

  /** Makes the changes of the call that has returned count. */
  synchronized void commit() {
    Instant now = clock.instant();
    changed.forEach(
        (key, json) -> {
          if (json == null) {
            kept.remove(key);
          } else {
            kept.putLast(key, new Kept(json, isOpen(json), now));
          }
        });
    changed.clear();
  }

  /** Forgets the changes of the call that has failed. */
  synchronized void rollBack() {
    changed.clear();
  }

  /**
   * Removes one entry that is too old or too many.
   *
   * @return what tells the handlers of it, or null when nothing has to go
   */
  synchronized @Nullable PeriodicTask evictOne() {
    K key = tooOld();
    if (key == null && kept.size() > limits.capacity()) {
      key = leastWorthKeeping();
    }
    Kept entry = key == null ? null : kept.remove(key);
    if (key == null || entry == null) {
      return null;
    }
    K gone = key;
    V value = read(entry.json, valueType);
    return emission -> {
      for (EvictionHandler<K, V> handler : handlers) {
        handler.evicted(gone, value, emission);
      }
    };
  }

  synchronized long bytes() {
    long bytes = 0;
    for (Saved entry : save()) {
      bytes += entry.key.getBytes(UTF_8).length + entry.value.getBytes(UTF_8).length;
    }
    return bytes;
  }

  synchronized List<Saved> save() {
    var all = new ArrayList<Saved>();
    kept.forEach((key, entry) -> all.add(new Saved(write(key), entry.json, entry.used)));
    return all;
  }

  synchronized void restore(List<Saved> entries) {
    for (Saved entry : entries) {
      kept.putLast(
          read(entry.key, keyType), new Kept(entry.value, isOpen(entry.value), entry.used));
    }
  }

  private Map<K, String> visible() {
    var all = new LinkedHashMap<K, String>();
    kept.forEach((key, entry) -> all.put(key, entry.json));
    if (guard.isInside()) {
      changed.forEach(
          (key, json) -> {
            all.remove(key);
            if (json != null) {
              all.put(key, json);
            }
          });
    }
    return all;
  }

  private @Nullable K tooOld() {
    Instant now = clock.instant();
    for (Map.Entry<K, Kept> entry : kept.entrySet()) {
      Kept value = entry.getValue();
      Duration age = value.open ? limits.openMaxAge() : limits.maxAge();
      if (value.used.plus(age).isBefore(now)) {
        return entry.getKey();
      }
    }
    return null;
  }

  private K leastWorthKeeping() {
    for (Map.Entry<K, Kept> entry : kept.entrySet()) {
      if (!entry.getValue().open) {
        return entry.getKey();
      }
    }
    return kept.firstEntry().getKey();
  }

  private boolean isOpen(String json) {
    return read(json, valueType) instanceof Open open && open.isOpen();
  }

  private String write(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          name + ": " + value.getClass().getName() + " cannot be written as JSON", e);
    }
  }

  private <T> T read(String json, Class<T> type) {
    try {
      return JSON.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          name + ": " + type.getName() + " cannot be read from " + json, e);
    }
  }
}
