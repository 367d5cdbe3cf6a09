package com.example.starter;

import static dev.evenkeel.extension.testkit.ExtensionAssertions.assertThat;

import dev.evenkeel.extension.testkit.ExtensionHarness;
import dev.evenkeel.extension.testkit.Reaction;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StarterExtensionTest {

  private final ExtensionHarness harness = ExtensionHarness.of(StarterExtension::new).start();

  private static Reaction call(ExtensionHarness harness, String session, String command) {
    return harness.send(
        "claude-code",
        Map.of(
            "hook_event_name",
            "PreToolUse",
            "session_id",
            session,
            "tool_name",
            "Bash",
            "tool_input",
            Map.of("command", command)));
  }

  @Test
  void theCallsOfASessionAreNumbered() {
    assertThat(call(harness, "a", "ls")).attached("call_number", 1).answeredNothing();
    assertThat(call(harness, "a", "ls")).attached("call_number", 2);
    assertThat(call(harness, "b", "ls")).attached("call_number", 1);
  }

  @Test
  void theNumberGoesOnAfterARestart() {
    call(harness, "a", "ls");
    harness.restart();
    assertThat(call(harness, "a", "ls")).attached("call_number", 2);
  }

  @Test
  void aBlockedCommandIsDenied() {
    assertThat(call(harness, "a", "cd / && rm -rf / tmp")).denied("rm -rf /");
  }

  @Test
  void blockedCommandsAreConfigured() {
    try (var own =
        ExtensionHarness.of(StarterExtension::new)
            .config("blocked-commands", "npm publish, git push --force")
            .start()) {
      assertThat(call(own, "a", "git push --force origin main")).denied("git push --force");
      assertThat(call(own, "a", "rm -rf / tmp")).answeredNothing();
    }
  }
}
