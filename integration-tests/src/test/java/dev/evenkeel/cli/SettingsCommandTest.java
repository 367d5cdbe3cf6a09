package dev.evenkeel.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code bin/evenkeel settings} for agents other than Claude Code. */
class SettingsCommandTest {

  private static final Script SCRIPT = Script.ofThisCheckout();

  @TempDir Path folder;

  @Test
  void everyAgentIsListedWithThePlaceOfItsSettings() throws Exception {
    assertThat(SCRIPT.run("settings", "--help").output())
        .contains("claude-code", "codex", "gemini-cli", "cursor", "copilot", "opencode")
        .contains("~/.claude/settings.json", "~/.codex/hooks.json", "~/.gemini/settings.json")
        .contains("~/.cursor/hooks.json", "~/.copilot/hooks/evenkeel.json")
        .contains("~/.config/opencode/plugins/evenkeel.js");
  }

  @ParameterizedTest
  @CsvSource({
    "codex,~/.codex/hooks.json",
    "gemini-cli,~/.gemini/settings.json",
    "cursor,~/.cursor/hooks.json",
    "copilot,~/.copilot/hooks/evenkeel.json",
    "opencode,~/.config/opencode/plugins/evenkeel.js"
  })
  void whereTheSettingsBelongIsSaidBesideThem(String agent, String place) throws Exception {
    var result = SCRIPT.run("settings", agent);
    assertThat(result.exitCode()).isZero();
    assertThat(result.error()).contains(place);
    assertThat(result.output()).doesNotContain(place);
  }

  @Test
  void codexHasTheNamesOfClaudeCodeAndNothingBesideItsHooks() throws Exception {
    var settings = AgentSettings.of(SCRIPT, "codex");
    assertThat(settings.hooks().keySet())
        .contains("UserPromptSubmit", "PreToolUse", "PostToolUse", "SubagentStop", "Stop")
        .doesNotContain("PermissionRequest");
    // Codex refuses a file with another field
    assertThat(settings.json().size()).isEqualTo(1);
    assertThat(settings.hooks().get("Stop"))
        .hasToString(
            "{\"type\":\"command\",\"command\":\""
                + SCRIPT.file()
                + " hook codex\",\"timeout\":5}");
  }

  @Test
  void geminisTimeoutsAreInMilliseconds() throws Exception {
    var settings = AgentSettings.of(SCRIPT, "gemini-cli");
    assertThat(settings.hooks().keySet())
        .contains("BeforeAgent", "BeforeTool", "AfterTool", "AfterAgent", "SessionEnd")
        .doesNotContain("BeforeModel", "AfterModel");
    assertThat(settings.hooks().get("BeforeTool").path("timeout").intValue()).isEqualTo(5000);
    assertThat(AgentSettings.of(SCRIPT, "gemini-cli", "--all").hooks()).containsKey("AfterModel");
  }

  @Test
  void cursorsToolsAreRegisteredOnce() throws Exception {
    var settings = AgentSettings.of(SCRIPT, "cursor");
    assertThat(settings.json().path("version").intValue()).isEqualTo(1);
    assertThat(settings.hooks().keySet())
        .contains("beforeSubmitPrompt", "preToolUse", "postToolUse", "postToolUseFailure", "stop")
        .doesNotContain("beforeShellExecution", "afterShellExecution", "beforeReadFile");
    assertThat(AgentSettings.of(SCRIPT, "cursor", "--all").hooks())
        .containsKeys("beforeShellExecution", "afterMCPExecution");
  }

