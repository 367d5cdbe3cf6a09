package com.example.starter;

import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.Emission;
import dev.evenkeel.extension.EventKind;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.HookAnswer;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Limits;
import dev.evenkeel.extension.Session;

/** Counts the tool calls of each session, and refuses commands that are not wanted. */
public final class StarterExtension implements Extension {

  /** What is kept of a session. */
  record Count(int calls) {}

  @Override
  public void start(ExtensionContext context) {
    StarterConfig config = context.config(StarterConfig.class);
    BoundedMap<Session, Count> counts =
        context.boundedMap("counts", Session.class, Count.class, Limits.capacity(1_000));
    context.process(EventKind.PRE_TOOL, (event, emission) -> count(event, emission, counts));
    context.guard("PreToolUse", event -> judge(event, config));
  }

  /** Behind the log, in the order of the session: what is attached is published with the event. */
  private static void count(HookEvent event, Emission emission, BoundedMap<Session, Count> counts) {
    Count before = counts.get(event.session());
    int calls = before == null ? 1 : before.calls() + 1;
    counts.put(event.session(), new Count(calls));
    emission.attach("call_number", calls);
  }

  /** While the agent waits. */
  private static HookAnswer judge(HookEvent event, StarterConfig config) {
    String command = event.text("tool_input", "command");
    if (command == null) {
      return HookAnswer.none();
    }
    return config.blockedCommands().stream()
        .filter(command::contains)
        .findFirst()
        .map(blocked -> HookAnswer.deny("Commands with '" + blocked + "' are not wanted here."))
        .orElse(HookAnswer.none());
  }
}
