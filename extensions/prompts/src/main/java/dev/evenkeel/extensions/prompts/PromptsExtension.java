package dev.evenkeel.extensions.prompts;

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
    context.process("UserPromptSubmit", turns::prompted);
    context.process("PostToolUse", turns::toolReturned);
    context.process("PostToolUseFailure", turns::toolFailed);
    context.process("Stop", turns::completed);
    context.process("StopFailure", turns::failed);
    context.process("Interrupt", turns::interrupted);
    context.process("SessionEnd", turns::sessionEnded);
  }
}
