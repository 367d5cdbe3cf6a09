package dev.evenkeel.extensions.prompts;

import dev.evenkeel.extension.EventKind;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.Limits;
import dev.evenkeel.extension.Session;

/** Emits {@code turn_ended} for each prompt, with its answer and what it took to get there. */
public final class PromptsExtension implements Extension {

  private static final Limits LIMITS = Limits.capacity(100);

  @Override
  public void start(ExtensionContext context) {
    var open = context.boundedMap("open", Session.class, Turn.class, LIMITS);
    var turns = new Turns(context.config(PromptsConfig.class), open);

    open.onEviction(turns::evicted);
    context.process(EventKind.USER_PROMPT, turns::prompted);
    context.process(EventKind.POST_TOOL, turns::toolReturned);
    context.process(EventKind.TOOL_FAILURE, turns::toolReturned);
    context.process(EventKind.STOP, turns::stopped);
    context.process(EventKind.STOP_FAILURE, turns::stopped);
    context.process(EventKind.INTERRUPT, turns::stopped);
    context.process(EventKind.SESSION_END, turns::sessionEnded);
  }
}
