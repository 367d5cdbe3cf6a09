package dev.evenkeel.extensions.delegations;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.Assignment;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Open;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A delegation whose end is still to come.
 *
 * @param startedAt milliseconds since 1970
 * @param toolUseId the id of the tool call, or null
 * @param parentAgentId the subagent that delegates, or null when the main conversation does
 * @param agentType the kind of subagent that was asked for, empty where any will do
 * @param agentId the subagent, as far as it is known
 * @param inBackground whether the tool has returned and the end is the subagent's stop; before,
 *     {@code agentId} is an assumption, and after it where the tool names no subagent
 */
record Delegation(
    long startedAt,
    @Nullable String toolUseId,
    @Nullable String parentAgentId,
    String agentType,
    Clipped description,
    Clipped prompt,
    @Nullable String agentId,
    boolean inBackground)
    implements Open {

  /** The longest id or type that an event's own fields have. */
  private static final int LONGEST_NAME = 512;

  static Delegation begunBy(HookEvent event, int maxText) {
    Assignment asked = event.meaning().assignment();
    return new Delegation(
        event.time().toEpochMilli(),
        idOf(event),
        event.agentId(),
        Clipped.of(asked.agentType(), LONGEST_NAME).text(),
        Clipped.of(asked.description(), maxText),
        Clipped.of(asked.prompt(), maxText),
        null,
        false);
  }

  /** The id of the tool call; an empty one is none. */
  static @Nullable String idOf(HookEvent event) {
    String id = event.toolUseId();
    return id == null || id.isEmpty() ? null : id;
  }

  /** Whether both are the same call, for calls that have no id. */
  boolean looksLike(Delegation other) {
    return agentType.equals(other.agentType)
        && description.equals(other.description)
        && prompt.equals(other.prompt)
        && Objects.equals(parentAgentId, other.parentAgentId);
  }

  /** Whether a subagent of this type may be this delegation's, which has none yet. */
  boolean waitsFor(@Nullable String type) {
    return agentId == null && (agentType.isEmpty() || agentType.equals(type));
  }

  Delegation assumedToBe(String subagent) {
    return boundTo(subagent, inBackground);
  }

  /** The tool has returned, and the subagent goes on. */
  Delegation runningAs(@Nullable String subagent) {
    return boundTo(subagent, true);
  }

  Delegation unbound() {
    return boundTo(null, false);
  }

  private Delegation boundTo(@Nullable String subagent, boolean nowInBackground) {
    return new Delegation(
        startedAt,
        toolUseId,
        parentAgentId,
        agentType,
        description,
        prompt,
        subagent,
        nowInBackground);
  }

  /** What both derived events say. */
  ObjectNode toData() {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    data.put("tool_use_id", toolUseId);
    data.put("agent_type", agentType);
    if (parentAgentId != null) {
      data.put("parent_agent_id", parentAgentId);
    }
    data.put("description", description.text());
    data.put("prompt", prompt.text());
    data.put("started_at", Instant.ofEpochMilli(startedAt).toString());
    if (description.cut() || prompt.cut()) {
      data.put("truncated", true);
    }
    return data;
  }

  @Override
  public boolean isOpen() {
    return true;
  }
}
