package dev.evenkeel.server.guard;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookAnswer;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.guard.AnswerDraft.Part;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is published of a guard's word: the data of a {@code decision} event. Of a replaced input
 * only the names of its fields are in it, because no filter has seen their values.
 *
 * @param word of the guard
 * @param undelivered why the agent was not told, or null when it was
 */
record Decision(Word word, @Nullable String undelivered) {

  private static final double NANOS_PER_MICRO = 1e3;
  private static final double MICROS_PER_MILLI = 1e3;

  /** The kinds of answers, as they are published in lower case. */
  enum Answer {
    NONE,
    ALLOW,
    DENY,
    ASK,
    ADD_CONTEXT,
    REPLACE_INPUT
  }

  static Decision of(Word word, Ruling ruling, AnswerDraft draft) {
    return new Decision(word, whyNotDelivered(word, ruling, draft));
  }

  private static @Nullable String whyNotDelivered(Word word, Ruling ruling, AnswerDraft draft) {
    return switch (word.answer()) {
      case HookAnswer.None _ -> "there is nothing to deliver";
      case HookAnswer.DryRun _ -> "dry run";
      case HookAnswer.Allow _, HookAnswer.Deny _, HookAnswer.Ask _ ->
          whyNotDelivered(word, ruling.permission(), Part.PERMISSION, draft);
      case HookAnswer.AddContext _ -> draft.undelivered(Part.CONTEXT);
      case HookAnswer.ReplaceInput _ ->
          ruling.input() == null
              ? "the call is denied"
              : whyNotDelivered(word, ruling.input(), Part.INPUT, draft);
    };
  }

  private static @Nullable String whyNotDelivered(
      Word word, @Nullable Word winner, Part part, AnswerDraft draft) {
    return winner != null && !winner.equals(word)
        ? "overruled by " + winner.guard()
        : draft.undelivered(part);
  }

  Answer answer() {
    return kindOf(word.answer());
  }

  private static Answer kindOf(HookAnswer answer) {
    return switch (answer) {
      case HookAnswer.None _ -> Answer.NONE;
      case HookAnswer.Allow _ -> Answer.ALLOW;
      case HookAnswer.Deny _ -> Answer.DENY;
      case HookAnswer.Ask _ -> Answer.ASK;
      case HookAnswer.AddContext _ -> Answer.ADD_CONTEXT;
      case HookAnswer.ReplaceInput _ -> Answer.REPLACE_INPUT;
      case HookAnswer.DryRun dry -> kindOf(dry.answer());
    };
  }

  /** As it is published, before the filters. */
  ObjectNode data(HookEvent event) {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    data.put("guard", word.guard());
    data.put("answer", answer().name().toLowerCase(Locale.ROOT));
    putContent(word.answer(), data);
    data.put("delivered", undelivered == null);
    if (undelivered != null) {
      data.put("undelivered_reason", undelivered);
    }
    if (word.failure() != null) {
      data.put("failure", word.failure());
    }
    if (word.answer() instanceof HookAnswer.DryRun) {
      data.put("dry_run", true);
    }
    data.put("duration_ms", millis(word.took()));
    data.put("event", event.name());
    if (event.toolName() != null) {
      data.put("tool_name", event.toolName());
    }
    if (event.toolUseId() != null) {
      data.put("tool_use_id", event.toolUseId());
    }
    return data;
  }

  private static void putContent(HookAnswer answer, ObjectNode data) {
    switch (answer) {
      case HookAnswer.None _ -> {}
      case HookAnswer.Allow allow -> {
        if (allow.reason() != null) {
          data.put("reason", Ruling.cut(allow.reason()));
        }
      }
      case HookAnswer.Deny deny -> data.put("reason", Ruling.cut(deny.reason()));
      case HookAnswer.Ask ask -> data.put("reason", Ruling.cut(ask.reason()));
      case HookAnswer.AddContext context -> data.put("text", Ruling.cut(context.text()));
      case HookAnswer.ReplaceInput replace -> {
        ArrayNode fields = data.putArray("fields");
        replace.input().fieldNames().forEachRemaining(fields::add);
      }
      case HookAnswer.DryRun dry -> putContent(dry.answer(), data);
    }
  }

  /** To the microsecond. */
  private static double millis(Duration took) {
    return Math.round(took.toNanos() / NANOS_PER_MICRO) / MICROS_PER_MILLI;
  }
}
