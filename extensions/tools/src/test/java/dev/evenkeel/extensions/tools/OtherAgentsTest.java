package dev.evenkeel.extensions.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.extension.testkit.ExtensionHarness;
import dev.evenkeel.extension.testkit.Reaction;
import dev.evenkeel.extension.testkit.RecordedEvents;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tool calls of agents other than Claude Code, in the fields that they send. */
class OtherAgentsTest {

  private final ExtensionHarness harness = ExtensionHarness.of(ToolsExtension::new).start();

  private Reaction send(String agent, String json) {
    Reaction reaction = harness.send(agent, json);
    harness.advance(Duration.ofMillis(10));
    return reaction;
  }

  /** What was attached: the duration and the outcome. */
  private static String attached(Reaction reaction) {
    return reaction.attached().get("duration_ms") + " " + reaction.attached().get("outcome");
  }

  private void assertNothingIsLeft() {
    assertThat(harness.failures()).isEmpty();
    assertThat(harness.map("running").size()).isZero();
  }

  @Test
  void everyCallOfTheMadeEventsEndsAndIsTimedWhereItsBeginIsThere() {
    List<String> ended =
        harness
            .replay(RecordedEvents.read("other-agents-synthetic.jsonl"), Duration.ofMillis(10))
            .stream()
            .filter(each -> each.attached().containsKey("outcome"))
            .map(each -> each.event().session().source() + " " + attached(each))
            .toList();
    assertThat(ended)
        .containsExactly(
            "gemini-cli 10 \"succeeded\"",
            "codex 10 \"succeeded\"",
            "cursor 812 \"succeeded\"",
            "copilot-cli 10 \"succeeded\"",
            "copilot-cli-vscode null \"succeeded\"");
    // Cursor's MCP call has no end there
    assertThat(harness.map("running").size()).isEqualTo(1);
  }

  @Test
  void geminisParallelCallsArePairedByTheirInput() {
    String call =
        """
        {"session_id":"g","hook_event_name":"%s","tool_name":"read_file",\
        "tool_input":{"file_path":"%s"}%s}\
        """;
    send("gemini-cli", call.formatted("BeforeTool", "a", ""));
    send("gemini-cli", call.formatted("BeforeTool", "b", ""));
    send("gemini-cli", call.formatted("BeforeTool", "a", ""));
    String failed = ",\"tool_response\":{\"llmContent\":\"\",\"error\":{\"message\":\"no\"}}";
    String good = ",\"tool_response\":{\"llmContent\":\"x\",\"error\":null}";
    assertThat(attached(send("gemini-cli", call.formatted("AfterTool", "b", good))))
        .isEqualTo("20 \"succeeded\"");
    assertThat(attached(send("gemini-cli", call.formatted("AfterTool", "a", failed))))
        .isEqualTo("40 \"failed\"");
    assertThat(attached(send("gemini-cli", call.formatted("AfterTool", "a", good))))
        .isEqualTo("30 \"succeeded\"");
    assertNothingIsLeft();
  }

  @Test
  void codexsParallelCallsArePairedByTheirIds() {
    String call =
        """
        {"session_id":"c","turn_id":"1","hook_event_name":"%s","tool_name":"Bash",\
        "tool_input":{"command":"npm test"},"tool_use_id":"%s","tool_response":"ok"}\
        """;
    send("codex", call.formatted("PreToolUse", "exec-1"));
    send("codex", call.formatted("PreToolUse", "exec-2"));
    assertThat(attached(send("codex", call.formatted("PostToolUse", "exec-2"))))
        .isEqualTo("10 \"succeeded\"");
    assertThat(attached(send("codex", call.formatted("PostToolUse", "exec-1"))))
        .isEqualTo("30 \"succeeded\"");
    assertNothingIsLeft();
  }

  @Test
  void cursorsCallsArePairedByTheirIdsAndSayThemselvesHowLongTheyTook() {
    String call =
        """
        {"conversation_id":"cv","generation_id":"g","hook_event_name":"%s","tool_name":"Shell",\
        "tool_input":{"command":"make"},"tool_use_id":"%s","cwd":""%s}\
        """;
    send("cursor", call.formatted("preToolUse", "call-1\\nfc_0", ""));
    send("cursor", call.formatted("preToolUse", "call-1\\nfc_0", ""));
    send("cursor", call.formatted("preToolUse", "u-2", ""));
    send("cursor", call.formatted("preToolUse", "u-3", ""));
    send("cursor", call.formatted("preToolUse", "u-4", ""));
    assertThat(
            attached(
                send(
                    "cursor",
                    call.formatted("postToolUse", "call-1\\nfc_0", ",\"duration\":5432"))))
        .isEqualTo("5432 \"succeeded\"");
    String failure = ",\"error_message\":\"x\",\"failure_type\":\"%s\",\"is_interrupt\":%s";
    assertThat(
            attached(
                send(
                    "cursor",
                    call.formatted(
                        "postToolUseFailure", "u-2", failure.formatted("timeout", false)))))
        .isEqualTo("40 \"failed\"");
    assertThat(
            attached(
                send(
                    "cursor",
                    call.formatted("postToolUseFailure", "u-3", failure.formatted("error", true)))))
        .isEqualTo("40 \"interrupted\"");
    assertThat(
            attached(
                send(
                    "cursor",
                    call.formatted(
                        "postToolUseFailure",
                        "u-4",
                        failure.formatted("permission_denied", false)))))
        .isEqualTo("null \"denied\"");
    assertNothingIsLeft();
  }

