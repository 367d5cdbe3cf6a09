package dev.evenkeel.extension;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** The short forms of event names. Dashboards know events by them. */
final class EventNames {

  /** By the name in lower case without separators, so that {@code preToolUse} is found too. */
  private static final Map<String, String> SHORT =
      Map.ofEntries(
          Map.entry("userpromptsubmit", "user_prompt"),
          Map.entry("pretooluse", "pre_tool"),
          Map.entry("posttooluse", "post_tool"),
          Map.entry("subagentstart", "subagent_start"),
          Map.entry("subagentstop", "subagent_stop"),
          Map.entry("stop", "stop"),
          Map.entry("sessionstart", "session_start"),
          Map.entry("sessionend", "session_end"),
          Map.entry("notification", "notification"));

  private static final Pattern WORD_START =
      Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");
  private static final Pattern SEPARATORS = Pattern.compile("[^\\p{L}\\p{N}]+");

  private EventNames() {}

  static String subtypeOf(String name) {
    String known = SHORT.get(name.toLowerCase(Locale.ROOT));
    if (known != null) {
      return known;
    }
    String words = WORD_START.matcher(name).replaceAll("_");
    return SEPARATORS.matcher(words).replaceAll("_").toLowerCase(Locale.ROOT);
  }
}
