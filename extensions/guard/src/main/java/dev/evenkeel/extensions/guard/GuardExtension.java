package dev.evenkeel.extensions.guard;

import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.FailureMode;
import java.util.List;

/** Answers agents before they call a tool. It never blocks: it computes, in bounded time. */
public final class GuardExtension implements Extension {

  /** The events before a tool call, and before a user is asked about one, by any agent. */
  static final List<String> EVENTS =
      List.of(
          "PreToolUse",
          "PermissionRequest",
          "BeforeTool",
          "preToolUse",
          "permissionRequest",
          "beforeShellExecution",
          "beforeMCPExecution",
          "beforeReadFile",
          "tool.execute.before");

  /** It changes what agents do, so it runs only where its operator wants it. */
  @Override
  public boolean enabledByDefault() {
    return false;
  }

  @Override
  public void start(ExtensionContext context) {
    GuardConfig config = context.config(GuardConfig.class);
    var rules = new Rules(config);
    FailureMode mode = config.failClosed() ? FailureMode.CLOSED : FailureMode.OPEN;
    EVENTS.forEach(event -> context.guard(event, rules, mode));
  }
}
