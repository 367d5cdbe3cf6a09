package dev.evenkeel.server.extension;

import dev.evenkeel.server.log.StateChange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one call of an extension changes in bounded maps, before it counts. It belongs to the thread
 * of the call while the call runs.
 */
public final class CallScope {

  private static final ThreadLocal<@Nullable CallScope> CURRENT = new ThreadLocal<>();

  /**
   * What an entry is to become. It is written as JSON when the extension makes it, so that what
   * cannot be written fails the call that made it, and nothing can fail when the changes count.
   *
   * @param keyJson the key as JSON
   * @param value the value, or null when the entry goes
   * @param json the value as JSON
   * @param open whether the value is known to be open
   */
  record Change(String keyJson, @Nullable Object value, @Nullable String json, boolean open) {}

  // Mutable state, owned by the thread of the call
  private final Map<StateMap<?, ?>, LinkedHashMap<Object, Change>> changes = new LinkedHashMap<>();

  /** Work that may throw. */
  @FunctionalInterface
  public interface Body {
    void run() throws Exception;
  }

  /** Runs the body so that changes it makes on this thread go into this scope. */
  public void run(Body body) throws Exception {
    CURRENT.set(this);
    try {
      body.run();
    } finally {
      CURRENT.remove();
    }
  }

  /** Makes the changes count, for everybody, and returns what is to be written. */
  public List<StateChange> apply() {
    if (changes.isEmpty()) {
      return List.of();
    }
    var toWrite = new ArrayList<StateChange>();
    changes.forEach((map, entries) -> map.apply(entries, toWrite));
    return toWrite;
  }

  static @Nullable CallScope current() {
    return CURRENT.get();
  }

  /** The changes so far, by key. */
  Map<Object, Change> changesOf(StateMap<?, ?> map) {
    Map<Object, Change> own = changes.get(map);
    return own == null ? Map.of() : own;
  }

  void change(StateMap<?, ?> map, Object key, Change change) {
    changes.computeIfAbsent(map, each -> new LinkedHashMap<>()).putLast(key, change);
  }
}
