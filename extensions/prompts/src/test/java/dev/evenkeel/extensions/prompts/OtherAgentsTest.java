package dev.evenkeel.extensions.prompts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.extension.testkit.ExtensionHarness;
import dev.evenkeel.extension.testkit.RecordedEvents;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Turns of agents other than Claude Code, in the fields that they send. */
class OtherAgentsTest {

  private final ExtensionHarness harness = ExtensionHarness.of(PromptsExtension::new).start();

  private void send(String agent, String... events) {
    for (String json : events) {
      harness.send(agent, json);
      harness.advance(Duration.ofMillis(10));
    }
  }

  /** The turns that ended: prompt, answer, calls, failures, duration, outcome. */
  private java.util.List<String> turns() {
    assertThat(harness.failures()).isEmpty();
    return harness.derived("turn_ended").stream()
        .map(
            data ->
                "%s -> %s, %s calls, %s failed, %s ms, %s"
                    .formatted(
                        data.path("prompt").asText(),
                        data.path("answer").asText("no answer"),
                        data.path("tool_calls"),
                        data.path("failures"),
                        data.path("duration_ms"),
                        data.path("outcome").asText()))
        .toList();
  }

  @Test
  void everyTurnOfTheMadeEventsEnds() {
    harness.replay(RecordedEvents.read("other-agents-synthetic.jsonl"), Duration.ofMillis(10));
    assertThat(turns())
        .containsExactly(
            "fix it -> done, 1 calls, 0 failed, 50 ms, completed",
            // Codex was interrupted before its Stop
            "fix it -> no answer, 1 calls, 0 failed, 30 ms, interrupted",
            "fix it -> no answer, 1 calls, 0 failed, 50 ms, completed");
    assertThat(harness.map("open").size()).isZero();
  }

  @Test
  void aTurnOfGeminiEndsWithItsAnswerAndCountsWhatFailed() {
    String tool =
        """
        {"session_id":"g","hook_event_name":"AfterTool","tool_name":"x","tool_response":%s}\
        """;
    send(
        "gemini-cli",
        "{\"session_id\":\"g\",\"hook_event_name\":\"BeforeAgent\",\"prompt\":\"fix\"}",
        tool.formatted("{\"llmContent\":\"ok\",\"error\":null}"),
        tool.formatted("{\"error\":{\"message\":\"no\"}}"),
        """
        {"session_id":"g","hook_event_name":"AfterAgent","prompt":"fix","prompt_response":"done"}\
        """);
    assertThat(turns()).containsExactly("fix -> done, 2 calls, 1 failed, 30 ms, completed");
  }

  @Test
  void codexsNotifyEndsATurnAsItsStopDoesAndNoTurnEndsTwice() {
    String begin =
        """
        {"session_id":"0199","turn_id":"%s","hook_event_name":"UserPromptSubmit","prompt":"fix"}\
        """;
    String stop =
        """
        {"session_id":"0199","turn_id":"1","hook_event_name":"Stop",\
        "last_assistant_message":"done"}\
        """;
    String notify =
        """
        {"type":"agent-turn-complete","thread-id":"0199","turn-id":"%s",\
        "input-messages":["fix"],"last-assistant-message":"notified"}\
        """;
    send("codex", begin.formatted(1), stop, notify.formatted(1));
    send("codex", begin.formatted(2), notify.formatted(2));
    assertThat(turns())
        .containsExactly(
            "fix -> done, 0 calls, 0 failed, 10 ms, completed",
            "fix -> notified, 0 calls, 0 failed, 10 ms, completed");
  }

  @Test
  void aSubagentOfCodexNeitherOpensNorEndsATurn() {
    String stop =
        """
        {"session_id":"0199","turn_id":"%s","hook_event_name":"%s",\
        "last_assistant_message":"%s"%s}\
        """;
    send(
        "codex",
        "{\"session_id\":\"0199\",\"turn_id\":\"1\",\"hook_event_name\":\"UserPromptSubmit\"}",
        stop.formatted(
            "9", "SubagentStop", "sub", ",\"agent_id\":\"a\",\"agent_type\":\"default\""),
        stop.formatted("1", "Stop", "main", ""));
    assertThat(turns()).containsExactly(" -> main, 0 calls, 0 failed, 20 ms, completed");
  }

  @Test
  void cursorSaysHowATurnEnded() {
    for (String status : new String[] {"completed", "aborted", "error"}) {
      String event =
          """
          {"conversation_id":"cv","generation_id":"%s","hook_event_name":"%s"%s}\
          """;
      send(
          "cursor",
          event.formatted(status, "beforeSubmitPrompt", ",\"prompt\":\"fix\",\"attachments\":[]"),
          event.formatted(status, "postToolUse", ",\"tool_name\":\"Shell\""),
          event.formatted(status, "postToolUseFailure", ",\"failure_type\":\"error\""),
          event.formatted(status, "postToolUseFailure", ",\"failure_type\":\"permission_denied\""),
          event.formatted(status, "stop", ",\"status\":\"" + status + "\",\"loop_count\":0"));
    }
    assertThat(turns())
        .containsExactly(
            "fix -> no answer, 2 calls, 1 failed, 40 ms, completed",
            "fix -> no answer, 2 calls, 1 failed, 40 ms, interrupted",
            "fix -> no answer, 2 calls, 1 failed, 40 ms, failed");
  }

  @Test
  void aTurnOfCopilotEnds() {
    String event = "{\"sessionId\":\"cp\",\"hookEventName\":\"%s\"%s}";
    send(
        "copilot",
        event.formatted("userPromptSubmitted", ",\"prompt\":\"fix\""),
        event.formatted("postToolUse", ",\"toolResult\":{\"resultType\":\"success\"}"),
        event.formatted("postToolUse", ",\"toolResult\":{\"resultType\":\"failure\"}"),
        event.formatted("postToolUseFailure", ",\"error\":\"no\""),
        event.formatted("subagentStop", ",\"agentId\":\"a\",\"response\":\"found\""),
        event.formatted("agentStop", ",\"stopReason\":\"end_turn\""));
    assertThat(turns()).containsExactly("fix -> no answer, 3 calls, 2 failed, 50 ms, completed");
  }

  @Test
  void aTurnOfOpenCodeEndsWhenItIsIdleOrFails() {
    String event = "{\"type\":\"%s\",\"properties\":{\"sessionID\":\"ses\"%s}}";
    String prompt = event.formatted("chat.message", ",\"prompt\":\"fix\"");
    String idle = event.formatted("session.idle", "");
    send(
        "opencode",
        prompt,
        event.formatted("tool.execute.after", ",\"tool\":\"bash\",\"callID\":\"1\""),
        event.formatted("tool.execute.error", ",\"tool\":\"bash\",\"callID\":\"2\""),
        idle,
        idle);
    send(
        "opencode",
        prompt,
        event.formatted("session.error", ",\"error\":{\"name\":\"MessageAbortedError\"}"),
        idle);
    send(
        "opencode",
        prompt,
        event.formatted(
            "session.error", ",\"error\":{\"name\":\"APIError\",\"data\":{\"message\":\"429\"}}"),
        idle);
    assertThat(turns())
        .containsExactly(
            "fix -> no answer, 2 calls, 1 failed, 30 ms, completed",
            "fix -> no answer, 0 calls, 0 failed, 10 ms, interrupted",
            "fix -> no answer, 0 calls, 0 failed, 10 ms, failed");
    assertThat(harness.derived("turn_ended").get(2).path("error").asText()).isEqualTo("429");
  }
}
