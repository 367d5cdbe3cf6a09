package dev.evenkeel.server.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The names of settings: which there are, how they are called in the environment, what is near. */
final class KnownKeys {

  static final String PREFIX = "evenkeel.";
  static final String ENVIRONMENT_PREFIX = "EVENKEEL_";

  /** Those without a name of the user's in the middle. */
  static final List<String> SCALARS =
      List.of(
          "evenkeel.data-dir",
          "evenkeel.extensions-dir",
          "evenkeel.extensions-order",
          "evenkeel.memory-budget",
          "evenkeel.debug",
          "evenkeel.token",
          "evenkeel.token-file",
          "evenkeel.allowed-origins",
          "evenkeel.allowed-hosts",
          "evenkeel.state.max-delegations",
          "evenkeel.state.max-prompts",
          "evenkeel.state.max-age",
          "evenkeel.state.cleanup-interval-events",
          "evenkeel.watch.enabled",
          "evenkeel.watch.interval",
          "evenkeel.watch.alert-threshold",
          "evenkeel.watch.auto-cleanup",
          "evenkeel.pool.max-connections",
          "evenkeel.pool.cleanup-interval",
          "evenkeel.guards.deadline",
          "evenkeel.log.max-bytes",
          "evenkeel.log.max-age",
          "evenkeel.log.text-search");

  static final List<String> OF_A_TARGET =
      List.of("url", "token", "token-file", "namespace", "acknowledge");

  static final Pattern TARGET = Pattern.compile("evenkeel\\.targets\\.([^.]+)\\.([^.]+)");
  static final Pattern GUARD_DEADLINE = Pattern.compile("evenkeel\\.guards\\.deadlines\\.(.+)");
  static final Pattern EXTENSION = Pattern.compile("evenkeel\\.extensions\\.([^.]+)\\.(.+)");

  private static final Pattern TARGET_VARIABLE =
      Pattern.compile("EVENKEEL_TARGETS_(.+)_(URL|TOKEN|TOKEN_FILE|NAMESPACE|ACKNOWLEDGE)");

  private static final Pattern GUARD_DEADLINE_VARIABLE =
      Pattern.compile("EVENKEEL_GUARDS_DEADLINES_(.+)");

  /** Underscores in pairs, where a quoted part begins and ends, allow a name of several words. */
  private static final Pattern EXTENSION_VARIABLE =
      Pattern.compile("EVENKEEL_EXTENSIONS_(?:_(.+?)__|([^_]+)_)([^_].*)");

  private static final Set<String> OF_THE_COMMAND_LINE =
      Set.of("EVENKEEL_URL", "EVENKEEL_JAVA_OPTS");

  /** What docker-compose.yml reads. */
  private static final Pattern OF_THE_COMPOSITION =
      Pattern.compile("EVENKEEL_((PROMETHEUS|GRAFANA)_)?PUBLISHED_PORT|EVENKEEL_(.+_)?IMAGE");

  /** Kubernetes and Docker set these, and EVENKEEL_PORT, for a service that is called evenkeel. */
  private static final Pattern OF_A_NEIGHBOUR =
      Pattern.compile("EVENKEEL_(SERVICE_(HOST|PORT(_.+)?)|PORT_\\d+_(TCP|UDP).*)");

  private static final Pattern LISTENING =
      Pattern.compile("evenkeel\\.(quarkus\\.)?(http\\.)?(port|host)");

  /** In a candidate, where the user's key names no target: it costs no edits. */
  private static final String ANY_NAME = "<name>";

  private KnownKeys() {}

  /** Whether there is a setting of this name. An extension's keys are left to the extension. */
  static boolean isKnown(String key) {
    if (SCALARS.contains(key)
        || EXTENSION.matcher(key).matches()
        || GUARD_DEADLINE.matcher(key).matches()) {
      return true;
    }
    Matcher target = TARGET.matcher(key);
    return target.matches() && OF_A_TARGET.contains(target.group(2));
  }

  /** The environment variable that sets this key. */
  static String variableOf(String key) {
    return key.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
  }

  /** Whether the variable means somebody else, though its name begins as ours do. */
  static boolean isForOthers(String variable, String value) {
    return OF_THE_COMMAND_LINE.contains(variable)
        || OF_THE_COMPOSITION.matcher(variable).matches()
        || OF_A_NEIGHBOUR.matcher(variable).matches()
        || (variable.equals("EVENKEEL_PORT") && value.contains("://"));
  }

  /**
   * The key that a variable of a target, a guard's deadline or an extension sets, or null when it
   * is none of these.
   */
  static @Nullable String keyOf(String variable) {
    Matcher target = TARGET_VARIABLE.matcher(variable);
    if (target.matches()) {
      return "evenkeel.targets." + words(target.group(1)) + "." + words(target.group(2));
    }
    Matcher deadline = GUARD_DEADLINE_VARIABLE.matcher(variable);
    if (deadline.matches()) {
      return "evenkeel.guards.deadlines." + deadline.group(1).toLowerCase(Locale.ROOT);
    }
    Matcher extension = EXTENSION_VARIABLE.matcher(variable);
    if (extension.matches()) {
      String name = extension.group(1) == null ? extension.group(2) : extension.group(1);
      return "evenkeel.extensions." + words(name) + "." + words(extension.group(3));
    }
    return null;
  }

  private static String words(String inVariable) {
    return inVariable.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The known key that takes the fewest edits. */
  static String nearestTo(String key) {
    Matcher listening = LISTENING.matcher(key);
    if (listening.matches()) {
      return "quarkus.http." + listening.group(3);
    }
    var candidates = new ArrayList<>(SCALARS);
    Matcher target = TARGET.matcher(key);
    String name = target.matches() ? target.group(1) : ANY_NAME;
    OF_A_TARGET.forEach(each -> candidates.add("evenkeel.targets." + name + "." + each));
    return candidates.stream()
        .min(Comparator.comparingInt(each -> distance(each.replace(ANY_NAME + ".", ""), key)))
        .orElseThrow();
  }

  /** Levenshtein's: insertions, deletions and replacements. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
