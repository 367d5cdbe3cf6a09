package dev.evenkeel.extensions.delegations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.extension.testkit.ExtensionHarness;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Delegations of agents other than Claude Code, in the fields that they send. */
class OtherAgentsTest {

  private final ExtensionHarness harness = ExtensionHarness.of(DelegationsExtension::new).start();

  private void send(String agent, String... events) {
    for (String json : events) {
      harness.send(agent, json);
      harness.advance(Duration.ofMillis(10));
    }
  }

  private List<String> started() {
    return harness.derived("delegation_started").stream()
        .map(
            data ->
                "%s: %s (%s)"
                    .formatted(
                        data.path("agent_type").asText(),
                        data.path("prompt").asText(),
                        data.path("description").asText()))
        .toList();
  }

  /** Those that ended: call, subagent, result or error, duration, outcome. */
  private List<String> ended() {
    assertThat(harness.failures()).isEmpty();
    return harness.derived("delegation_ended").stream()
        .map(
            data ->
                "%s %s: %s, %s ms, %s"
                    .formatted(
                        data.path("tool_use_id").asText(),
                        data.path("agent_id").asText("-"),
                        data.path("result").asText(data.path("error").asText("-")),
                        data.path("duration_ms").asText("-"),
                        data.path("outcome").asText()))
        .toList();
  }

  // ---- Codex

  private static String codex(String event, String call, String more) {
    return """
    {"session_id":"c","turn_id":"1","hook_event_name":"%s","tool_use_id":"%s"%s}\
    """
        .formatted(event, call, more);
  }

  private static String spawn(String event, String call, String response) {
    return codex(
        event,
        call,
        """
        ,"tool_name":"collaborationspawn_agent",\
        "tool_input":{"message":"gAAAA","task_name":"review"}%s\
        """
            .formatted(response));
  }

  private static String subagent(String event, String id, String more) {
    return """
    {"session_id":"c","turn_id":"9","hook_event_name":"%s","agent_id":"%s",\
    "agent_type":"default"%s}\
    """
        .formatted(event, id, more);
  }

  @Test
  void aSubagentThatCodexSpawnsGoesOnWhenTheToolHasReturned() {
    String named = ",\"tool_response\":\"{\\\"agent_id\\\":\\\"%s\\\"}\"";
    send(
        "codex",
        spawn("PreToolUse", "call_1", ""),
        spawn("PreToolUse", "call_2", ""),
        spawn("PostToolUse", "call_2", named.formatted("th2")),
        spawn("PostToolUse", "call_1", named.formatted("th1")),
        subagent("SubagentStart", "th1", ""),
        subagent("SubagentStart", "th2", ""));
    assertThat(started()).containsExactly(": gAAAA (review)", ": gAAAA (review)");
    assertThat(ended()).isEmpty();
    send(
        "codex",
        subagent("SubagentStop", "th1", ",\"last_assistant_message\":\"one\""),
        subagent("SubagentStop", "th2", ",\"last_assistant_message\":\"two\""));
    assertThat(ended())
        .containsExactly("call_1 th1: one, 60 ms, completed", "call_2 th2: two, 60 ms, completed");
    assertThat(harness.map("active").size()).isZero();
  }

  @Test
  void aSpawnedSubagentThatTheReturnDoesNotNameIsKnownByItsStart() {
    String unnamed = ",\"tool_response\":\"{\\\"task_name\\\":\\\"/root/review\\\"}\"";
    // Started before its tool returns, and after it
    send(
        "codex",
        spawn("PreToolUse", "call_1", ""),
        subagent("SubagentStart", "th1", ""),
        spawn("PostToolUse", "call_1", unnamed),
        spawn("PreToolUse", "call_2", ""),
        spawn("PostToolUse", "call_2", unnamed),
        subagent("SubagentStart", "th2", ""));
    send(
        "codex",
        subagent("SubagentStop", "th2", ",\"last_assistant_message\":\"two\""),
        subagent("SubagentStop", "th1", ",\"last_assistant_message\":\"one\""),
        subagent("SubagentStop", "th1", ",\"last_assistant_message\":\"again\""));
    assertThat(ended())
        .containsExactly("call_2 th2: two, 30 ms, completed", "call_1 th1: one, 70 ms, completed");
  }

  @Test
  void aSpawnedSubagentThatNobodyNamesEndsAsUnknownWithItsSession() {
    send(
        "codex",
        spawn("PreToolUse", "call_1", ""),
        spawn("PostToolUse", "call_1", ",\"tool_response\":\"spawned\""),
        "{\"session_id\":\"c\",\"hook_event_name\":\"SessionEnd\",\"reason\":\"other\"}");
    assertThat(ended()).containsExactly("call_1 -: -, - ms, unknown");
  }

  // ---- Gemini CLI

