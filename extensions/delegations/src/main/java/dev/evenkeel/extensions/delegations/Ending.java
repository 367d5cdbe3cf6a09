package dev.evenkeel.extensions.delegations;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookEvent;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** Puts together what {@code delegation_ended} says. */
final class Ending {
  private final Delegation delegation;
  private final int maxText;
  private final ObjectNode data;

  Ending(Delegation delegation, int maxText) {
    this.delegation = delegation;
    this.maxText = maxText;
    this.data = delegation.toData();
    agent(delegation.agentId());
  }

  /** Nobody said how it ended. */
  ObjectNode unknown() {
    return data.put("outcome", "unknown");
  }

  /** The tool returned, and says that the subagent is done. */
  ObjectNode returned(HookEvent event, @Nullable StoppedSubagent stopped) {
    agent(event.text("tool_response", "agentId"));
    String type = event.text("tool_response", "agentType");
    if (type != null) {
      data.put("agent_type", type);
    }
    JsonNode took = event.at("tool_response", "totalDurationMs");
    data.put("duration_ms", took.isNumber() ? took.longValue() : since(event));
    number("tokens", event.at("tool_response", "totalTokens"));
    number("tool_uses", event.at("tool_response", "totalToolUseCount"));
    String content = textOf(event.at("tool_response", "content"));
    if (content != null) {
      text("result", Clipped.of(content, maxText));
    } else if (stopped != null) {
      text("result", stopped.answer());
    }
    boolean interrupted = event.at("tool_response", "wasInterrupted").asBoolean();
    return data.put("outcome", interrupted ? "interrupted" : "completed");
  }

  /** The subagent of a background delegation stopped. */
  ObjectNode stopped(StoppedSubagent stopped) {
    data.put("duration_ms", Math.max(0, stopped.stoppedAt() - delegation.startedAt()));
    text("result", stopped.answer());
    return data.put("outcome", "completed");
  }

  /** The tool failed. */
  ObjectNode failed(HookEvent event) {
    data.put("duration_ms", since(event));
    text("error", Clipped.of(event.text("error"), maxText));
    boolean interrupted = event.at("is_interrupt").asBoolean();
    return data.put("outcome", interrupted ? "interrupted" : "failed");
  }

  /** The user or a rule did not let the tool run. */
  ObjectNode denied() {
    return data.put("outcome", "denied");
  }

  private void agent(@Nullable String id) {
    if (id != null) {
      data.put("agent_id", id);
    }
  }

  private void number(String field, JsonNode value) {
    if (value.isNumber()) {
      data.set(field, value);
    }
  }

  private void text(String field, Clipped value) {
    data.put(field, value.text());
    if (value.cut()) {
      data.put("truncated", true);
    }
  }

  private long since(HookEvent event) {
    return Math.max(0, event.time().toEpochMilli() - delegation.startedAt());
  }

  /** A tool's content is a text, or a list of parts of which some are texts. */
  private static @Nullable String textOf(JsonNode content) {
    if (content.isTextual()) {
      return content.textValue();
    }
    var texts = new ArrayList<String>();
    for (JsonNode part : content) {
      if (part.path("text").isTextual()) {
        texts.add(part.path("text").textValue());
      }
    }
    return texts.isEmpty() ? null : String.join("\n", texts);
  }
}
