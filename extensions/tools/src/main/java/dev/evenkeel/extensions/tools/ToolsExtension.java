package dev.evenkeel.extensions.tools;

import dev.evenkeel.extension.EventKind;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.Limits;

/** Attaches {@code duration_ms} and {@code outcome} to the event that ends a tool call. */
public final class ToolsExtension implements Extension {

  /** More calls than run at once on a busy machine; each takes a few hundred bytes. */
  private static final Limits LIMITS = Limits.capacity(1000);

  @Override
  public void start(ExtensionContext context) {
    var calls =
        new ToolCalls(context.boundedMap("running", CallKey.class, RunningCalls.class, LIMITS));

    context.process(EventKind.PRE_TOOL, calls::began);
    context.process(EventKind.POST_TOOL, calls::ended);
    context.process(EventKind.TOOL_FAILURE, calls::ended);
    context.process(EventKind.TOOL_DENIAL, calls::ended);
    context.process(EventKind.SESSION_END, calls::sessionEnded);
  }
}
