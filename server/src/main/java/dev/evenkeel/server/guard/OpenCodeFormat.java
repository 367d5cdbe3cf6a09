package dev.evenkeel.server.guard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.guard.AnswerDraft.Part;

/**
 * opencode, whose plugin reads the answer: the one that {@code bin/evenkeel settings opencode}
 * prints. Before a tool it throws the reason of a denial, which is how a plugin stops a tool
 * (opencode.ai/docs/plugins), or puts other arguments into the place of the agent's. Nothing lets a
 * plugin ask the user, or give a permission.
 */
final class OpenCodeFormat implements AnswerFormat {

  @Override
  public void write(HookEvent event, Ruling ruling, AnswerDraft draft) {
    if (!event.name().equals("tool.execute.before")) {
      AnswerFormat.nothing(draft, "opencode takes no answer to " + event.name());
      return;
    }
    AnswerFormat.cannot(event, Part.CONTEXT, draft);
    AnswerFormat.block(event, ruling, "deny", draft);
    ObjectNode input = ruling.newInput();
    if (input != null) {
      draft.body().set("args", input);
    }
  }
}
