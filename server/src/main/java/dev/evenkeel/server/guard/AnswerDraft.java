package dev.evenkeel.server.guard;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An answer on its way into an agent's format, and what of the ruling has no place in it. */
final class AnswerDraft {

  /** A part of a ruling. */
  enum Part {
    PERMISSION,
    CONTEXT,
    INPUT
  }

  private final ObjectNode body = JsonNodeFactory.instance.objectNode();
  private final Map<Part, String> undelivered = new EnumMap<>(Part.class);

  /** The object that the agent reads. */
  ObjectNode body() {
    return body;
  }

  /** The part of the answer that Claude Code and its likes read by the event's name. */
  ObjectNode specific(String event) {
    return body.has("hookSpecificOutput")
        ? body.withObject("/hookSpecificOutput")
        : body.putObject("hookSpecificOutput").put("hookEventName", event);
  }

  /** The agent does not take this part; nothing of it goes into the answer. */
  void cannot(Part part, String why) {
    undelivered.put(part, why);
  }

  /** Why the part is not in the answer, or null when it is. */
  @Nullable String undelivered(Part part) {
    return undelivered.get(part);
  }

  /** The answer's body: empty where there is nothing in it. */
  String text() {
    return body.isEmpty() ? "" : body.toString();
  }
}
