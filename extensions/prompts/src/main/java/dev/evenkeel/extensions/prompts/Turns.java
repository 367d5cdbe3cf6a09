package dev.evenkeel.extensions.prompts;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.Emission;
import dev.evenkeel.extension.EventKind;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Outcome;
import dev.evenkeel.extension.Session;
import org.jspecify.annotations.Nullable;

/** The open turn of each session. A session has one at a time. */
final class Turns {
  private static final String ENDED = "turn_ended";

  private final PromptsConfig config;
  private final BoundedMap<Session, Turn> open;

  Turns(PromptsConfig config, BoundedMap<Session, Turn> open) {
    this.config = config;
    this.open = open;
  }

  /** Escape and a crash fire no hook: the next prompt shows that the turn before is over. */
  void prompted(HookEvent event, Emission emission) {
    Turn before = open.get(event.session());
    if (isOfSubagent(event) || (before != null && before.isNamedBy(event))) {
      return;
    }
    if (before != null) {
      emission.emit(ENDED, ended(before, "interrupted", event));
    }
    open.put(event.session(), Turn.openedBy(event, config.maxText()));
  }

  /** A denied call never ran: it is none that came back. */
  void toolReturned(HookEvent event, Emission emission) {
    Turn turn = open.get(event.session());
    if (turn == null || !turn.has(event)) {
      return;
    }
    Outcome outcome = event.meaning().outcome();
    if (outcome != Outcome.DENIED) {
      boolean failed = outcome == Outcome.FAILED || event.kind() == EventKind.TOOL_FAILURE;
      open.put(event.session(), turn.withCall(failed));
    }
  }

  void stopped(HookEvent event, Emission emission) {
    Turn turn = open.get(event.session());
    if (turn == null || !turn.has(event) || isOfSubagent(event)) {
      return;
    }
    open.remove(event.session());
    Outcome outcome = event.meaning().outcome();
    ObjectNode data = ended(turn, wordFor(outcome), event);
    copy("answer", event.meaning().answer(), data);
    if (outcome == Outcome.FAILED) {
      copy("error", event.meaning().error(), data);
      copy("error_details", event.text("error_details"), data);
    }
    emission.emit(ENDED, data);
  }

  private static String wordFor(@Nullable Outcome outcome) {
    return switch (outcome) {
      case null -> "completed";
      case SUCCEEDED -> "completed";
      case FAILED, DENIED -> "failed";
      case INTERRUPTED -> "interrupted";
    };
  }

  /** Whatever its id: no turn outlives its session. */
  void sessionEnded(HookEvent event, Emission emission) {
    Turn turn = open.remove(event.session());
    if (turn != null) {
      emission.emit(ENDED, ended(turn, "session_ended", event));
    }
  }

  void evicted(Session session, Turn turn, Emission emission) {
    emission.emit(session, ENDED, turn.toData("unknown"));
  }

  private static boolean isOfSubagent(HookEvent event) {
    return event.agentId() != null;
  }

  private static ObjectNode ended(Turn turn, String outcome, HookEvent event) {
    long millis = event.time().toEpochMilli() - turn.startedAt();
    return turn.toData(outcome).put("duration_ms", Math.max(0, millis));
  }

  private void copy(String field, @Nullable String text, ObjectNode data) {
    if (text != null) {
      Clipped clipped = Clipped.of(text, config.maxText());
      data.put(field, clipped.text());
      if (clipped.cut()) {
        data.put("truncated", true);
      }
    }
  }
}
