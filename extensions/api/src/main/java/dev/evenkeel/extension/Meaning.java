package dev.evenkeel.extension;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an event says, whatever its agent calls it. This is the one place that knows the agents'
 * names of fields; {@link EventNames} knows those of their events.
 *
 * <p>Each question reads the payload once, and builds only what it asks for. Sources: recorded
 * events, and the agents' references as {@code docs/agents.md} names them.
 */
public final class Meaning {

  private static final Paths PROMPT = Paths.of("prompt", "properties.prompt", "input-messages");

  /** Claude Code and Codex; Codex' notify; Gemini CLI; Copilot's and Cursor's subagents. */
  private static final Paths ANSWER =
      Paths.of(
          "last_assistant_message",
          "last-assistant-message",
          "prompt_response",
          "response",
          "summary",
          "properties.answer");

  /** The last one is what Cursor's shell events have instead of an input. */
  private static final Paths TOOL_INPUT =
      Paths.of("tool_input", "toolArgs", "properties.args", "command");

  private static final Paths TOOL_RESULT =
      Paths.of(
          "tool_response",
          "toolResult",
          "tool_result",
          "tool_output",
          "result_json",
          "output",
          "properties.output");

  private static final String[] RESULT_TEXT = {
    "content", "llmContent", "textResultForLlm", "text_result_for_llm", "output", "result", "text"
  };

  /** Cursor's {@code duration} is in milliseconds too. */
  private static final Paths DURATION = Paths.of("duration_ms", "duration");

  private static final Paths ERROR =
      Paths.of(
          "error_message",
          "error",
          "tool_response.error",
          "toolResult.textResultForLlm",
          "tool_result.text_result_for_llm",
          "properties.error");

  private static final Paths ENDING =
      Paths.of(
          "is_interrupt",
          "failure_type",
          "status",
          "tool_response.interrupted",
          "tool_response.wasInterrupted",
          "tool_response.error",
          "toolResult.resultType",
          "tool_result.result_type",
          "properties.error.name");

  /** Claude Code; Codex; opencode, whose subagents are sessions. */
  private static final Paths STARTED_AGENT =
      Paths.of(
          "tool_response.agentId",
          "tool_response.agent_id",
          "properties.metadata.sessionId",
          "properties.metadata.sessionID");

  private static final String[] AGENT_TYPE = {"subagent_type", "agent_type", "agent_name"};
  private static final String[] DESCRIPTION = {"description", "task_name", "name"};
  private static final String[] ASSIGNED = {"prompt", "message", "task", "objective"};

  private final HookEvent event;
  private final JsonMapper json;
  private final byte[] payload;

  Meaning(HookEvent event, JsonMapper json, byte[] payload) {
    this.event = event;
    this.json = json;
    this.payload = payload;
  }

  /** What the user asked, or null. */
  public @Nullable String prompt() {
    JsonNode prompt = first(PROMPT);
    return prompt.isArray() ? prompt.path(prompt.size() - 1).textValue() : prompt.textValue();
  }

  /** The last message of the agent or subagent that stopped, or null. */
  public @Nullable String answer() {
    return first(ANSWER).textValue();
  }

  /** What a tool is called with; a missing node on other events. */
  public JsonNode toolInput() {
    return structured(first(TOOL_INPUT));
  }

  /** What a tool returned; a missing node where it returned nothing. */
  public JsonNode toolResult() {
    return structured(first(TOOL_RESULT));
  }

  /** What a tool returned, where that is a text or has one for its reader; else null. */
  public @Nullable String resultText() {
    JsonNode result = toolResult();
    if (!result.isObject()) {
      return textOf(result);
    }
    for (String name : RESULT_TEXT) {
      String text = textOf(result.path(name));
      if (text != null) {
        return text;
      }
    }
    return null;
  }

  /** How long it took, in milliseconds, where the agent says it; else null. */
  public @Nullable Long durationMillis() {
    JsonNode duration = first(DURATION);
    return duration.isNumber() ? Long.valueOf(duration.longValue()) : null;
  }

  /** What went wrong, in the agent's words, or null. */
  public @Nullable String error() {
    JsonNode error = first(ERROR);
    if (!error.isObject()) {
      return error.textValue();
    }
    String message = error.path("message").textValue();
    return message == null ? error.path("data").path("message").textValue() : message;
  }

