package dev.evenkeel.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each agent as its printed settings connect it to the packaged server: hooks run as an agent runs
 * them, and the events come out with what the shipped extensions add.
 */
class AgentsTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path folder;
  private static EvenkeelProcess server;
  private static Script script;

  @BeforeAll
  static void start() throws Exception {
    Path project = Files.createDirectory(folder.resolve("app"));
    git(project, "init", "-q", "-b", "feature/cart");
    server =
        EvenkeelProcess.on(folder.resolve("data"))
            .with("EVENKEEL_EXTENSIONS__GIT_BRANCH__ROOTS", folder.toRealPath().toString())
            .with("EVENKEEL_EXTENSIONS_GUARD_ENABLED", "true")
            .start();
    script = Script.ofThisCheckout().with("EVENKEEL_URL", server.uri().toString());
  }

  private static void git(Path project, String... arguments) throws Exception {
    var command = new ArrayList<>(List.of("git", "-C", project.toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** Runs the hook of an event as the agent's shell would, with a payload in the real project. */
  private static void hook(String agent, String event, String payload) throws Exception {
    String command = AgentSettings.of(script, agent).command(event);
    String json = payload.replace("CWD", folder.toRealPath().resolve("app").toString());
    Files.writeString(folder.resolve("event.json"), json);
    var result = script.runLine("{ " + command + "; } <" + folder.resolve("event.json"));
    assertThat(result.exitCode()).isZero();
    assertThat(result.error()).isEmpty();
    // Nobody decides: and an agent refuses an answer that it does not know
    assertThat(result.output()).isEmpty();
  }

  /** The session's events once there are so many: name, short form, and what was added. */
  private static List<String> events(String source, String session, int count) throws Exception {
    var said = new ArrayList<String>();
    await().atMost(Duration.ofSeconds(30)).until(() -> page(source, session).size() >= count);
    for (JsonNode event : page(source, session)) {
      JsonNode data = event.get("data");
      said.add(
          event.get("event").asText()
              + " "
              + event.get("subtype").asText()
              + (data.has("outcome") ? " " + data.get("outcome").asText() : "")
              + (data.has("git_branch") ? " on " + data.get("git_branch").asText() : ""));
    }
    return said;
  }

  private static JsonNode page(String source, String session) throws Exception {
    try (var connection = HttpConnection.to(server.port())) {
      String query = "/api/events?after=0&source=" + source + "&session=" + session;
      return JSON.readTree(connection.get(query).body()).get("events");
    }
  }

  @Test
  void codex() throws Exception {
    String common = "{\"session_id\":\"0199\",\"turn_id\":\"1\",\"cwd\":\"CWD\",";
    hook(
        "codex",
        "UserPromptSubmit",
        common + "\"hook_event_name\":\"UserPromptSubmit\",\"prompt\":\"fix\"}");
    String tool = "\"tool_name\":\"Bash\",\"tool_use_id\":\"exec-1\",\"tool_input\":{}";
    hook("codex", "PreToolUse", common + "\"hook_event_name\":\"PreToolUse\"," + tool + "}");
    hook(
        "codex",
        "PostToolUse",
        common + "\"hook_event_name\":\"PostToolUse\",\"tool_response\":\"ok\"," + tool + "}");
    hook("codex", "Stop", common + "\"hook_event_name\":\"Stop\"}");
    assertThat(events("codex", "0199", 5))
        .containsExactly(
            "UserPromptSubmit user_prompt on feature/cart",
            "PreToolUse pre_tool on feature/cart",
            "PostToolUse post_tool succeeded on feature/cart",
            "Stop stop on feature/cart",
            "turn_ended turn_ended completed");
  }

  @Test
  void geminiCli() throws Exception {
    String common = "{\"session_id\":\"g1\",\"cwd\":\"CWD\",\"hook_event_name\":\"";
    hook("gemini-cli", "BeforeAgent", common + "BeforeAgent\",\"prompt\":\"fix\"}");
    String tool = "\",\"tool_name\":\"read_file\",\"tool_input\":{\"file_path\":\"a\"}";
    hook("gemini-cli", "BeforeTool", common + "BeforeTool" + tool + "}");
    hook(
        "gemini-cli",
        "AfterTool",
        common + "AfterTool" + tool + ",\"tool_response\":{\"error\":{\"message\":\"no\"}}}");
    hook("gemini-cli", "AfterAgent", common + "AfterAgent\",\"prompt_response\":\"done\"}");
    assertThat(events("gemini-cli", "g1", 5))
        .containsExactly(
            "BeforeAgent user_prompt on feature/cart",
            "BeforeTool pre_tool on feature/cart",
            "AfterTool post_tool failed on feature/cart",
            "AfterAgent stop on feature/cart",
            "turn_ended turn_ended completed");
  }

  @Test
  void cursor() throws Exception {
    String common =
        "{\"conversation_id\":\"cv1\",\"generation_id\":\"gn1\",\"workspace_roots\":[\"CWD\"],"
            + "\"hook_event_name\":\"";
    hook("cursor", "beforeSubmitPrompt", common + "beforeSubmitPrompt\",\"prompt\":\"fix\"}");
    String tool = "\",\"tool_name\":\"Shell\",\"tool_use_id\":\"u1\",\"cwd\":\"\"";
    hook("cursor", "preToolUse", common + "preToolUse" + tool + "}");
    hook(
        "cursor",
        "postToolUseFailure",
        common + "postToolUseFailure" + tool + ",\"failure_type\":\"permission_denied\"}");
    hook("cursor", "stop", common + "stop\",\"status\":\"aborted\"}");
    assertThat(events("cursor", "cv1", 5))
        .containsExactly(
            "beforeSubmitPrompt user_prompt on feature/cart",
            "preToolUse pre_tool on feature/cart",
            "postToolUseFailure post_tool_use_failure denied on feature/cart",
            "stop stop on feature/cart",
            "turn_ended turn_ended interrupted");
  }

  @Test
  void copilot() throws Exception {
    String common = "{\"sessionId\":\"cp1\",\"cwd\":\"CWD\"";
    hook("copilot", "userPromptSubmitted", common + ",\"prompt\":\"fix\"}");
    String tool = ",\"toolName\":\"bash\",\"toolArgs\":{\"command\":\"ls\"}";
    hook("copilot", "preToolUse", common + tool + "}");
    hook("copilot", "postToolUse", common + tool + ",\"toolResult\":{\"resultType\":\"success\"}}");
    hook("copilot", "agentStop", common + ",\"stopReason\":\"end_turn\"}");
    assertThat(events("copilot", "cp1", 5))
        .containsExactly(
            "userPromptSubmitted user_prompt on feature/cart",
            "preToolUse pre_tool on feature/cart",
            "postToolUse post_tool succeeded on feature/cart",
            "agentStop stop on feature/cart",
            "turn_ended turn_ended completed");
  }

  @Test
  void opencode() throws Exception {
    Path project = folder.toRealPath().resolve("app");
    OpenCodePlugin.run(
        script,
        project,
        """
        hooks['chat.message']({ sessionID: 'ses_1' }, { parts: [{ type: 'text', text: 'fix' }] });
        const call = { tool: 'bash', sessionID: 'ses_1', callID: 'c1' };
        hooks['tool.execute.before'](call, { args: { command: 'ls' } });
        hooks['tool.execute.after']({ ...call, args: {} }, { title: 'ls', output: 'a.ts' });
        bus('session.idle', { sessionID: 'ses_1' });
        """);
    assertThat(events("opencode", "ses_1", 5))
        .containsExactly(
            "chat.message user_prompt on feature/cart",
            "tool.execute.before pre_tool on feature/cart",
            "tool.execute.after post_tool succeeded on feature/cart",
            "session.idle stop on feature/cart",
            "turn_ended turn_ended completed");
  }

  @Test
  void opencodeIsStoppedByAGuard() throws Exception {
    String output =
        OpenCodePlugin.run(
            script,
            folder,
            """
            for (const command of ['ls', 'git push --force']) {
              const call = { tool: 'bash', sessionID: 'ses_2', callID: command };
              await hooks['tool.execute.before'](call, { args: { command } })
                .then(() => console.log('runs'), error => console.log('stopped:', error.message));
            }
            """);
    assertThat(output.lines())
        .satisfiesExactly(
            first -> assertThat(first).isEqualTo("runs"),
            second -> assertThat(second).startsWith("stopped: A forced push"));
    assertThat(events("opencode", "ses_2", 3)).last().isEqualTo("decision decision");
    JsonNode decision = page("opencode", "ses_2").get(2).get("data");
    assertThat(decision.get("answer").asText()).isEqualTo("deny");
    assertThat(decision.get("delivered").asBoolean()).isTrue();
  }
}
