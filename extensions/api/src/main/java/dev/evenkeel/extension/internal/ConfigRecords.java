package dev.evenkeel.extension.internal;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads an extension's configuration into its record, as {@link
 * dev.evenkeel.extension.ExtensionContext#config} promises.
 */
public final class ConfigRecords {

  private ConfigRecords() {}

  /**
   * Reads settings into a record of this type.
   *
   * @param extension for messages
   * @param values by key in kebab case
   * @throws IllegalArgumentException when a value does not fit its component, or a key names none
   */
  public static <C extends Record> C read(
      Class<C> type, String extension, Map<String, String> values) {
    return read(type, extension, "", values);
  }

  private static <C extends Record> C read(
      Class<C> type, String extension, String prefix, Map<String, String> values) {
    RecordComponent[] components = type.getRecordComponents();
    var known = new TreeSet<String>();
    var unknown = new TreeSet<>(values.keySet());
    Object[] arguments = new Object[components.length];
    C defaults = defaults(type);
    for (int i = 0; i < components.length; i++) {
      String key = kebab(components[i].getName());
      known.add(key);
      unknown.remove(key);
      if (components[i].getType() == Map.class) {
        NamedRecords named = NamedRecords.of(components[i], key, values);
        unknown.removeAll(named.keys());
        arguments[i] =
            named.isEmpty()
                ? defaultOf(components[i], defaults)
                : entries(named, extension, prefix + key + '.');
        continue;
      }
      String text = values.get(key);
      arguments[i] =
          text == null
              ? defaultOf(components[i], defaults)
              : parse(components[i].getType(), text.strip(), keyOf(extension, prefix + key));
    }
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          keyOf(extension, prefix + unknown.first())
              + " is no setting of "
              + extension
              + "; it knows "
              + known);
    }
    return create(type, components, arguments);
  }

  private static Map<String, Record> entries(NamedRecords named, String extension, String prefix) {
    var entries = new TreeMap<String, Record>();
    named
        .values()
        .forEach(
            (name, values) ->
                entries.put(name, read(named.type(), extension, prefix + name + '.', values)));
    return Collections.unmodifiableMap(entries);
  }

  private static String keyOf(String extension, String key) {
    return "evenkeel.extensions." + extension + "." + key;
  }

  private static String kebab(String name) {
    return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
  }

  private static <C extends Record> @Nullable C defaults(Class<C> type) {
    try {
      Constructor<C> constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      return constructor.newInstance();
    } catch (NoSuchMethodException e) {
      return null;
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(type + " cannot be made without parameters: " + e, e);
    }
  }

  private static @Nullable Object defaultOf(RecordComponent component, @Nullable Record defaults) {
    if (defaults != null) {
      try {
        component.getAccessor().setAccessible(true);
        return component.getAccessor().invoke(defaults);
      } catch (ReflectiveOperationException e) {
        throw new IllegalArgumentException("cannot read " + component, e);
      }
    }
    Class<?> type = component.getType();
    if (type == boolean.class) {
      return false;
    }
    if (type == List.class) {
      return List.of();
    }
    if (type == Map.class) {
      return Map.of();
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
    return null;
  }

  private static Object parse(Class<?> type, String text, String key) {
    try {
      if (type == String.class) {
        return text;
      }
      if (type == int.class) {
        return Integer.parseInt(text);
      }
      if (type == long.class) {
        return Long.parseLong(text);
      }
      if (type == double.class) {
        return Double.parseDouble(text);
      }
      if (type == Duration.class) {
        return Durations.parse(text);
      }
      if (type == List.class) {
        return Arrays.stream(text.split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList();
      }
      if (type == boolean.class && (text.equals("true") || text.equals("false"))) {
        return text.equals("true");
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          key + " is '" + text + "', which is no " + type.getSimpleName().toLowerCase(Locale.ROOT),
          e);
    }
    throw new IllegalArgumentException(
        key + " is '" + text + "', which is no " + type.getSimpleName());
  }

  private static <C extends Record> C create(
      Class<C> type, RecordComponent[] components, @Nullable Object[] arguments) {
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      Constructor<C> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IllegalArgumentException(String.valueOf(cause.getMessage()), cause);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("cannot make " + type + ": " + e, e);
    }
  }
}
