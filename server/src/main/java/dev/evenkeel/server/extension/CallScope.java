package dev.evenkeel.server.extension;

import dev.evenkeel.server.log.StateChange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one call of an extension changes in bounded maps, before it counts. It belongs to the thread
 * of the call while the call runs.
 */
public final class CallScope {

  private static final ThreadLocal<@Nullable CallScope> CURRENT = new ThreadLocal<>();

  // Mutable state, owned by the thread of the call
  private final Map<StateMap<?, ?>, Map<Object, Optional<Object>>> changes = new LinkedHashMap<>();

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

  /**
   * Makes the changes count, for everybody, and returns what is to be written.
   *
   * @throws IllegalArgumentException when an entry cannot be written; then nothing has changed
   */
  public List<StateChange> apply() {
    if (changes.isEmpty()) {
      return List.of();
    }
    var toWrite = new ArrayList<StateChange>();
    changes.forEach((map, entries) -> map.describe(entries, toWrite));
    changes.forEach(StateMap::apply);
    return toWrite;
  }

  static @Nullable CallScope current() {
    return CURRENT.get();
  }

  @Nullable Map<Object, Optional<Object>> changesOf(StateMap<?, ?> map) {
    return changes.get(map);
  }

  void change(StateMap<?, ?> map, Object key, Optional<Object> value) {
    changes.computeIfAbsent(map, each -> new LinkedHashMap<>()).put(key, value);
  }
}
