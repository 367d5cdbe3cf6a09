package dev.evenkeel.server.guard;

import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How long guards have.
 *
 * @param deadline what all guards of an event may take together
 * @param byEvent the same for some events, by name in any case
 */
public record GuardConfig(Duration deadline, Map<String, Duration> byEvent) {

  /** One second: an agent that waits longer feels slow, and most guards need microseconds. */
  public static final GuardConfig DEFAULT = new GuardConfig(Duration.ofSeconds(1), Map.of());

  public GuardConfig {
    var lower = new HashMap<String, Duration>();
    byEvent.forEach((name, own) -> lower.put(name.toLowerCase(Locale.ROOT), own));
    byEvent = Map.copyOf(lower);
  }

  Duration deadlineOf(String event) {
    return byEvent.isEmpty()
        ? deadline
        : byEvent.getOrDefault(event.toLowerCase(Locale.ROOT), deadline);
  }
}
