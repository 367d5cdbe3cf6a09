package dev.evenkeel.extension.internal;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The settings below one key, by a name of the user's choice: {@code rules.no-env.tool}. From the
 * environment they come with hyphens for dots, {@code rules-no-env-tool}: there the end of the key
 * has to be a component of the record.
 *
 * @param type the record of each name
 * @param values by name, its settings by key
 * @param keys all that were taken
 */
record NamedRecords(
    Class<? extends Record> type, Map<String, Map<String, String>> values, Set<String> keys) {

  /**
   * @param component of type {@code Map<String, SomeRecord>}
   * @param key of the component
   */
  static NamedRecords of(RecordComponent component, String key, Map<String, String> all) {
    var named = new NamedRecords(recordOf(component), new TreeMap<>(), new HashSet<>());
    all.forEach((each, text) -> named.take(each, key, text));
    return named;
  }

  private static Class<? extends Record> recordOf(RecordComponent component) {
    if (component.getGenericType() instanceof ParameterizedType map
        && map.getActualTypeArguments()[0] == String.class
        && map.getActualTypeArguments()[1] instanceof Class<?> type
        && type.isRecord()) {
      return type.asSubclass(Record.class);
    }
    throw new IllegalArgumentException(
        component + " cannot be configured; a map is from String to a record");
  }

  private void take(String each, String key, String text) {
    if (each.length() <= key.length() + 1 || !each.startsWith(key)) {
      return;
    }
    String rest = each.substring(key.length() + 1);
    char separator = each.charAt(key.length());
    int at = separator == '.' ? rest.lastIndexOf('.') : separator == '-' ? endOfName(rest) : -1;
    if (at > 0) {
      values
          .computeIfAbsent(rest.substring(0, at), name -> new HashMap<>())
          .put(rest.substring(at + 1), text);
      keys.add(each);
    }
  }

  /**
   * Where the longest component's name at the end begins, less its hyphen; -1 where there is none.
   */
  private int endOfName(String rest) {
    @Nullable String longest = null;
    for (RecordComponent each : type.getRecordComponents()) {
      String name = kebab(each.getName());
      if (rest.endsWith('-' + name) && (longest == null || name.length() > longest.length())) {
        longest = name;
      }
    }
    return longest == null ? -1 : rest.length() - longest.length() - 1;
  }

  private static String kebab(String name) {
    return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
  }

  boolean isEmpty() {
    return values.isEmpty();
  }
}
