package dev.evenkeel.server.guard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.guard.AnswerDraft.Part;
import java.util.Set;

/**
 * Codex CLI, which refuses an answer with a key that it does not know, and one with a value that it
 * knows and does not support. By its published output schemas and the checks of its parser
 * (github.com/openai/codex, codex-rs/hooks: schema/generated/*.output.schema.json,
 * src/engine/output_parser.rs): before a tool call it denies, or takes another input together with
 * {@code allow}, which it refuses alone; it does not ask. A permission request it grants or denies.
 */
final class CodexFormat implements AnswerFormat {

  private static final Set<String> BLOCKED =
      Set.of("UserPromptSubmit", "PostToolUse", "Stop", "SubagentStop");

  private static final Set<String> TOLD =
      Set.of("UserPromptSubmit", "PostToolUse", "SessionStart", "SubagentStart");

  @Override
  public void write(HookEvent event, Ruling ruling, AnswerDraft draft) {
    switch (event.name()) {
      case "PreToolUse" -> toolCall(event, ruling, draft);
      case "PermissionRequest" -> permissionRequest(event, ruling, draft);
      default -> other(event, ruling, draft);
    }
  }

  private static void toolCall(HookEvent event, Ruling ruling, AnswerDraft draft) {
    ObjectNode input = ruling.newInput();
    switch (ruling.decided()) {
      case DENY ->
          draft
              .specific(event.name())
              .put("permissionDecision", "deny")
              .put("permissionDecisionReason", ruling.reason());
      case ASK -> {
        draft.cannot(Part.PERMISSION, "codex does not let a hook ask its user");
        draft.cannot(Part.INPUT, "codex takes another input only with a permission");
      }
      case ALLOW -> {
        if (input == null) {
          draft.cannot(Part.PERMISSION, "codex takes a permission only with another input");
        } else {
          replace(event, input, draft);
        }
      }
      case null -> {
        if (input != null) {
          replace(event, input, draft);
        }
      }
    }
    AnswerFormat.context(event, ruling, draft);
  }

  private static void replace(HookEvent event, ObjectNode input, AnswerDraft draft) {
    draft.specific(event.name()).put("permissionDecision", "allow").set("updatedInput", input);
  }

  private static void permissionRequest(HookEvent event, Ruling ruling, AnswerDraft draft) {
    AnswerFormat.cannot(event, Part.CONTEXT, draft);
    AnswerFormat.cannot(event, Part.INPUT, draft);
    switch (ruling.decided()) {
      case ALLOW -> draft.specific(event.name()).putObject("decision").put("behavior", "allow");
      case DENY ->
          draft
              .specific(event.name())
              .putObject("decision")
              .put("behavior", "deny")
              .put("message", ruling.reason());
      case ASK -> draft.cannot(Part.PERMISSION, "codex asks its user already");
      case null -> {}
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
