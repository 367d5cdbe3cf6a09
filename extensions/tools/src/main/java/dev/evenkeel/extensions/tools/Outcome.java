package dev.evenkeel.extensions.tools;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.extension.HookEvent;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a tool call ended, by what agents really send. */
enum Outcome {
  SUCCEEDED,
  FAILED,
  INTERRUPTED,
  DENIED;

  /** The word that is attached. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Of an event that brings the tool's response. */
  static Outcome ofReturned(HookEvent event) {
    if (event.at("tool_response", "interrupted").asBoolean()
        || event.at("tool_response", "wasInterrupted").asBoolean()) {
      return INTERRUPTED;
    }
    return switch (event.name()) {
      case "AfterTool" -> isPresent(event.at("tool_response", "error")) ? FAILED : SUCCEEDED;
      case "postToolUse" -> ofCopilot(event.text("toolResult", "resultType"));
      default -> SUCCEEDED;
    };
  }

  /** Of an event that says that the tool failed. */
  static Outcome ofFailed(HookEvent event) {
    return event.at("is_interrupt").asBoolean() ? INTERRUPTED : FAILED;
  }

  private static Outcome ofCopilot(@Nullable String resultType) {
    return switch (resultType) {
      case null -> SUCCEEDED;
      case "success" -> SUCCEEDED;
      case "denied" -> DENIED;
      default -> FAILED;
    };
  }

  private static boolean isPresent(JsonNode node) {
    return !node.isMissingNode() && !node.isNull();
  }
}
