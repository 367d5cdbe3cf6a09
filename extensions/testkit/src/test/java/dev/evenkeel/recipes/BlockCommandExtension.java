package dev.evenkeel.recipes;

import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.FailureMode;
import dev.evenkeel.extension.HookAnswer;
import dev.evenkeel.extension.HookEvent;
import java.util.Arrays;
import java.util.List;

/** Refuses a push with force, and tells the agent what to do instead. */
public final class BlockCommandExtension implements Extension {

  @Override
  public void start(ExtensionContext context) {
    context.guard("PreToolUse", BlockCommandExtension::judge, FailureMode.CLOSED);
  }

  private static HookAnswer judge(HookEvent event) {
    String command = event.text("tool_input", "command");
    if (command == null || !"Bash".equals(event.toolName())) {
      return HookAnswer.none();
    }
    List<String> words = Arrays.asList(command.split("\\s+"));
    boolean force = words.contains("--force") || words.contains("-f");
    return words.contains("git") && words.contains("push") && force
        ? HookAnswer.deny("A push with force rewrites what others have. Use --force-with-lease.")
        : HookAnswer.none();
  }
}
