package dev.evenkeel.server.guard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.guard.AnswerDraft.Part;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.Set;

/**
 * Gemini CLI, by its hooks reference (geminicli.com/docs/hooks/reference): {@code decision} denies
 * or, as without an answer, allows; it cannot ask. Another input is merged into the agent's, so
 * that fields which it leaves out would stay.
 */
final class GeminiCliFormat implements AnswerFormat {

  private static final Set<String> DENIED =
      Set.of("BeforeTool", "AfterTool", "BeforeAgent", "AfterAgent", "BeforeModel", "AfterModel");

  private static final Set<String> TOLD = Set.of("AfterTool", "BeforeAgent", "SessionStart");

  @Override
  public void write(HookEvent event, Ruling ruling, AnswerDraft draft) {
    if (!DENIED.contains(event.name())) {
      AnswerFormat.cannot(event, Part.PERMISSION, draft);
    } else {
      decide(event, ruling, draft);
    }
    if (event.name().equals("BeforeTool")) {
      replace(event, ruling, draft);
    } else {
      AnswerFormat.cannot(event, Part.INPUT, draft);
    }
    if (TOLD.contains(event.name())) {
      AnswerFormat.context(event, ruling, draft);
    } else {
      AnswerFormat.cannot(event, Part.CONTEXT, draft);
    }
  }

  private static void decide(HookEvent event, Ruling ruling, AnswerDraft draft) {
    switch (ruling.decided()) {
      case DENY -> draft.body().put("decision", "deny").put("reason", ruling.reason());
      case ASK -> draft.cannot(Part.PERMISSION, "gemini-cli does not let a hook ask its user");
      case ALLOW -> {
        if (event.name().equals("BeforeTool")) {
          draft.body().put("decision", "allow");
        } else {
          draft.cannot(Part.PERMISSION, "gemini-cli takes only denials of " + event.name());
        }
      }
      case null -> {}
    }
  }

  private static void replace(HookEvent event, Ruling ruling, AnswerDraft draft) {
    ObjectNode input = ruling.newInput();
    if (input == null) {
      return;
    }
    var left = new ArrayList<String>();
    JsonNode old = event.at("tool_input");
    for (Iterator<String> names = old.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!input.has(name)) {
        left.add(name);
      }
    }
    if (left.isEmpty()) {
      draft.specific(event.name()).set("tool_input", input);
    } else {
      draft.cannot(Part.INPUT, "gemini-cli would keep what the new input leaves out: " + left);
    }
  }
}
