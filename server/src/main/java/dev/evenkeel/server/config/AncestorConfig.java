package dev.evenkeel.server.config;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the ancestor, claude-mpm, is configured with, in our keys: from its {@code
 * .claude-mpm/configuration.yaml} and its environment variables. Its other keys are its own.
 */
final class AncestorConfig {

  private static final String MEMORY = "memory_monitoring.";
  private static final String POOL = "socket_io.connection_pool.";
  private static final String POOL_ENABLED = POOL + "enabled";
  private static final String RECONNECTION = POOL + "reconnection";
  private static final String MAX_CONNECTIONS = "evenkeel.pool.max-connections";
  private static final Pattern NUMBER = Pattern.compile("-?\\d{1,12}");
  private static final Set<String> YES = Set.of("true", "yes", "on");

  /** What a value of theirs is, and so which unit ours needs. */
  private enum Kind {
    COUNT(""),
    SECONDS("s"),
    MEGABYTES("MB"),
    FLAG("");

    private final String unit;

    Kind(String unit) {
      this.unit = unit;
    }
  }

  private record Ours(String key, Kind kind) {}

  private static final Map<String, Ours> KEYS =
      Map.of(
          MEMORY + "max_delegation_tracking",
          new Ours("evenkeel.state.max-delegations", Kind.COUNT),
          MEMORY + "max_prompt_tracking",
          new Ours("evenkeel.state.max-prompts", Kind.COUNT),
          MEMORY + "max_cache_age_seconds",
          new Ours("evenkeel.state.max-age", Kind.SECONDS),
          MEMORY + "cleanup_interval_events",
          new Ours("evenkeel.state.cleanup-interval-events", Kind.COUNT),
          MEMORY + "enabled",
          new Ours("evenkeel.watch.enabled", Kind.FLAG),
          MEMORY + "interval_seconds",
          new Ours("evenkeel.watch.interval", Kind.SECONDS),
          MEMORY + "alert_threshold_mb",
          new Ours("evenkeel.watch.alert-threshold", Kind.MEGABYTES),
          MEMORY + "auto_cleanup",
          new Ours("evenkeel.watch.auto-cleanup", Kind.FLAG),
          POOL + "max_connections",
          new Ours(MAX_CONNECTIONS, Kind.COUNT),
          POOL + "cleanup_interval_seconds",
          new Ours("evenkeel.pool.cleanup-interval", Kind.SECONDS));

  private AncestorConfig() {}

  /**
   * Reads its file.
   *
   * @return by our key
   * @throws IllegalArgumentException when it is no YAML, or asks for what cannot be
   */
  static Map<String, YamlFile.Value> read(Path file) {
    Map<String, YamlFile.Value> theirs =
        YamlFile.read(
            file,
            key -> KEYS.containsKey(key) || key.equals(POOL_ENABLED) || key.equals(RECONNECTION));
    var ours = new LinkedHashMap<String, YamlFile.Value>();
    theirs.forEach(
        (key, value) -> {
          Ours mapped = KEYS.get(key);
          if (mapped != null) {
            ours.put(mapped.key(), inOurUnit(file, key, value, mapped.kind()));
          }
        });
    YamlFile.Value reconnection = theirs.get(RECONNECTION);
    if (reconnection != null && isYes(reconnection)) {
      throw new InvalidSettingException(
              RECONNECTION,
              " is true; a connection never reconnects by itself here, because connections"
                  + " that come back unasked are beyond the limit. The pool replaces dead"
                  + " connections under max_connections: set it to false or remove it")
          .setIn(file + ":" + reconnection.line());
    }
    YamlFile.Value pool = theirs.get(POOL_ENABLED);
    if (pool != null && !isYes(pool)) {
      ours.put(MAX_CONNECTIONS, new YamlFile.Value("1", pool.line()));
    }
    return ours;
  }

  private static boolean isYes(YamlFile.Value value) {
    return YES.contains(value.text().toLowerCase(Locale.ROOT));
  }

  private static YamlFile.Value inOurUnit(Path file, String key, YamlFile.Value value, Kind kind) {
    if (kind == Kind.FLAG) {
      return value;
    }
    if (!NUMBER.matcher(value.text()).matches()) {
      throw new InvalidSettingException(key, " is '" + value.text() + "'; write a whole number")
          .setIn(file + ":" + value.line());
    }
    return new YamlFile.Value(value.text() + kind.unit, value.line());
  }

  /**
   * Reads its environment variables.
   *
   * @param variables gives the value of a variable, or null
   * @return by our key
   */
  static Map<String, String> ofEnvironment(UnaryOperator<@Nullable String> variables) {
    var ours = new HashMap<String, String>();
    String port = variables.apply("CLAUDE_MPM_SOCKETIO_PORT");
    if (port != null && !port.isBlank()) {
      if (!port.strip().matches("\\d{1,5}") || Integer.parseInt(port.strip()) > 65_535) {
        throw new InvalidSettingException(
            "CLAUDE_MPM_SOCKETIO_PORT", " is '" + port + "'; it is a port, like 8765, or not set");
      }
      ours.put("evenkeel.targets.claude-mpm.url", "http://localhost:" + port.strip());
    }
    String debug = variables.apply("CLAUDE_MPM_HOOK_DEBUG");
    if (debug != null && !debug.isBlank()) {
      ours.put("evenkeel.debug", debug.strip());
    }
    return ours;
  }
}
