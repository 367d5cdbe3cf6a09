package dev.evenkeel.extension;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** What agents call their events: by name, as an agent's own name is all that some of them send. */
final class EventNames {

  /** By the name in lower case, so that {@code preToolUse} is found too. */
  private static final Map<String, EventKind> KINDS =
      Map.ofEntries(
          // Claude Code, Codex, Copilot CLI and Cursor; and what the latter two call otherwise
          Map.entry("sessionstart", EventKind.SESSION_START),
          Map.entry("sessionend", EventKind.SESSION_END),
          Map.entry("userpromptsubmit", EventKind.USER_PROMPT),
          Map.entry("userpromptsubmitted", EventKind.USER_PROMPT),
          Map.entry("beforesubmitprompt", EventKind.USER_PROMPT),
          Map.entry("pretooluse", EventKind.PRE_TOOL),
          Map.entry("posttooluse", EventKind.POST_TOOL),
          Map.entry("posttoolusefailure", EventKind.TOOL_FAILURE),
          Map.entry("permissiondenied", EventKind.TOOL_DENIAL),
          Map.entry("beforeshellexecution", EventKind.PRE_TOOL),
          Map.entry("aftershellexecution", EventKind.POST_TOOL),
          Map.entry("beforemcpexecution", EventKind.PRE_TOOL),
          Map.entry("aftermcpexecution", EventKind.POST_TOOL),
          Map.entry("subagentstart", EventKind.SUBAGENT_START),
          Map.entry("subagentstop", EventKind.SUBAGENT_STOP),
          Map.entry("stop", EventKind.STOP),
          Map.entry("agentstop", EventKind.STOP),
          Map.entry("stopfailure", EventKind.STOP_FAILURE),
          Map.entry("interrupt", EventKind.INTERRUPT),
          Map.entry("notification", EventKind.NOTIFICATION),
          // Codex' notify
          Map.entry("agent-turn-complete", EventKind.STOP),
          // Gemini CLI
          Map.entry("beforeagent", EventKind.USER_PROMPT),
          Map.entry("afteragent", EventKind.STOP),
          Map.entry("beforetool", EventKind.PRE_TOOL),
          Map.entry("aftertool", EventKind.POST_TOOL),
          // opencode, and what our plugin for it calls a failed call, for which it has no hook
          Map.entry("session.created", EventKind.SESSION_START),
          Map.entry("session.deleted", EventKind.SESSION_END),
          Map.entry("chat.message", EventKind.USER_PROMPT),
          Map.entry("tool.execute.before", EventKind.PRE_TOOL),
          Map.entry("tool.execute.after", EventKind.POST_TOOL),
          Map.entry("tool.execute.error", EventKind.TOOL_FAILURE),
          Map.entry("session.idle", EventKind.STOP),
          Map.entry("session.error", EventKind.STOP_FAILURE));

  private static final Pattern WORD_START =
      Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");
  private static final Pattern SEPARATORS = Pattern.compile("[^\\p{L}\\p{N}]+");

  private EventNames() {}

  static EventKind kindOf(String name) {
    return KINDS.getOrDefault(name.toLowerCase(Locale.ROOT), EventKind.OTHER);
  }

  static String subtypeOf(String name) {
    String known = kindOf(name).subtype();
    if (known != null) {
      return known;
    }
    String words = WORD_START.matcher(name).replaceAll("_");
    return SEPARATORS.matcher(words).replaceAll("_").toLowerCase(Locale.ROOT);
  }
}
