package dev.evenkeel.server.guard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.guard.AnswerDraft.Part;

/**
 * GitHub Copilot CLI, by its hooks reference
 * (docs.github.com/en/copilot/reference/copilot-cli-reference/cli-hooks-reference, "decision
 * control"), with its own names of events and with those of VS Code.
 */
final class CopilotFormat implements AnswerFormat {

  @Override
  public void write(HookEvent event, Ruling ruling, AnswerDraft draft) {
    switch (event.name()) {
      case "preToolUse", "PreToolUse" -> toolCall(event, ruling, draft);
      case "permissionRequest", "PermissionRequest" -> permissionRequest(event, ruling, draft);
      case "agentStop", "Stop", "subagentStop", "SubagentStop" -> {
        AnswerFormat.cannot(event, Part.INPUT, draft);
        AnswerFormat.cannot(event, Part.CONTEXT, draft);
        AnswerFormat.block(event, ruling, "block", draft);
      }
      case "subagentStart", "notification", "Notification" -> {
        AnswerFormat.cannot(event, Part.PERMISSION, draft);
        AnswerFormat.cannot(event, Part.INPUT, draft);
        String context = ruling.context();
        if (context != null) {
          draft.body().put("additionalContext", context);
        }
      }
      default -> AnswerFormat.nothing(draft, "copilot takes no answer to " + event.name());
    }
  }

  private static void toolCall(HookEvent event, Ruling ruling, AnswerDraft draft) {
    AnswerFormat.cannot(event, Part.CONTEXT, draft);
    Ruling.Permission decided = ruling.decided();
    if (decided != null) {
      draft.body().put("permissionDecision", decided.word());
      if (!ruling.reason().isEmpty()) {
        draft.body().put("permissionDecisionReason", ruling.reason());
      }
    }
    ObjectNode input = ruling.newInput();
    if (input != null) {
      draft.body().set("modifiedArgs", input);
    }
  }

  private static void permissionRequest(HookEvent event, Ruling ruling, AnswerDraft draft) {
    AnswerFormat.cannot(event, Part.CONTEXT, draft);
    AnswerFormat.cannot(event, Part.INPUT, draft);
    switch (ruling.decided()) {
      case ALLOW -> draft.body().put("behavior", "allow");
      case DENY -> draft.body().put("behavior", "deny").put("message", ruling.reason());
      case ASK -> draft.cannot(Part.PERMISSION, "copilot asks its user in its own way");
      case null -> {}
    }
  }
}
