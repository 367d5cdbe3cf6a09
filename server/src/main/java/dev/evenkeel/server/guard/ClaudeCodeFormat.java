package dev.evenkeel.server.guard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.guard.AnswerDraft.Part;
import java.util.Set;

/**
 * Claude Code. The keys by event are those of the schema that version 2.1.197 checks answers
 * against, and of its hooks reference (code.claude.com/docs/en/hooks, "Decision control").
 */
final class ClaudeCodeFormat implements AnswerFormat {

  /** Where {@code decision: "block"} means something. */
  private static final Set<String> BLOCKED =
      Set.of(
          "UserPromptSubmit",
          "UserPromptExpansion",
          "PostToolUse",
          "PostToolBatch",
          "Stop",
          "SubagentStop",
          "PreCompact",
          "ConfigChange");

  /** Where {@code additionalContext} means something. */
  private static final Set<String> TOLD =
      Set.of(
          "UserPromptSubmit",
          "UserPromptExpansion",
          "SessionStart",
          "Setup",
          "SubagentStart",
          "PostToolUse",
          "PostToolUseFailure",
          "PostToolBatch",
          "Stop",
          "SubagentStop",
          "Notification");

  @Override
  public void write(HookEvent event, Ruling ruling, AnswerDraft draft) {
    switch (event.name()) {
      case "PreToolUse" -> toolCall(event, ruling, draft);
      case "PermissionRequest" -> permissionRequest(event, ruling, draft);
      default -> other(event, ruling, draft);
    }
  }

  private static void toolCall(HookEvent event, Ruling ruling, AnswerDraft draft) {
    Ruling.Permission decided = ruling.decided();
    if (decided != null) {
      ObjectNode specific = draft.specific(event.name()).put("permissionDecision", decided.word());
      if (!ruling.reason().isEmpty()) {
        specific.put("permissionDecisionReason", ruling.reason());
      }
    }
    ObjectNode input = ruling.newInput();
    if (input != null) {
      draft.specific(event.name()).set("updatedInput", input);
    }
    AnswerFormat.context(event, ruling, draft);
  }

  /** The user is about to be asked: only a yes or a no changes that. */
  private static void permissionRequest(HookEvent event, Ruling ruling, AnswerDraft draft) {
    AnswerFormat.cannot(event, Part.CONTEXT, draft);
    switch (ruling.decided()) {
      case ALLOW -> {
        ObjectNode decision =
            draft.specific(event.name()).putObject("decision").put("behavior", "allow");
        ObjectNode input = ruling.newInput();
        if (input != null) {
          decision.set("updatedInput", input);
        }
      }
      case DENY ->
          draft
              .specific(event.name())
              .putObject("decision")
              .put("behavior", "deny")
              .put("message", ruling.reason());
      case ASK -> {
        draft.cannot(Part.PERMISSION, "claude-code asks its user already");
        draft.cannot(Part.INPUT, "claude-code takes another input only with a permission");
      }
      case null ->
          draft.cannot(Part.INPUT, "claude-code takes another input only with a permission");
    }
  }

  private static void other(HookEvent event, Ruling ruling, AnswerDraft draft) {
    AnswerFormat.cannot(event, Part.INPUT, draft);
    if (BLOCKED.contains(event.name())) {
      AnswerFormat.block(event, ruling, "block", draft);
    } else {
      AnswerFormat.cannot(event, Part.PERMISSION, draft);
    }
    if (TOLD.contains(event.name())) {
      AnswerFormat.context(event, ruling, draft);
    } else {
      AnswerFormat.cannot(event, Part.CONTEXT, draft);
    }
  }
}