  @Test
  void cursorsOlderEventsOfShellAndMcpArePairedByCommandAndInput() {
    String shell = "{\"conversation_id\":\"cv\",\"hook_event_name\":\"%s\",\"command\":\"%s\"}";
    send("cursor", shell.formatted("beforeShellExecution", "ls"));
    send("cursor", shell.formatted("beforeShellExecution", "pwd"));
    String mcp =
        """
        {"conversation_id":"cv","hook_event_name":"%s","tool_name":"q",\
        "tool_input":%s}\
        """;
    send("cursor", mcp.formatted("beforeMCPExecution", "\"{\\\"a\\\":1,\\\"b\\\":2}\""));
    assertThat(attached(send("cursor", shell.formatted("afterShellExecution", "ls"))))
        .isEqualTo("30 \"succeeded\"");
    assertThat(attached(send("cursor", shell.formatted("afterShellExecution", "pwd"))))
        .isEqualTo("30 \"succeeded\"");
    assertThat(attached(send("cursor", mcp.formatted("afterMCPExecution", "{\"b\":2,\"a\":1}"))))
        .isEqualTo("30 \"succeeded\"");
    assertNothingIsLeft();
  }

  @Test
  void copilotsParallelCallsArePairedByToolAndArgumentsAndFailInAnEventOfTheirOwn() {
    String call =
        """
        {"sessionId":"cp","hookEventName":"%s","toolName":"bash",\
        "toolArgs":{"command":"%s"}%s}\
        """;
    send("copilot", call.formatted("preToolUse", "a", ""));
    send("copilot", call.formatted("preToolUse", "b", ""));
    send("copilot", call.formatted("preToolUse", "c", ""));
    assertThat(
            attached(
                send(
                    "copilot",
                    call.formatted(
                        "postToolUse", "c", ",\"toolResult\":{\"resultType\":\"denied\"}"))))
        .isEqualTo("null \"denied\"");
    assertThat(
            attached(
                send("copilot", call.formatted("postToolUseFailure", "a", ",\"error\":\"no\""))))
        .isEqualTo("40 \"failed\"");
    assertThat(
            attached(
                send(
                    "copilot",
                    call.formatted(
                        "postToolUse", "b", ",\"toolResult\":{\"resultType\":\"success\"}"))))
        .isEqualTo("40 \"succeeded\"");
    assertNothingIsLeft();
  }

  @Test
  void openCodesCallsArePairedByTheirIds() {
    String call =
        """
        {"type":"tool.execute.%s","properties":{"sessionID":"ses","tool":"bash","callID":"%s",\
        "args":{"command":"ls"}%s}}\
        """;
    send("opencode", call.formatted("before", "1", ""));
    send("opencode", call.formatted("before", "2", ""));
    Reaction second = send("opencode", call.formatted("after", "2", ",\"output\":\"a.ts\""));
    assertThat(attached(second)).isEqualTo("10 \"succeeded\"");
    assertThat(second.event().toolName()).isEqualTo("bash");
    assertThat(second.event().toolUseId()).isEqualTo("2");
    assertThat(attached(send("opencode", call.formatted("error", "1", ",\"error\":\"exit 1\""))))
        .isEqualTo("30 \"failed\"");
    assertNothingIsLeft();
  }

  @Test
  void theEndOfASessionFreesItsCallsWhateverTheAgentCallsIt() {
    String begun = "{\"type\":\"tool.execute.before\",\"properties\":{\"sessionID\":\"ses\"}}";
    send("opencode", begun);
    send("opencode", "{\"type\":\"session.deleted\",\"session_id\":\"ses\",\"properties\":{}}");
    send("copilot", "{\"sessionId\":\"cp\",\"hookEventName\":\"preToolUse\",\"toolName\":\"x\"}");
    send("copilot", "{\"sessionId\":\"cp\",\"hookEventName\":\"sessionEnd\"}");
    assertNothingIsLeft();
  }
}
