package dev.evenkeel.server.guard;

import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.guard.AnswerDraft.Part;
import java.util.Map;

/**
 * How an agent takes the answer to its hook: with which keys, for which events. What it does not
 * take is left out, and the draft says so: agents refuse an answer for one key that they do not
 * know, or read half of it.
 */
@FunctionalInterface
interface AnswerFormat {

  /** By the agent's name in the address of its hooks. */
  Map<String, AnswerFormat> BY_AGENT =
      Map.of(
          "claude-code", new ClaudeCodeFormat(),
          "codex", new CodexFormat(),
          "gemini-cli", new GeminiCliFormat(),
          "cursor", new CursorFormat(),
          "copilot", new CopilotFormat(),
          "opencode", new OpenCodeFormat());

  /** Writes what the agent takes of the ruling. */
  void write(HookEvent event, Ruling ruling, AnswerDraft draft);

  /** The answer for the agent that sent the event. */
  static AnswerDraft draft(HookEvent event, Ruling ruling) {
    var draft = new AnswerDraft();
    String agent = event.session().source();
    AnswerFormat format = BY_AGENT.get(agent);
    if (format == null) {
      nothing(draft, "how " + agent + " takes an answer is not known");
    } else {
      format.write(event, ruling, draft);
    }
    return draft;
  }

  /** None of the parts is taken. */
  static void nothing(AnswerDraft draft, String why) {
    for (Part part : Part.values()) {
      draft.cannot(part, why);
    }
  }

  /** {@code decision: block} with a reason, which is all that can be said of most events. */
  static void block(HookEvent event, Ruling ruling, String word, AnswerDraft draft) {
    Ruling.Permission decided = ruling.decided();
    if (decided == Ruling.Permission.DENY) {
      draft.body().put("decision", word).put("reason", ruling.reason());
    } else {
      draft.cannot(
          Part.PERMISSION, event.session().source() + " takes only denials of " + event.name());
    }
  }

  /** {@code hookSpecificOutput.additionalContext}. */
  static void context(HookEvent event, Ruling ruling, AnswerDraft draft) {
    String context = ruling.context();
    if (context != null) {
      draft.specific(event.name()).put("additionalContext", context);
    }
  }

  /** This part is not taken for this event. */
  static void cannot(HookEvent event, Part part, AnswerDraft draft) {
    String what =
        switch (part) {
          case PERMISSION -> "no decision on ";
          case CONTEXT -> "no context with ";
          case INPUT -> "no other input for ";
        };
    draft.cannot(part, event.session().source() + " takes " + what + event.name());
  }
}
