package dev.evenkeel.extensions.delegations;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.testkit.ExtensionHarness;
import dev.evenkeel.extension.testkit.Reaction;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sends what an agent sends when it delegates. */
final class Agents {
  private final ExtensionHarness harness;
  private final String session;

  Agents(ExtensionHarness harness, String session) {
    this.harness = harness;
    this.session = session;
  }

  Reaction delegates(String id, String type) {
    return delegates(id, type, "do " + id);
  }

  Reaction delegates(String id, String type, String prompt) {
    return tool("PreToolUse", "Agent", id, type, prompt, Map.of());
  }

  Reaction starts(String agentId, String type) {
    return send("SubagentStart", Map.of("agent_id", agentId, "agent_type", type));
  }

  Reaction stops(String agentId, String type, String answer) {
    return send(
        "SubagentStop",
        Map.of("agent_id", agentId, "agent_type", type, "last_assistant_message", answer));
  }

  /** The tool's return when the subagent is done. */
  Reaction returns(String id, String type, String agentId, String answer) {
    return tool(
        "PostToolUse",
        "Agent",
        id,
        type,
        "do " + id,
        Map.of(
            "tool_response",
            Map.of(
                "status",
                "completed",
                "agentId",
                agentId,
                "agentType",
                type,
                "content",
                List.of(Map.of("type", "text", "text", answer)),
                "totalDurationMs",
                42,
                "totalTokens",
                150,
                "totalToolUseCount",
                2)));
  }

  /** The tool's return when the subagent goes on in the background. */
  Reaction launches(String id, String type, String agentId) {
    return tool(
        "PostToolUse",
        "Agent",
        id,
        type,
        "do " + id,
        Map.of(
            "tool_response",
            Map.of("isAsync", true, "status", "async_launched", "agentId", agentId)));
  }

  Reaction ends() {
    return send("SessionEnd", Map.of("reason", "other"));
  }

  Reaction tool(
      String event, String tool, String id, String type, String prompt, Map<String, ?> more) {
    var fields = new HashMap<String, Object>(more);
    fields.put("tool_name", tool);
    fields.put(
        "tool_input", Map.of("description", "a task", "prompt", prompt, "subagent_type", type));
    if (id != null) {
      fields.put("tool_use_id", id);
    }
    return send(event, fields);
  }

  Reaction send(String event, Map<String, ?> fields) {
    var all = new HashMap<String, Object>(fields);
    all.put("session_id", session);
    all.put("hook_event_name", event);
    return harness.send("claude-code", all);
  }

  static ObjectNode ended(Reaction reaction) {
    List<ObjectNode> all = reaction.derived("delegation_ended");
    if (all.size() != 1) {
      throw new AssertionError("one delegation was to end; these did: " + all);
    }
    return all.getFirst();
  }
}
