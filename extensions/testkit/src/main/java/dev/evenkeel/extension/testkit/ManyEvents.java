package dev.evenkeel.extension.testkit;

import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.MalformedEventException;
import java.time.Instant;

/**
 * A day of an agent's work without an end: sessions that never end beside one that goes on, tool
 * calls that return and that do not, subagents, prompts. No two events have the same ids.
 */
final class ManyEvents {

  private static final String[] NAMES = {
    "SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "PreToolUse", "PreToolUse",
    "PostToolUseFailure", "PreToolUse", "PostToolUse", "SubagentStart", "SubagentStop", "Stop",
    "Notification", "PermissionRequest", "PreToolUse", "PostToolUse"
  };

  /** Every so manieth call is handed to a subagent. */
  private static final int DELEGATES = 10;

  private ManyEvents() {}

  static HookEvent of(int i, Instant time) {
    int round = i / NAMES.length;
    String session = round % 2 == 0 ? "one-that-goes-on" : "session-" + round;
    boolean delegates = round % DELEGATES == 0;
    String json =
        """
        {"hook_event_name":"%s","session_id":"%s","prompt_id":"p%d","cwd":"/work/%d","prompt":"Do %d",\
        "tool_name":"%s","tool_use_id":"t%d","tool_input":{"command":"make %d","description":"d%d",\
        "prompt":"x","subagent_type":"a%d"},"tool_response":{"stdout":"%d","agentId":"a%d"},\
        "agent_id":"%s","agent_type":"a%d","message":"m%d","last_assistant_message":"Done %d"}\
        """
            .formatted(
                NAMES[i % NAMES.length],
                session,
                round,
                round,
                i,
                delegates ? "Agent" : "Bash",
                i - i % 2,
                i,
                i,
                round,
                i,
                i,
                delegates ? "a" + round : "",
                round,
                i,
                i);
    try {
      return HookEvent.read("claude-code", json, time);
    } catch (MalformedEventException e) {
      throw new IllegalStateException(json, e);
    }
  }
}
