package dev.evenkeel.extensions.prompts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.Limits;
import dev.evenkeel.extension.Session;
import dev.evenkeel.extension.testkit.Derived;
import dev.evenkeel.extension.testkit.ExtensionHarness;
import dev.evenkeel.extension.testkit.Reaction;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class PromptsExtensionTest {

  private final ExtensionHarness harness =
      ExtensionHarness.of(PromptsExtension::new).startingAt(Instant.EPOCH).start();

  private Reaction send(ExtensionHarness to, String session, String event, Map<String, ?> more) {
    var fields = new HashMap<String, Object>(more);
    fields.put("session_id", session);
    fields.put("hook_event_name", event);
    return to.send("claude-code", fields);
  }

  private Reaction send(String session, String event, Map<String, ?> more) {
    return send(harness, session, event, more);
  }

  private Reaction prompt(String session, String promptId, String text) {
    return send(session, "UserPromptSubmit", Map.of("prompt_id", promptId, "prompt", text));
  }

  private Reaction stop(String session, String promptId, String answer) {
    return send(session, "Stop", Map.of("prompt_id", promptId, "last_assistant_message", answer));
  }

  private void call(String session, String promptId, String event) {
    send(session, event, Map.of("prompt_id", promptId, "tool_name", "Bash"));
  }

  private static ObjectNode ended(Reaction reaction) {
    assertThat(reaction.derived("turn_ended")).hasSize(1);
    return reaction.derived("turn_ended").getFirst();
  }

  private static String outcome(ObjectNode data) {
    return data.path("outcome").textValue();
  }

  @Test
  void isFoundByTheServer() {
    assertThat(ServiceLoader.load(Extension.class))
        .hasAtLeastOneElementOfType(PromptsExtension.class)
        .extracting(Extension::name)
        .containsExactly("prompts");
  }

  @Test
  void aTurnIsSummedUpWhenItStops() {
    // Given
    Reaction begin = prompt("s", "p1", "fix it");
    call("s", "p1", "PreToolUse");
    call("s", "p1", "PostToolUse");
    call("s", "p1", "PostToolUseFailure");
    harness.advance(Duration.ofSeconds(90));
    // When
    ObjectNode data = ended(stop("s", "p1", "done"));
    // Then
    assertThat(begin.derived()).isEmpty();
    assertThat(data)
        .hasToString(
            "{\"prompt_id\":\"p1\",\"prompt\":\"fix it\",\"started_at\":\"1970-01-01T00:00:00Z\","
                + "\"tool_calls\":2,\"failures\":1,\"outcome\":\"completed\","
                + "\"duration_ms\":90000,\"answer\":\"done\"}");
    assertThat(harness.map("open").size()).isZero();
  }

  @Test
  void aTurnThatFailsSaysWhy() {
    prompt("s", "p1", "fix it");
    ObjectNode data =
        ended(
            send(
                "s",
                "StopFailure",
                Map.of(
                    "prompt_id", "p1",
                    "error", "rate_limit",
                    "error_details", "429 Too Many Requests",
                    "last_assistant_message", "API Error")));
    assertThat(outcome(data)).isEqualTo("failed");
    assertThat(data.path("error").textValue()).isEqualTo("rate_limit");
    assertThat(data.path("error_details").textValue()).isEqualTo("429 Too Many Requests");
    assertThat(data.path("answer").textValue()).isEqualTo("API Error");
  }

  @Test
  void aNewPromptShowsThatTheTurnBeforeWasInterrupted() {
    // Given escape, which fires no hook
    prompt("s", "p1", "first");
    call("s", "p1", "PostToolUse");
    harness.advance(Duration.ofSeconds(3));
    // When
    ObjectNode first = ended(prompt("s", "p2", "second"));
    ObjectNode second = ended(stop("s", "p2", "done"));
    // Then
    assertThat(outcome(first)).isEqualTo("interrupted");
    assertThat(first.path("prompt").textValue()).isEqualTo("first");
    assertThat(first.path("tool_calls").intValue()).isEqualTo(1);
    assertThat(first.has("answer")).isFalse();
    assertThat(second.path("prompt").textValue()).isEqualTo("second");
    assertThat(second.path("tool_calls").intValue()).isZero();
  }

  @Test
  void codexSaysWhenATurnIsInterrupted() {
    prompt("s", "p1", "fix it");
    assertThat(outcome(ended(send("s", "Interrupt", Map.of("turn_id", "p1")))))
        .isEqualTo("interrupted");
    assertThat(harness.map("open").size()).isZero();
  }

  @Test
  void theSamePromptComingTwiceIsOneTurn() {
    prompt("s", "p1", "fix it");
    call("s", "p1", "PostToolUse");
    assertThat(prompt("s", "p1", "fix it").derived()).isEmpty();
    assertThat(ended(stop("s", "p1", "done")).path("tool_calls").intValue()).isEqualTo(1);
  }

  @Test
  void callsOfSubagentsCountToo() {
    prompt("s", "p1", "fix it");
    call("s", "p1", "PostToolUse");
    send("s", "PostToolUse", Map.of("prompt_id", "p1", "agent_id", "a1"));
    assertThat(ended(stop("s", "p1", "done")).path("tool_calls").intValue()).isEqualTo(2);
  }

  @Test
  void whatAnEarlierTurnLeftRunningDoesNotCount() {
    prompt("s", "p1", "first");
    prompt("s", "p2", "second");
    call("s", "p1", "PostToolUse");
    assertThat(stop("s", "p1", "late").derived()).isEmpty();
    assertThat(ended(stop("s", "p2", "done")).path("tool_calls").intValue()).isZero();
  }

  @Test
  void aSubagentNeitherOpensNorEndsATurn() {
    prompt("s", "p1", "fix it");
    Map<String, String> subagent = Map.of("prompt_id", "p2", "agent_id", "a1", "prompt", "look");
    assertThat(send("s", "SubagentStop", subagent).derived()).isEmpty();
    assertThat(send("s", "UserPromptSubmit", subagent).derived()).isEmpty();
    assertThat(send("s", "Stop", Map.of("prompt_id", "p1", "agent_id", "a1")).derived()).isEmpty();
    assertThat(ended(stop("s", "p1", "done")).path("prompt").textValue()).isEqualTo("fix it");
  }

  @Test
  void oldVersionsWithoutPromptIdsHaveOneTurnPerSession() {
    send("s", "UserPromptSubmit", Map.of("prompt", "fix it"));
    send("s", "PostToolUse", Map.of("tool_name", "Bash"));
    ObjectNode data = ended(send("s", "Stop", Map.of("stop_hook_active", false)));
    assertThat(data.path("prompt_id").isNull()).isTrue();
    assertThat(data.path("tool_calls").intValue()).isEqualTo(1);
    assertThat(data.has("answer")).isFalse();
  }

  @Test
  void aStopWithoutAPromptIsNothing() {
    assertThat(stop("s", "p1", "done").derived()).isEmpty();
    prompt("s", "p2", "fix it");
    stop("s", "p2", "done");
    assertThat(stop("s", "p2", "done").derived()).isEmpty();
  }

  @Test
  void theEndOfASessionEndsItsTurnOnly() {
    prompt("s", "p1", "fix it");
    prompt("other", "p1", "other");
    harness.advance(Duration.ofSeconds(2));
    ObjectNode data = ended(send("s", "SessionEnd", Map.of("reason", "clear")));
    assertThat(outcome(data)).isEqualTo("session_ended");
    assertThat(data.path("duration_ms").longValue()).isEqualTo(2000);
    assertThat(harness.map("open").size()).isEqualTo(1);
    assertThat(send("s", "SessionEnd", Map.of("reason", "clear")).derived()).isEmpty();
  }

  @Test
  void whatIsEvictedEndsInItsSessionWithAnUnknownOutcome() {
    // Given
    var small =
        ExtensionHarness.of(PromptsExtension::new).limits("open", Limits.capacity(1)).start();
    send(small, "first", "UserPromptSubmit", Map.of("prompt", "one"));
    // When
    Reaction reaction = send(small, "second", "UserPromptSubmit", Map.of("prompt", "two"));
    // Then
    assertThat(reaction.evictions()).hasSize(1);
    Derived gone = reaction.evictions().getFirst();
    assertThat(gone.session()).isEqualTo(new Session("claude-code", "first"));
    assertThat(gone.name()).isEqualTo("turn_ended");
    assertThat(outcome(gone.data())).isEqualTo("unknown");
    assertThat(gone.data().has("duration_ms")).isFalse();
  }

  @Test
  void aTurnMayTakeHoursAndIsGivenUpSixAfterItsLastCall() {
    prompt("s", "p1", "fix it");
    harness.advance(Duration.ofHours(5));
    call("s", "p1", "PostToolUse");
    assertThat(harness.advance(Duration.ofHours(6))).isEmpty();
    assertThat(harness.advance(Duration.ofSeconds(1)))
        .singleElement()
        .satisfies(gone -> assertThat(outcome(gone.data())).isEqualTo("unknown"));
  }

  @Test
  void aTurnEndsRightlyAfterARestart() {
    prompt("s", "p1", "fix it");
    call("s", "p1", "PostToolUse");
    harness.restart();
    call("s", "p1", "PostToolUseFailure");
    ObjectNode data = ended(stop("s", "p1", "done"));
    assertThat(data.path("prompt").textValue()).isEqualTo("fix it");
    assertThat(data.path("tool_calls").intValue()).isEqualTo(2);
    assertThat(data.path("failures").intValue()).isEqualTo(1);
  }

  @Test
  void theAncestorFoundSessionsByAPrefixOfTheirId() {
    prompt("s-1", "p1", "short");
    call("s-12", "p1", "PostToolUse");
    assertThat(stop("s-12", "p1", "done").derived()).isEmpty();
    ObjectNode data = ended(stop("s-1", "p1", "done"));
    assertThat(data.path("tool_calls").intValue()).isZero();
  }

  @Test
  void theAncestorEvictedByTheAlphabetSoThatTheNewestCouldGoFirst() {
    // Given
    var small =
        ExtensionHarness.of(PromptsExtension::new).limits("open", Limits.capacity(2)).start();
    for (String session : List.of("z", "m", "a")) {
      send(small, session, "UserPromptSubmit", Map.of("prompt", session));
    }
    // Then the oldest went
    assertThat(send(small, "z", "Stop", Map.of()).derived()).isEmpty();
    assertThat(ended(send(small, "a", "Stop", Map.of())).path("prompt").textValue()).isEqualTo("a");
  }

  @Test
  void theAncestorReadOutputAndReasonInsteadOfTheLastMessage() {
    prompt("s", "p1", "fix it");
    ObjectNode data =
        ended(
            send(
                "s",
                "Stop",
                Map.of("output", "wrong", "reason", "wrong", "last_assistant_message", "right")));
    assertThat(data.path("answer").textValue()).isEqualTo("right");
    assertThat(outcome(data)).isEqualTo("completed");
  }

  @Test
  void theAncestorDroppedEqualCallsWithin100MillisecondsAsDuplicates() {
    prompt("s", "p1", "fix it");
    call("s", "p1", "PostToolUse");
    call("s", "p1", "PostToolUse");
    assertThat(ended(stop("s", "p1", "done")).path("tool_calls").intValue()).isEqualTo(2);
  }

  @Test
  void theAncestorLostLargeEventsHereTheyAreCutAndSaySo() {
    prompt("s", "p1", "p".repeat(200_000));
    assertThat(harness.bytesIn("open")).isLessThan(11_000);
    ObjectNode data = ended(stop("s", "p1", "a".repeat(200_000)));
    assertThat(data.path("prompt").textValue()).isEqualTo("p".repeat(10_000));
    assertThat(data.path("answer").textValue()).isEqualTo("a".repeat(10_000));
    assertThat(data.path("truncated").booleanValue()).isTrue();
  }

  @Test
  void aCutAnswerAloneSaysSoToo() {
    prompt("s", "p1", "fix it");
    assertThat(ended(stop("s", "p1", "a".repeat(10_001))).path("truncated").booleanValue())
        .isTrue();
  }

  @Test
  void aCutDoesNotSplitACharacter() {
    assertThat(Clipped.of("ab😀", 3)).isEqualTo(new Clipped("ab", true));
    assertThat(Clipped.of("ab😀", 4)).isEqualTo(new Clipped("ab😀", false));
  }

  @Test
  void theTextLengthIsConfigured() {
    var other = ExtensionHarness.of(PromptsExtension::new).config("max-text", "3").start();
    send(other, "s", "UserPromptSubmit", Map.of("prompt", "abcdef"));
    assertThat(ended(send(other, "s", "Stop", Map.of())).path("prompt").textValue())
        .isEqualTo("abc");
    assertThatThrownBy(
            () -> ExtensionHarness.of(PromptsExtension::new).config("max-text", "0").start())
        .hasMessageContaining("max-text is 0");
  }
}
