package dev.evenkeel.extension.testkit;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads text by kebab-case keys into a record, as {@code ExtensionContext.config} promises. */
final class ConfigReader {
  private static final Pattern SHORT_DURATION = Pattern.compile("(\\d{1,12})\\s*(ms|s|m|h|d)?");

  private ConfigReader() {}

  static <C extends Record> C read(Class<C> type, Map<String, String> values) {
    return read(type, "", values);
  }

  private static <C extends Record> C read(
      Class<C> type, String prefix, Map<String, String> values) {
    RecordComponent[] components = type.getRecordComponents();
    var unknown = new TreeSet<>(values.keySet());
    var known = new TreeSet<String>();
    @Nullable C defaults = defaultsOf(type);
    var types = new Class<?>[components.length];
    var arguments = new @Nullable Object[components.length];
    for (int i = 0; i < components.length; i++) {
      String key = keyOf(components[i]);
      known.add(key);
      unknown.remove(key);
      types[i] = components[i].getType();
      if (types[i] == Map.class) {
        NamedRecords named = NamedRecords.of(components[i], key, values);
        unknown.removeAll(named.keys());
        arguments[i] =
            named.isEmpty()
                ? missing(components[i], types[i], defaults)
                : entries(named, prefix + key + '.');
        continue;
      }
      String text = values.get(key);
      arguments[i] =
          text != null
              ? parse(key, text.strip(), types[i])
              : missing(components[i], types[i], defaults);
    }
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "unknown configuration " + prefix + unknown + "; known: " + known);
    }
    return create(type, types, arguments);
  }

  private static Map<String, Record> entries(NamedRecords named, String prefix) {
    var entries = new TreeMap<String, Record>();
    named
        .values()
        .forEach(
            (name, values) -> entries.put(name, read(named.type(), prefix + name + '.', values)));
    return Collections.unmodifiableMap(entries);
  }

  private static String keyOf(RecordComponent component) {
    return component.getName().replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
  }

  private static <C extends Record> @Nullable C defaultsOf(Class<C> type) {
    boolean has =
        Arrays.stream(type.getDeclaredConstructors()).anyMatch(c -> c.getParameterCount() == 0);
    return has ? create(type, new Class<?>[0], new Object[0]) : null;
  }

  private static @Nullable Object missing(
      RecordComponent component, Class<?> type, @Nullable Object defaults) {
    if (defaults != null) {
      try {
        component.getAccessor().setAccessible(true);
        return component.getAccessor().invoke(defaults);
      } catch (ReflectiveOperationException e) {
        throw new IllegalArgumentException(e);
      }
    }
    if (type == int.class) {
      return 0;
    }
    if (type == long.class) {
      return 0L;
    }
    if (type == double.class) {
      return 0.0;
    }
    if (type == boolean.class) {
      return false;
    }
    if (type == Map.class) {
      return Map.of();
    }
    return type == List.class ? List.of() : null;
  }

  private static Object parse(String key, String text, Class<?> type) {
    try {
      if (type == String.class) {
        return text;
      }
      if (type == int.class) {
        return Integer.valueOf(text);
      }
      if (type == long.class) {
        return Long.valueOf(text);
      }
      if (type == double.class) {
        return Double.valueOf(text);
      }
      if (type == boolean.class && List.of("true", "false").contains(text)) {
        return Boolean.valueOf(text);
      }
      if (type == Duration.class) {
        return duration(text);
      }
      if (type == List.class) {
        return Pattern.compile(",")
            .splitAsStream(text)
            .map(String::strip)
            .filter(part -> !part.isEmpty())
            .toList();
      }
    } catch (NumberFormatException | DateTimeParseException e) {
      throw new IllegalArgumentException(key + " is " + text + "; that is no " + type, e);
    }
    throw new IllegalArgumentException(key + " is " + text + "; that is no " + type);
  }

  private static Duration duration(String text) {
    Matcher matcher = SHORT_DURATION.matcher(text);
    if (!matcher.matches()) {
      return Duration.parse(text);
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      case "d" -> Duration.ofDays(amount);
      case null, default -> Duration.ofSeconds(amount);
    };
  }

  private static <C extends Record> C create(
      Class<C> type, Class<?>[] types, @Nullable Object[] arguments) {
    try {
      Constructor<C> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(
          type.getSimpleName() + " refuses its values: " + e.getCause(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
