package dev.evenkeel.extensions.guard;

import java.util.Map;

/**
 * What the operator may set.
 *
 * @param destructive whether the shipped set for destructive commands is asked
 * @param dryRun whether answers are published only, and not told to the agent
 * @param failClosed whether a call is denied when the guard itself fails
 * @param rules own rules, by a name of the operator's choice
 */
record GuardConfig(
    boolean destructive, boolean dryRun, boolean failClosed, Map<String, RuleConfig> rules) {

  GuardConfig() {
    this(true, false, false, Map.of());
  }
}
