package dev.evenkeel.server.guard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.guard.AnswerDraft.Part;

/**
 * Cursor, by its hooks page (cursor.com/docs/hooks): {@code permission} with a message for the user
 * and one for the agent; {@code ask} is accepted before any tool and heeded only before a shell
 * command or an MCP call, so that it is not sent elsewhere.
 */
final class CursorFormat implements AnswerFormat {

  @Override
  public void write(HookEvent event, Ruling ruling, AnswerDraft draft) {
    switch (event.name()) {
      case "beforeShellExecution", "beforeMCPExecution" -> permit(event, ruling, true, true, draft);
      case "preToolUse" -> permit(event, ruling, false, true, draft);
      case "beforeReadFile", "beforeTabFileRead", "subagentStart" ->
          permit(event, ruling, false, false, draft);
      case "beforeSubmitPrompt" -> submitPrompt(event, ruling, draft);
      case "stop", "subagentStop" -> goOn(event, ruling, draft);
      default -> AnswerFormat.cannot(event, Part.PERMISSION, draft);
    }
    ObjectNode input = ruling.newInput();
    if (!event.name().equals("preToolUse")) {
      AnswerFormat.cannot(event, Part.INPUT, draft);
    } else if (input != null && draft.undelivered(Part.PERMISSION) == null) {
      draft.body().put("permission", "allow").set("updated_input", input);
    } else if (input != null) {
      draft.cannot(Part.INPUT, "cursor takes another input only with a permission");
    }
    String context = ruling.context();
    switch (event.name()) {
      case "sessionStart", "postToolUse" -> {
        if (context != null) {
          draft.body().put("additional_context", context);
        }
      }
      default -> AnswerFormat.cannot(event, Part.CONTEXT, draft);
    }
  }

  private static void permit(
      HookEvent event, Ruling ruling, boolean canAsk, boolean tellsAgent, AnswerDraft draft) {
    Ruling.Permission decided = ruling.decided();
    if (decided == null) {
      return;
    }
    if (decided == Ruling.Permission.ASK && !canAsk) {
      draft.cannot(Part.PERMISSION, "cursor does not let a hook ask its user on " + event.name());
      return;
    }
    draft.body().put("permission", decided.word());
    if (!ruling.reason().isEmpty() && decided != Ruling.Permission.ALLOW) {
      draft.body().put("user_message", ruling.reason());
      if (tellsAgent) {
        draft.body().put("agent_message", ruling.reason());
      }
    }
  }

  private static void submitPrompt(HookEvent event, Ruling ruling, AnswerDraft draft) {
    switch (ruling.decided()) {
      case DENY -> draft.body().put("continue", false).put("user_message", ruling.reason());
      case ALLOW -> draft.body().put("continue", true);
      case ASK -> draft.cannot(Part.PERMISSION, "cursor takes no question on " + event.name());
      case null -> {}
    }
  }

  /** Who may not stop is told what to do next. */
  private static void goOn(HookEvent event, Ruling ruling, AnswerDraft draft) {
    if (ruling.decided() == Ruling.Permission.DENY) {
      draft.body().put("followup_message", ruling.reason());
    } else {
      draft.cannot(Part.PERMISSION, "cursor takes only denials of " + event.name());
    }
  }
}
