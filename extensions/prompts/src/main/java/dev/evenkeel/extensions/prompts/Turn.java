package dev.evenkeel.extensions.prompts;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Open;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A turn whose end is still to come.
 *
 * @param promptId the turn's own id; null in old versions
 * @param startedAt milliseconds since 1970
 * @param toolCalls how many tool calls came back, those of subagents and the failed ones among them
 * @param failures how many of them failed
 */
record Turn(@Nullable String promptId, Clipped prompt, long startedAt, int toolCalls, int failures)
    implements Open {

  static Turn openedBy(HookEvent event, int maxText) {
    return new Turn(
        event.promptId(),
        Clipped.of(event.meaning().prompt(), maxText),
        event.time().toEpochMilli(),
        0,
        0);
  }

  /** Whether the event is of this turn, as far as its ids say. */
  boolean has(HookEvent event) {
    return promptId == null || event.promptId() == null || promptId.equals(event.promptId());
  }

  /** Whether the event surely is of this turn. */
  boolean isNamedBy(HookEvent event) {
    return promptId != null && promptId.equals(event.promptId());
  }

  Turn withCall(boolean failed) {
    return new Turn(promptId, prompt, startedAt, toolCalls + 1, failures + (failed ? 1 : 0));
  }

  /** What {@code turn_ended} says in any case. */
  ObjectNode toData(String outcome) {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    data.put("prompt_id", promptId);
    data.put("prompt", prompt.text());
    data.put("started_at", Instant.ofEpochMilli(startedAt).toString());
    data.put("tool_calls", toolCalls);
    data.put("failures", failures);
    data.put("outcome", outcome);
    if (prompt.cut()) {
      data.put("truncated", true);
    }
    return data;
  }

  @Override
  public boolean isOpen() {
    return true;
  }
}
