package dev.evenkeel.server.config;

import dev.evenkeel.extension.internal.Durations;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The settings as text, by the one name that each has, whatever its source calls it. */
final class FoundSettings {

  private static final Pattern SOURCE = Pattern.compile(".*\\[source=(.*)]");

  private static final Pattern PROFILE = Pattern.compile("^%[^.]+\\.");

  private final SmallRyeConfig config;
  private final Map<String, ConfigValue> byKey = new TreeMap<>();
  private final List<String> unknown = new ArrayList<>();

  /**
   * Looks through all sources.
   *
   * @throws IllegalArgumentException when there is a key that the server does not know
   */
  FoundSettings(SmallRyeConfig config) {
    this.config = config;
    KnownKeys.SCALARS.forEach(key -> add(key, key));
    var dotted = new HashSet<String>();
    var variables = new HashSet<String>();
    sort(dotted, variables);
    dotted.forEach(name -> add(name.replace("\"", ""), name));
    Set<String> taken = new HashSet<>();
    byKey.keySet().forEach(key -> taken.add(KnownKeys.variableOf(key)));
    variables.removeAll(taken);
    variables.forEach(this::addVariable);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", unknown.stream().sorted().toList()));
    }
  }

  /**
   * The environment gives its variables twice: as they are, and as a guess of the key. The guess
   * counts only where another source has the key.
   */
  private void sort(Set<String> dotted, Set<String> variables) {
    var ofEnvironment = new HashSet<String>();
    var ofOthers = new HashSet<String>();
    for (var source : config.getConfigSources()) {
      boolean isEnvironment = source instanceof EnvConfigSource;
      for (String name : source.getPropertyNames()) {
        (isEnvironment ? ofEnvironment : ofOthers).add(PROFILE.matcher(name).replaceFirst(""));
      }
    }
    for (String name : config.getPropertyNames()) {
      boolean isGuess =
          ofEnvironment.contains(name)
              && ofEnvironment.contains(KnownKeys.variableOf(name))
              && !ofOthers.contains(name);
      if (name.startsWith(KnownKeys.ENVIRONMENT_PREFIX)) {
        variables.add(name);
      } else if (name.startsWith(KnownKeys.PREFIX) && !isGuess) {
        dotted.add(name);
      }
    }
  }

  private void addVariable(String variable) {
    String key = KnownKeys.keyOf(variable);
    if (key != null) {
      add(key, variable);
    } else if (!KnownKeys.isForOthers(variable, text(config.getConfigValue(variable)))) {
      String guess = variable.toLowerCase(Locale.ROOT).replace('_', '.');
      unknown.add(
          variable
              + " (an environment variable) is no setting; the nearest is "
              + KnownKeys.variableOf(KnownKeys.nearestTo(guess)));
    }
  }

  private void add(String key, String name) {
    ConfigValue value = config.getConfigValue(name);
    if (!KnownKeys.isKnown(key)) {
      unknown.add(
          key
              + " (set in "
              + originOf(key, value)
              + ") is no setting; the nearest is "
              + KnownKeys.nearestTo(key));
    } else if (value.getRawValue() != null) {
      byKey.merge(
          key,
          value,
          (one, other) ->
              one.getConfigSourceOrdinal() >= other.getConfigSourceOrdinal() ? one : other);
    }
  }

  private static String text(ConfigValue value) {
    return value.getValue() == null ? "" : value.getValue().strip();
  }

  /** Where the user finds the value of this key. */
  String originOf(String key) {
    ConfigValue value = byKey.get(key);
    return value == null ? "the defaults" : originOf(key, value);
  }

  private static String originOf(String key, ConfigValue value) {
    String source = value.getConfigSourceName();
    if (source == null) {
      return "an unknown place";
    }
    if (source.startsWith("EnvConfigSource")) {
      return "the environment as " + KnownKeys.variableOf(key);
    }
    if (source.startsWith("SysPropConfigSource")) {
      return "the system properties";
    }
    Matcher matcher = SOURCE.matcher(source);
    String place = matcher.matches() ? matcher.group(1) : source;
    return value.getLineNumber() > 0 ? place + ":" + value.getLineNumber() : place;
  }

  /** The keys that are set, sorted. */
  Set<String> keys() {
    return byKey.keySet();
  }

  /** The text, or null when there is none or it is blank. */
  @Nullable String text(String key) {
    ConfigValue value = byKey.get(key);
    if (value == null) {
      return null;
    }
    if (value.getValue() == null) {
      throw new InvalidSettingException(
          key, " refers to something that is not set: " + value.getRawValue());
    }
    String text = text(value);
    return text.isEmpty() ? null : text;
  }

  int number(String key, int otherwise) {
    return value(
        key,
        otherwise,
        text -> {
          try {
            return Integer.valueOf(text);
          } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                "'" + text + "' is no whole number up to 2147483647", e);
          }
        });
  }

  boolean flag(String key, boolean otherwise) {
    return value(
        key,
        otherwise,
        text ->
            switch (text.toLowerCase(Locale.ROOT)) {
              case "true", "yes", "on", "1" -> true;
              case "false", "no", "off", "0" -> false;
              default ->
                  throw new IllegalArgumentException("'" + text + "' is neither true nor false");
            });
  }

  Duration duration(String key, Duration otherwise) {
    return value(key, otherwise, Durations::parse);
  }

  long size(String key, long otherwise) {
    return value(key, otherwise, Sizes::parse);
  }

  List<String> list(String key) {
    String text = text(key);
    return text == null
        ? List.of()
        : Arrays.stream(text.split(","))
            .map(String::strip)
            .filter(each -> !each.isEmpty())
            .toList();
  }

  <T> T value(String key, T otherwise, Function<String, T> parse) {
    String text = text(key);
    if (text == null) {
      return otherwise;
    }
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingException(key, ": " + e.getMessage());
    }
  }
}
