package dev.evenkeel.extensions.prompts;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.Emission;
import dev.evenkeel.extension.HookEvent;
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

  void toolReturned(HookEvent event, Emission emission) {
    count(event, false);
  }

  void toolFailed(HookEvent event, Emission emission) {
    count(event, true);
  }

  void completed(HookEvent event, Emission emission) {
    end(event, "completed", emission);
  }

  void failed(HookEvent event, Emission emission) {
    end(event, "failed", emission);
  }

  void interrupted(HookEvent event, Emission emission) {
    end(event, "interrupted", emission);
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

  private void count(HookEvent event, boolean failed) {
    Turn turn = open.get(event.session());
    if (turn != null && turn.has(event)) {
      open.put(event.session(), turn.withCall(failed));
    }
  }

  private void end(HookEvent event, String outcome, Emission emission) {
    Turn turn = open.get(event.session());
    if (turn != null && turn.has(event) && !isOfSubagent(event)) {
      open.remove(event.session());
      ObjectNode data = ended(turn, outcome, event);
      copy("answer", event.text("last_assistant_message"), data);
      copy("error", event.text("error"), data);
      copy("error_details", event.text("error_details"), data);
      emission.emit(ENDED, data);
    }
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