  @Test
  void copilotsHooksNameTheirEvent() throws Exception {
    var settings = AgentSettings.of(SCRIPT, "copilot");
    assertThat(settings.json().path("version").intValue()).isEqualTo(1);
    assertThat(settings.hooks().keySet())
        .contains("userPromptSubmitted", "preToolUse", "postToolUseFailure", "agentStop")
        .doesNotContain("permissionRequest");
    for (String event : settings.hooks().keySet()) {
      assertThat(settings.command(event)).contains(" hook copilot " + event + " ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"codex", "gemini-cli", "cursor", "copilot"})
  void eachHookRunsAsPrintedFromAPathWithSpacesForAnotherServerAndWithItsToken(String agent)
      throws Exception {
    var checkout = FakeCheckout.in(folder);
    try (var server = HookServer.answering(200, "{\"answer\":1}")) {
      var script =
          checkout
              .script()
              .with("EVENKEEL_URL", server.url() + "/")
              .with("EVENKEEL_TOKEN", "secret-1234");
      var settings = AgentSettings.of(script, agent);
      assertThat(settings.json().toString() + settings.error()).doesNotContain("secret-1234");
      for (String event : settings.hooks().keySet()) {
        // When the agent's environment has the token, and no address
        var agents = checkout.script().with("EVENKEEL_TOKEN", "secret-1234");
        var result = agents.runLine("echo '{\"a\":1}' | " + settings.command(event));
        // Then
        assertThat(result.exitCode()).isZero();
        assertThat(result.error()).isEmpty();
        assertThat(result.output()).isEqualTo("{\"answer\":1}");
        var request = server.request();
        assertThat(request.path())
            .isEqualTo("/hooks/" + agent + (agent.equals("copilot") ? "/" + event : ""));
        assertThat(request.headers()).containsEntry("Authorization", "Bearer secret-1234");
        assertThat(new String(request.body(), UTF_8)).isEqualTo("{\"a\":1}\n");
      }
    }
  }

  @Test
  void aHookOfCopilotWhoseCommandIsGoneRefusesNoTool() throws Exception {
    var checkout = FakeCheckout.in(folder);
    var settings = AgentSettings.of(checkout.script(), "copilot");
    Files.delete(checkout.root().resolve("bin/evenkeel"));
    var result = SCRIPT.runLine("echo '{}' | " + settings.command("preToolUse"));
    assertThat(result.exitCode()).isZero();
    assertThat(result.output()).isEmpty();
  }

  @Test
  void codexsOldNotifyRunsAsTheDocumentationSays() throws Exception {
    String line =
        Files.readAllLines(Script.root().resolve("docs/agents.md")).stream()
            .filter(each -> each.startsWith("notify = "))
            .findFirst()
            .orElseThrow();
    var words =
        new com.fasterxml.jackson.databind.ObjectMapper()
            .readTree(line.substring("notify = ".length()));
    try (var server = HookServer.answering(200, "")) {
      var command = new StringBuilder("EVENKEEL_URL=" + server.url());
      for (var word : words) {
        String text =
            word.textValue()
                .replace("/path/to/evenkeel", Script.root().toString())
                .replace("'", "'\\''");
        command.append(" '").append(text).append('\'');
      }
      // Codex adds the event as the last argument
      String event = "{\"type\":\"agent-turn-complete\",\"thread-id\":\"t\"}";
      SCRIPT.runLine(command + " '" + event + "'");
      var request = server.request();
      assertThat(request.path()).isEqualTo("/hooks/codex");
      assertThat(new String(request.body(), UTF_8)).isEqualTo(event);
    }
  }

  @Test
  void anUnknownAgentIsToldHowToBeConnectedByHand() throws Exception {
    var result = SCRIPT.run("settings", "aider");
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.output()).isEmpty();
    assertThat(result.error())
        .contains("'aider'", "claude-code, codex, gemini-cli, cursor, copilot, opencode")
        .contains("/hooks/aider");
  }

  @Test
  void anOptionThatAnAgentHasNotIsRefused() throws Exception {
    assertThat(SCRIPT.run("settings", "codex", "--all").exitCode()).isEqualTo(2);
    assertThat(SCRIPT.run("settings", "cursor", "--some").error()).contains("'--some'");
  }
}