  /** How the tool call, the turn or the subagent ended that this event ends; else null. */
  public @Nullable Outcome outcome() {
    return switch (event.kind()) {
      case POST_TOOL -> outcomeOfReturn(read(ENDING));
      case TOOL_FAILURE -> outcomeOfFailure(read(ENDING));
      case TOOL_DENIAL -> Outcome.DENIED;
      case STOP, SUBAGENT_STOP -> outcomeOfStop(read(ENDING));
      case STOP_FAILURE ->
          has(read(ENDING), "properties.error.name", "MessageAbortedError")
              ? Outcome.INTERRUPTED
              : Outcome.FAILED;
      case INTERRUPT -> Outcome.INTERRUPTED;
      case SESSION_START, SESSION_END, USER_PROMPT, PRE_TOOL, SUBAGENT_START, NOTIFICATION, OTHER ->
          null;
    };
  }

  /** What the call of a tool that delegates asks for. */
  public Assignment assignment() {
    JsonNode input = toolInput();
    return new Assignment(
        textAt(input, AGENT_TYPE), textAt(input, DESCRIPTION), textAt(input, ASSIGNED));
  }

  /** The subagent that a returned tool has run or started, or null where it names none. */
  public @Nullable String startedAgentId() {
    String id = first(STARTED_AGENT).textValue();
    return id == null ? textAt(toolResult(), "agentId", "agent_id") : id;
  }

  private static Outcome outcomeOfReturn(Map<String, JsonNode> found) {
    if (isTrue(found, "tool_response.interrupted")
        || isTrue(found, "tool_response.wasInterrupted")) {
      return Outcome.INTERRUPTED;
    }
    JsonNode copilots = found.getOrDefault("toolResult.resultType", MissingNode.getInstance());
    String result =
        copilots.isTextual() ? copilots.textValue() : textOf(found, "tool_result.result_type");
    if (result != null) {
      return switch (result) {
        case "success" -> Outcome.SUCCEEDED;
        case "denied" -> Outcome.DENIED;
        default -> Outcome.FAILED;
      };
    }
    JsonNode error = found.get("tool_response.error");
    return error == null || error.isNull() ? Outcome.SUCCEEDED : Outcome.FAILED;
  }

  private static Outcome outcomeOfFailure(Map<String, JsonNode> found) {
    if (isTrue(found, "is_interrupt")) {
      return Outcome.INTERRUPTED;
    }
    return has(found, "failure_type", "permission_denied") ? Outcome.DENIED : Outcome.FAILED;
  }

  /** Cursor says it in the event; the others have other events for it. */
  private static Outcome outcomeOfStop(Map<String, JsonNode> found) {
    return switch (textOf(found, "status")) {
      case "aborted" -> Outcome.INTERRUPTED;
      case "error" -> Outcome.FAILED;
      case null, default -> Outcome.SUCCEEDED;
    };
  }

  private static boolean isTrue(Map<String, JsonNode> found, String place) {
    JsonNode node = found.get(place);
    return node != null && node.asBoolean();
  }

  private static boolean has(Map<String, JsonNode> found, String place, String text) {
    return text.equals(textOf(found, place));
  }

  private static @Nullable String textOf(Map<String, JsonNode> found, String place) {
    JsonNode node = found.get(place);
    return node == null ? null : node.textValue();
  }

  private static @Nullable String textAt(JsonNode object, String... names) {
    for (String name : names) {
      String text = object.path(name).textValue();
      if (text != null) {
        return text;
      }
    }
    return null;
  }

  /** A text, or the texts among a list of parts. */
  private static @Nullable String textOf(JsonNode content) {
    if (!content.isArray()) {
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

  /** Cursor, and Codex for some tools, send an object as the text of its JSON. */
  private JsonNode structured(JsonNode node) {
    String text = node.textValue();
    if (text == null || !text.startsWith("{") || text.indexOf('\0') >= 0) {
      return node;
    }
    try {
      JsonNode object = Trees.read(json, text.getBytes(StandardCharsets.UTF_8));
      return object.isObject() ? object : node;
    } catch (IOException e) {
      return node; // a text that only begins like JSON
    }
  }

  private JsonNode first(Paths paths) {
    try {
      return paths.first(json, payload);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, JsonNode> read(Paths paths) {
    try {
      return paths.read(json, payload);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
