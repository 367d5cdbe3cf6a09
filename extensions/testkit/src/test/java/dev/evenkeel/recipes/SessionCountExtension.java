package dev.evenkeel.recipes;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.EventKind;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Limits;
import dev.evenkeel.extension.Session;
import java.time.Duration;

/** Emits {@code session_count} when a session ends or was not heard of for a day. */
public final class SessionCountExtension implements Extension {

  record Count(int prompts, int tools) {
    static final Count NONE = new Count(0, 0);

    Count with(HookEvent event) {
      return switch (event.kind()) {
        case USER_PROMPT -> new Count(prompts + 1, tools);
        case PRE_TOOL -> new Count(prompts, tools + 1);
        default -> this;
      };
    }

    ObjectNode toData() {
      return JsonNodeFactory.instance.objectNode().put("prompts", prompts).put("tools", tools);
    }
  }

  @Override
  public void start(ExtensionContext context) {
    BoundedMap<Session, Count> counts =
        context.boundedMap(
            "counts",
            Session.class,
            Count.class,
            Limits.capacity(500).withMaxAge(Duration.ofDays(1)));
    context.process(
        "*",
        (event, emission) -> {
          Count before = counts.get(event.session());
          Count now = (before == null ? Count.NONE : before).with(event);
          if (event.kind() == EventKind.SESSION_END) {
            counts.remove(event.session());
            emission.emit("session_count", now.toData());
          } else if (!now.equals(before)) {
            counts.put(event.session(), now);
          }
        });
    counts.onEviction(
        (session, count, emission) -> emission.emit(session, "session_count", count.toData()));
  }
}
