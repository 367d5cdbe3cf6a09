package dev.evenkeel.extensions.delegations;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Outcome;
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
    agent(event.meaning().startedAgentId());
    String type = event.text("tool_response", "agentType");
    if (type != null) {
      data.put("agent_type", type);
    }
    JsonNode took = event.at("tool_response", "totalDurationMs");
    data.put("duration_ms", took.isNumber() ? took.longValue() : since(event));
    number("tokens", event.at("tool_response", "totalTokens"));
    number("tool_uses", event.at("tool_response", "totalToolUseCount"));
    String content = event.meaning().resultText();
    if (content != null) {
      text("result", Clipped.of(content, maxText));
    } else if (stopped != null) {
      text("result", stopped.answer());
    }
    return outcome(event.meaning().outcome());
  }

  /** The subagent stopped, and that is the end. */
  ObjectNode stopped(StoppedSubagent stopped) {
    Long took = stopped.tookMillis();
    data.put(
        "duration_ms",
        took != null ? took : Math.max(0, stopped.stoppedAt() - delegation.startedAt()));
    text("result", stopped.answer());
    return outcome(stopped.outcome());
  }

  /** The tool failed; or the user or a rule did not let it run, and then nothing took any time. */
  ObjectNode failed(HookEvent event) {
    Outcome outcome = event.meaning().outcome();
    if (outcome != Outcome.DENIED) {
      data.put("duration_ms", since(event));
      text("error", Clipped.of(event.meaning().error(), maxText));
    }
    return outcome(outcome);
  }

  private ObjectNode outcome(@Nullable Outcome outcome) {
    String word =
        switch (outcome) {
          case null -> "completed";
          case SUCCEEDED -> "completed";
          case FAILED, INTERRUPTED, DENIED -> outcome.word();
        };
    return data.put("outcome", word);
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
}