  @Test
  void geminisParallelDelegationsArePairedByWhatTheyAskForAndMayFail() {
    String call =
        """
        {"session_id":"g","hook_event_name":"%s","tool_name":"invoke_agent",\
        "tool_input":{"agent_name":"codebase_investigator","prompt":"%s"}%s}\
        """;
    send(
        "gemini-cli",
        call.formatted("BeforeTool", "one", ""),
        call.formatted("BeforeTool", "two", ""),
        call.formatted(
            "AfterTool",
            "two",
            ",\"tool_response\":{\"llmContent\":[{\"text\":\"found\"}],\"error\":null}"),
        call.formatted(
            "AfterTool", "one", ",\"tool_response\":{\"error\":{\"message\":\"no model\"}}"));
    assertThat(started())
        .containsExactly("codebase_investigator: one ()", "codebase_investigator: two ()");
    assertThat(ended())
        .containsExactly("null -: found, 10 ms, completed", "null -: no model, 30 ms, failed");
  }

  // ---- Cursor

  private static String cursor(String event, String more) {
    return "{\"conversation_id\":\"cv\",\"generation_id\":\"gn\",\"hook_event_name\":\"%s\",%s}"
        .formatted(event, more);
  }

  private static String task(String event, String id, String more) {
    return cursor(
        event,
        """
        "tool_name":"Task","tool_use_id":"%s",\
        "tool_input":{"subagent_type":"explore","description":"Look","prompt":"where?"}%s\
        """
            .formatted(id, more));
  }

  private static String cursorSubagent(String event, String id, String more) {
    return cursor(
        event,
        """
        "subagent_id":"%s","tool_call_id":"%s","subagent_type":"explore",\
        "parent_conversation_id":"cv","task":"where?"%s\
        """
            .formatted(id, id, more));
  }

  @Test
  void cursorsParallelSubagentsAreKnownByTheCallThatAskedForThem() {
    send(
        "cursor",
        task("preToolUse", "call-1\\nfc_0", ""),
        task("preToolUse", "call-2\\nfc_1", ""),
        cursorSubagent("subagentStart", "call-2\\nfc_1", ""),
        cursorSubagent("subagentStart", "call-1\\nfc_0", ""),
        cursorSubagent(
            "subagentStop",
            "call-2\\nfc_1",
            ",\"status\":\"error\",\"duration_ms\":77,\"summary\":\"half\""),
        task("postToolUse", "call-2\\nfc_1", ",\"tool_output\":\"{}\",\"duration\":80"),
        cursorSubagent("subagentStop", "call-1\\nfc_0", ",\"status\":\"completed\""),
        task("postToolUse", "call-1\\nfc_0", ",\"tool_output\":\"{}\",\"duration\":90"));
    assertThat(started()).containsExactly("explore: where? (Look)", "explore: where? (Look)");
    assertThat(ended())
        .containsExactly(
            "call-2\nfc_1 call-2\nfc_1: half, 77 ms, failed",
            "call-1\nfc_0 call-1\nfc_0: , 60 ms, completed");
    assertThat(harness.map("active").size()).isZero();
  }

  @Test
  void aDelegationOfCursorWithoutEventsOfItsSubagentEndsWithItsTool() {
    send(
        "cursor",
        task("preToolUse", "call-1", ""),
        task("postToolUse", "call-1", ",\"tool_output\":\"{\\\"result\\\":\\\"there\\\"}\""));
    assertThat(ended()).containsExactly("call-1 -: there, 10 ms, completed");
  }

  // ---- Copilot CLI

  @Test
  void copilotsDelegationsEndWithTheirTool() {
    String call =
        """
        {"sessionId":"cp","hookEventName":"%s","toolName":"task",\
        "toolArgs":{"agent_type":"explore","description":"Look","prompt":"%s"}%s}\
        """;
    send(
        "copilot",
        call.formatted("preToolUse", "one", ""),
        call.formatted("preToolUse", "two", ""),
        "{\"sessionId\":\"cp\",\"hookEventName\":\"subagentStart\",\"agentName\":\"explore\"}",
        """
        {"sessionId":"cp","hookEventName":"subagentStop","agentName":"explore",\
        "agentId":"a1","agentType":"explore","response":"found"}\
        """,
        call.formatted(
            "postToolUse",
            "two",
            ",\"toolResult\":{\"resultType\":\"success\",\"textResultForLlm\":\"found\"}"),
        call.formatted("postToolUseFailure", "one", ",\"error\":\"timeout\""));
    assertThat(started()).containsExactly("explore: one (Look)", "explore: two (Look)");
    assertThat(ended())
        .containsExactly("null -: found, 30 ms, completed", "null -: timeout, 50 ms, failed");
  }

  // ---- opencode

  @Test
  void theSubagentOfOpenCodeIsASessionThatTheReturnNames() {
    String call =
        """
        {"type":"tool.execute.%s","properties":{"sessionID":"ses_1","tool":"task","callID":"%s",\
        "args":{"subagent_type":"explore","description":"Look","prompt":"where?"}%s}}\
        """;
    send(
        "opencode",
        call.formatted("before", "c1", ""),
        call.formatted("before", "c2", ""),
        call.formatted(
            "after", "c2", ",\"output\":\"there\",\"metadata\":{\"sessionId\":\"ses_2\"}"),
        call.formatted("error", "c1", ",\"error\":\"aborted\""));
    assertThat(started()).containsExactly("explore: where? (Look)", "explore: where? (Look)");
    assertThat(ended())
        .containsExactly("c2 ses_2: there, 10 ms, completed", "c1 -: aborted, 30 ms, failed");
  }
}
