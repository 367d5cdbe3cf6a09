package dev.evenkeel.extensions.tools;

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

    // Claude Code and Codex
    context.process("PreToolUse", calls::began);
    context.process("PostToolUse", calls::returned);
    context.process("PostToolUseFailure", calls::failed);
    context.process("PermissionDenied", calls::denied);
    context.process("SessionEnd", calls::sessionEnded);

    // Gemini CLI, then Copilot CLI
    context.process("BeforeTool", calls::began);
    context.process("AfterTool", calls::returned);
    context.process("preToolUse", calls::began);
    context.process("postToolUse", calls::returned);
    context.process("sessionEnd", calls::sessionEnded);
  }
}
