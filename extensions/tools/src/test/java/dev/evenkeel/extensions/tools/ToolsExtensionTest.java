package dev.evenkeel.extensions.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.Limits;
import dev.evenkeel.extension.testkit.ExtensionHarness;
import dev.evenkeel.extension.testkit.Reaction;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class ToolsExtensionTest {

  private final ExtensionHarness harness = ExtensionHarness.of(ToolsExtension::new).start();

  private Reaction send(String session, String name, String id, Map<String, ?> more) {
    var fields = new HashMap<String, Object>(Map.of("session_id", session));
    fields.put("hook_event_name", name);
    fields.put("tool_name", "Bash");
    fields.put("tool_input", Map.of("command", "ls", "timeout", 5));
    if (id != null) {
      fields.put("tool_use_id", id);
    }
    fields.putAll(more);
    return harness.send("claude-code", fields);
  }

  private void pre(String id) {
    send("s", "PreToolUse", id, Map.of());
  }

  private Reaction post(String id) {
    return send("s", "PostToolUse", id, Map.of());
  }

  private void millisPass(long millis) {
    harness.advance(Duration.ofMillis(millis));
  }

  private static Long duration(Reaction reaction) {
    JsonNode duration = reaction.attached().get("duration_ms");
    return duration == null ? null : duration.longValue();
  }

  private static String outcome(Reaction reaction) {
    return reaction.attached().get("outcome").textValue();
  }

  private int running() {
    return harness.map("running").size();
  }

  @Test
  void isFoundByTheServer() {
    assertThat(ServiceLoader.load(Extension.class))
        .hasAtLeastOneElementOfType(ToolsExtension.class)
        .extracting(Extension::name)
        .containsExactly("tools");
  }

  @Test
  void aCallSaysHowLongItTookAndThatItSucceeded() {
    // Given
    pre("t1");
    millisPass(1250);
    // When
    Reaction end = post("t1");
    // Then
    assertThat(duration(end)).isEqualTo(1250);
    assertThat(outcome(end)).isEqualTo("succeeded");
    assertThat(running()).isZero();
  }

  @Test
  void theAgentsOwnDurationStays() {
    pre("t1");
    millisPass(100);
    Reaction end = send("s", "PostToolUse", "t1", Map.of("duration_ms", 7));
    assertThat(duration(end)).isNull();
    assertThat(running()).isZero();
  }

  @Test
  void aFailureIsAFailureAndAnInterruptIsAnInterrupt() {
    pre("t1");
    pre("t2");
    millisPass(5);
    Reaction failed = send("s", "PostToolUseFailure", "t1", Map.of("error", "boom"));
    Reaction stopped = send("s", "PostToolUseFailure", "t2", Map.of("is_interrupt", true));
    Reaction late =
        send("s", "PostToolUse", "t3", Map.of("tool_response", Map.of("interrupted", true)));
    Reaction old =
        send("s", "PostToolUse", "t4", Map.of("tool_response", Map.of("wasInterrupted", true)));
    assertThat(outcome(failed)).isEqualTo("failed");
    assertThat(duration(failed)).isEqualTo(5);
    assertThat(outcome(stopped)).isEqualTo("interrupted");
    assertThat(outcome(late)).isEqualTo("interrupted");
    assertThat(outcome(old)).isEqualTo("interrupted");
  }

  @Test
  void aDeniedCallIsOverAndNeverRan() {
    pre("t1");
    millisPass(5);
    Reaction denied = send("s", "PermissionDenied", "t1", Map.of("reason", "destructive"));
    assertThat(outcome(denied)).isEqualTo("denied");
    assertThat(duration(denied)).isNull();
    assertThat(running()).isZero();
  }

  @Test
  void anEndWithoutAKnownStartHasAnOutcomeOnly() {
    Reaction end = post("t1");
    assertThat(duration(end)).isNull();
    assertThat(outcome(end)).isEqualTo("succeeded");
  }

  @Test
  void theAncestorPairedToolsByNameSoThatParallelCallsSwapped() {
    // Given two calls of one tool with one input
    pre("t1");
    millisPass(100);
    pre("t2");
    millisPass(10);
    // When they end in the other order
    Reaction second = post("t2");
    millisPass(1);
    Reaction first = post("t1");
    // Then
    assertThat(duration(second)).isEqualTo(10);
    assertThat(duration(first)).isEqualTo(111);
  }

  @Test
  void theAncestorDroppedEqualCallsWithin100MillisecondsAsDuplicates() {
    // Given two calls in the same millisecond
    pre("t1");
    pre("t2");
    // When
    Reaction first = post("t1");
    Reaction second = post("t2");
    // Then
    assertThat(duration(first)).isZero();
    assertThat(duration(second)).isZero();
    assertThat(first.dropped()).isNull();
    assertThat(second.dropped()).isNull();
  }

  @Test
  void theAncestorReadExitCodeAndOutputWhichAgentsDoNotSend() {
    Reaction end =
        send("s", "PostToolUse", "t1", Map.of("exit_code", 1, "output", "Error", "reason", "no"));
    assertThat(outcome(end)).isEqualTo("succeeded");
  }

  @Test
  void theAncestorLostLargeEvents() {
    pre("t1");
    millisPass(3);
    Reaction end =
        send("s", "PostToolUse", "t1", Map.of("tool_response", Map.of("stdout", big(200_000))));
    assertThat(duration(end)).isEqualTo(3);
    assertThat(outcome(end)).isEqualTo("succeeded");
  }

  @Test
  void theAncestorMatchedSessionsByAPrefixOfTheirId() {
    // Given the same id in a session, in a longer one, and with another agent
    send("s-1", "PreToolUse", "t1", Map.of());
    millisPass(10);
    // When
    Reaction longer = send("s-12", "PostToolUse", "t1", Map.of());
    Reaction otherAgent =
        harness.send(
            "codex",
            Map.of("session_id", "s-1", "hook_event_name", "PostToolUse", "tool_use_id", "t1"));
    send("s-12", "SessionEnd", null, Map.of());
    // Then
    assertThat(duration(longer)).isNull();
    assertThat(duration(otherAgent)).isNull();
    assertThat(duration(send("s-1", "PostToolUse", "t1", Map.of()))).isEqualTo(10);
  }

  @Test
  void theAncestorEvictedByTheAlphabetSoThatTheNewestCouldGoFirst() {
    // Given
    var small =
        ExtensionHarness.of(ToolsExtension::new).limits("running", Limits.capacity(2)).start();
    for (String session : new String[] {"z", "m", "a"}) {
      small.send("claude-code", call("PreToolUse", session));
    }
    // When
    Reaction newest = small.send("claude-code", call("PostToolUse", "a"));
    Reaction oldest = small.send("claude-code", call("PostToolUse", "z"));
    // Then
    assertThat(duration(newest)).isZero();
    assertThat(duration(oldest)).isNull();
  }

  private static Map<String, String> call(String name, String session) {
    return Map.of("session_id", session, "hook_event_name", name, "tool_use_id", "t");
  }

  @Test
  void callsWithoutAnIdArePairedByAgentToolAndInput() {
    // Given
    send("s", "PreToolUse", null, Map.of());
    millisPass(1);
    send("s", "PreToolUse", null, Map.of("tool_name", "Read"));
    millisPass(1);
    send("s", "PreToolUse", null, Map.of("agent_id", "a1"));
    millisPass(1);
    send("s", "PreToolUse", null, Map.of("tool_input", Map.of("command", "pwd")));
    millisPass(1);
    // Then
    assertThat(duration(send("s", "PostToolUse", null, Map.of("agent_id", "a1")))).isEqualTo(2);
    assertThat(duration(send("s", "PostToolUse", null, Map.of("tool_name", "Read")))).isEqualTo(3);
    assertThat(duration(post(null))).isEqualTo(4);
    assertThat(
            duration(
                send("s", "PostToolUse", null, Map.of("tool_input", Map.of("command", "pwd")))))
        .isEqualTo(1);
  }

  @Test
  void theOrderOfTheInputsFieldsDoesNotMatter() {
    String rest = "\"hook_event_name\":\"%s\",\"tool_name\":\"X\",\"tool_input\":%s}";
    harness.send(
        "a",
        ("{\"session_id\":\"s\"," + rest)
            .formatted("PreToolUse", "{\"a\":1,\"b\":{\"c\":2,\"d\":3}}"));
    Reaction end =
        harness.send(
            "a",
            ("{\"session_id\":\"s\"," + rest)
                .formatted("PostToolUse", "{\"b\":{\"d\":3,\"c\":2}, \"a\":1}"));
    assertThat(duration(end)).isZero();
  }

  @Test
  void equalCallsWithoutAnIdEndInTheOrderInWhichTheyBegan() {
    pre(null);
    millisPass(10);
    pre("");
    millisPass(10);
    assertThat(duration(post(null))).isEqualTo(20);
    assertThat(duration(post(null))).isEqualTo(10);
    assertThat(duration(post(null))).isNull();
  }

  @Test
  void callsWithoutAnIdThatNeverEndDoNotPileUp() {
    for (int i = 0; i < 10_000; i++) {
      pre(null);
    }
    assertThat(running()).isEqualTo(1);
    assertThat(harness.bytesIn("running")).isLessThan(500);
  }

  @Test
  void aRepeatedIdBeginsAnew() {
    // Given a call that never ended, and its id again
    pre("t1");
    millisPass(3_600_000);
    pre("t1");
    millisPass(5);
    // Then
    assertThat(duration(post("t1"))).isEqualTo(5);
    assertThat(duration(post("t1"))).isNull();
    assertThat(running()).isZero();
  }

  @Test
  void anIdThatLooksLikeACallWithoutOneIsNotTakenForIt() {
    pre(null);
    String likeness = harness.map("running").entries().keySet().iterator().next().toString();
    assertThat(duration(post(likeness))).isNull();
    assertThat(running()).isEqualTo(1);
  }

  @Test
  void theEndOfASessionFreesItsCallsOnly() {
    pre("t1");
    pre(null);
    send("other", "PreToolUse", "t1", Map.of());
    send("s", "SessionEnd", null, Map.of());
    assertThat(running()).isEqualTo(1);
  }

  @Test
  void aClockThatGoesBackMakesNoNegativeDuration() {
    pre("t1");
    harness.setTime(harness.clock().instant().minusSeconds(60));
    assertThat(duration(post("t1"))).isZero();
  }

  @Test
  void aRunningCallIsKeptForHoursAndOverARestart() {
    pre("t1");
    harness.advance(Duration.ofHours(3));
    harness.restart();
    harness.advance(Duration.ofHours(2));
    assertThat(duration(post("t1"))).isEqualTo(Duration.ofHours(5).toMillis());
  }

  @Test
  void geminisCallsArePairedAndFailByTheirError() {
    var call = new HashMap<String, Object>();
    call.putAll(Map.of("session_id", "g", "tool_name", "x", "tool_input", Map.of("a", 1)));
    call.put("hook_event_name", "BeforeTool");
    harness.send("gemini-cli", call);
    millisPass(4);
    call.put("hook_event_name", "AfterTool");
    call.put("tool_response", Map.of("error", Map.of("message", "no")));
    Reaction end = harness.send("gemini-cli", call);
    assertThat(duration(end)).isEqualTo(4);
    assertThat(outcome(end)).isEqualTo("failed");
  }

  @Test
  void copilotsCallsArePairedAndFailByTheirResult() {
    var call = new HashMap<String, Object>();
    call.putAll(Map.of("sessionId", "c", "toolName", "bash", "toolArgs", Map.of("a", 1)));
    call.put("hookEventName", "preToolUse");
    harness.send("copilot-cli", call);
    millisPass(4);
    call.put("hookEventName", "postToolUse");
    call.put("toolResult", Map.of("resultType", "failure"));
    Reaction end = harness.send("copilot-cli", call);
    assertThat(duration(end)).isEqualTo(4);
    assertThat(outcome(end)).isEqualTo("failed");
  }

  private static String big(int characters) {
    return "x".repeat(characters);
  }
}
