package dev.evenkeel.extension.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Events that no agent should send and that the server takes all the same: fields of another type
 * than usual, or none, or far too many; the longest, the deepest, the emptiest. A server takes any
 * JSON object, so an extension meets them some day.
 */
public final class HostileEvents {

  private static final List<String> NAMES =
      List.of(
          "SessionStart",
          "SessionEnd",
          "UserPromptSubmit",
          "PreToolUse",
          "PostToolUse",
          "PostToolUseFailure",
          "PostToolBatch",
          "PermissionRequest",
          "PermissionDenied",
          "Notification",
          "MessageDisplay",
          "SubagentStart",
          "SubagentStop",
          "Stop",
          "PreCompact",
          "BeforeTool",
          "AfterTool",
          "preToolUse",
          "postToolUse",
          "unknown",
          "*",
          " ",
          "X.y-z/0");

  private static final List<String> FIELDS =
      List.of(
          "tool_name",
          "tool_input",
          "tool_response",
          "prompt",
          "message",
          "agent_id",
          "agent_type",
          "error",
          "reason",
          "source",
          "cwd",
          "last_assistant_message",
          "duration_ms",
          "is_interrupt",
          "prompt_id",
          "transcript_path",
          "tool_calls",
          "background_tasks");

  /** What other agents call their events. */
  private static final Map<String, List<String>> OTHER_AGENTS =
      Map.of(
          "codex", List.of("PreToolUse", "PostToolUse", "UserPromptSubmit", "Stop"),
          "copilot", List.of("preToolUse", "postToolUse", "userPromptSubmitted", "agentStop"),
          "cursor",
              List.of("beforeShellExecution", "afterShellExecution", "beforeSubmitPrompt", "stop"),
          "gemini-cli", List.of("BeforeAgent", "AfterAgent", "BeforeTool", "AfterTool"),
          "opencode",
              List.of(
                  "chat.message",
                  "tool.execute.before",
                  "tool.execute.after",
                  "tool.execute.error",
                  "session.error",
                  "session.idle"));

  /** What other agents call their fields; those of opencode lie in {@code properties}. */
  private static final List<String> OTHER_FIELDS =
      List.of(
          "tool_name",
          "toolName",
          "tool_input",
          "toolArgs",
          "tool_output",
          "tool_response",
          "toolResult",
          "tool_result",
          "result_json",
          "command",
          "output",
          "prompt",
          "prompt_response",
          "response",
          "text",
          "status",
          "success",
          "duration",
          "error",
          "error_message",
          "failure_type",
          "cwd",
          "task",
          "summary",
          "subagent_type");

  private static final List<String> PROPERTIES =
      List.of("tool", "args", "output", "answer", "error", "metadata", "prompt", "title");

  private static final int LONG = 100_000;
  private static final int DEEP = 900;

  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "0",
          "-1",
          "1e308",
          "123456789012345678901234567890",
          "\"\"",
          "\" \"",
          "\"\\u0000\\ud800\\udc00\\ud800\"",
          "\"é€😀\\n\\t\\\"\\\\\"",
          "[]",
          "{}",
          "[null,[],{}]",
          "{\"\":{\"\":\"\"}}",
          "{\"command\":7,\"subagent_type\":[],\"prompt\":{},\"file_path\":null}",
          "{\"agentId\":1,\"totalDurationMs\":\"x\",\"status\":[],\"interrupted\":\"yes\"}");

  private HostileEvents() {}

  /** All of them, the same at every call. */
  public static List<RecordedEvent> all() {
    var events = new ArrayList<RecordedEvent>();
    for (String name : NAMES) {
      events.add(event(name, "s", ""));
      for (String value : VALUES) {
        events.add(event(name, "s", fieldsAs(FIELDS, value)));
        events.add(event(name, "", fieldsAs(FIELDS, value)));
      }
    }
    new TreeMap<>(OTHER_AGENTS)
        .forEach(
            (agent, names) ->
                names.forEach(
                    name -> VALUES.forEach(value -> events.add(ofOther(agent, name, value)))));
    for (String name : List.of("PreToolUse", "PostToolUse", "UserPromptSubmit", "SubagentStop")) {
      events.add(event(name, "s", fieldsAs(FIELDS, '"' + "a".repeat(LONG) + '"')));
      events.add(
          event(name, "s", fieldsAs(FIELDS, '"' + "=\\\"token\\\": ".repeat(LONG / 13) + '"')));
      events.add(event(name, "s", fieldsAs(FIELDS, "{\"a\":".repeat(DEEP) + 1 + "}".repeat(DEEP))));
      events.add(event(name, "s", fieldsAs(FIELDS, "[".repeat(DEEP) + "]".repeat(DEEP))));
    }
    events.add(event("Wide", "s", manyFields()));
    events.add(event("Twice", "s", ",\"a\":1,\"a\":{\"a\":2,\"a\":3},\"session_id\":\"other\""));
    events.add(new RecordedEvent("x", null, "{}"));
    events.add(new RecordedEvent("x", null, "{\"session_id\":7,\"hook_event_name\":{}}"));
    events.add(new RecordedEvent("x", "InAddress", "{\"\":null}"));
    events.add(
        new RecordedEvent("x", null, "{\"type\":\"T\",\"properties\":{\"sessionID\":null}}"));
    return events;
  }

  private static RecordedEvent event(String name, String id, String more) {
    String ids = id.isEmpty() ? "" : ",\"session_id\":\"hostile\",\"tool_use_id\":\"" + id + "\"";
    return new RecordedEvent(
        "claude-code", null, "{\"hook_event_name\":\"" + name + "\"" + ids + more + "}");
  }

  private static RecordedEvent ofOther(String agent, String name, String value) {
    String properties = ",\"properties\":{\"sessionID\":\"hostile\",\"callID\":\"c\"";
    return new RecordedEvent(
        agent,
        name,
        "{\"type\":\"%s\",\"session_id\":\"hostile\"".formatted(name)
            + fieldsAs(OTHER_FIELDS, value)
            + properties
            + fieldsAs(PROPERTIES, value)
            + "}}");
  }

  private static String fieldsAs(List<String> fields, String json) {
    var all = new StringBuilder();
    for (String field : fields) {
      all.append(",\"").append(field).append("\":").append(json);
    }
    return all.toString();
  }

  private static String manyFields() {
    var all = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      all.append(",\"field").append(i).append("\":").append(i);
    }
    return all.toString();
  }
}
