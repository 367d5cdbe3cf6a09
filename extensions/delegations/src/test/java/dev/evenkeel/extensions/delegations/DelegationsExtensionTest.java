package dev.evenkeel.extensions.delegations;

import static dev.evenkeel.extensions.delegations.Agents.ended;
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
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class DelegationsExtensionTest {

  private final ExtensionHarness harness =
      ExtensionHarness.of(DelegationsExtension::new).startingAt(Instant.EPOCH).start();
  private final Agents agent = new Agents(harness, "s");

  private void millisPass(long millis) {
    harness.advance(Duration.ofMillis(millis));
  }

  private List<ObjectNode> allEnded() {
    return harness.derived("delegation_ended");
  }

  @Test
  void isFoundByTheServer() {
    assertThat(ServiceLoader.load(Extension.class))
        .hasAtLeastOneElementOfType(DelegationsExtension.class)
        .extracting(Extension::name)
        .containsExactly("delegations");
  }

  @Test
  void aDelegationStartsWithTheCallAndEndsWithItsReturn() {
    // When
    Reaction start = agent.delegates("t1", "Explore");
    millisPass(5);
    agent.starts("a1", "Explore");
    Reaction stop = agent.stops("a1", "Explore", "found");
    Reaction end = agent.returns("t1", "Explore", "a1", "found");
    // Then
    assertThat(start.derived("delegation_started"))
        .singleElement()
        .hasToString(
            "{\"tool_use_id\":\"t1\",\"agent_type\":\"Explore\",\"description\":\"a task\","
                + "\"prompt\":\"do t1\",\"started_at\":\"1970-01-01T00:00:00Z\"}");
    assertThat(stop.derived()).isEmpty();
    assertThat(ended(end))
        .hasToString(
            "{\"tool_use_id\":\"t1\",\"agent_type\":\"Explore\",\"description\":\"a task\","
                + "\"prompt\":\"do t1\",\"started_at\":\"1970-01-01T00:00:00Z\","
                + "\"agent_id\":\"a1\",\"duration_ms\":42,\"tokens\":150,\"tool_uses\":2,"
                + "\"result\":\"found\",\"outcome\":\"completed\"}");
    assertThat(harness.map("active").size()).isZero();
    assertThat(harness.map("stopped").size()).isZero();
  }

  @Test
  void theAncestorKnewTheToolAsTaskOnly() {
    agent.tool("PreToolUse", "Agent", "t1", "Explore", "new", Map.of());
    agent.tool("PreToolUse", "Task", "t2", "Explore", "old", Map.of());
    agent.tool("PreToolUse", "TaskList", "t3", "Explore", "no delegation", Map.of());
    assertThat(harness.derived("delegation_started"))
        .extracting(data -> data.path("prompt").textValue())
        .containsExactly("new", "old");
  }

  @Test
  void theAncestorKeptOneDelegationPerSessionSoThatParallelOnesOverwroteEachOther() {
    // Given two of one type at the same time
    agent.delegates("t1", "Explore");
    agent.delegates("t2", "Explore");
    agent.starts("a1", "Explore");
    agent.starts("a2", "Explore");
    // When the second ends first
    agent.stops("a2", "Explore", "two");
    ObjectNode second = ended(agent.returns("t2", "Explore", "a2", "two"));
    agent.stops("a1", "Explore", "one");
    ObjectNode first = ended(agent.returns("t1", "Explore", "a1", "one"));
    // Then
    assertThat(second.path("prompt").textValue()).isEqualTo("do t2");
    assertThat(second.path("agent_id").textValue()).isEqualTo("a2");
    assertThat(second.path("result").textValue()).isEqualTo("two");
    assertThat(first.path("prompt").textValue()).isEqualTo("do t1");
    assertThat(first.path("agent_id").textValue()).isEqualTo("a1");
    assertThat(first.path("result").textValue()).isEqualTo("one");
  }

  @Test
  void parallelDelegationsOfOneTypeMayEndInTheOrderInWhichTheyBegan() {
    agent.delegates("t1", "Explore");
    agent.delegates("t2", "Explore");
    agent.starts("a2", "Explore");
    agent.starts("a1", "Explore");
    ObjectNode first = ended(agent.returns("t1", "Explore", "a1", "one"));
    ObjectNode second = ended(agent.returns("t2", "Explore", "a2", "two"));
    assertThat(first.path("result").textValue()).isEqualTo("one");
    assertThat(first.path("agent_id").textValue()).isEqualTo("a1");
    assertThat(second.path("result").textValue()).isEqualTo("two");
    assertThat(second.path("agent_id").textValue()).isEqualTo("a2");
  }

  @Test
  void aSubagentIsNotGuessedWhereTwoDelegationsWaitForOneOfItsType() {
    agent.delegates("t1", "Explore");
    agent.delegates("t2", "Explore");
    agent.starts("a1", "Explore");
    agent.ends();
    assertThat(allEnded()).hasSize(2).noneMatch(data -> data.has("agent_id"));
  }

  @Test
  void theOnlyWaitingDelegationOfATypeIsAssumedToBeTheSubagents() {
    agent.delegates("t1", "Explore");
    millisPass(1);
    agent.delegates("t2", "Plan");
    agent.starts("a1", "Explore");
    agent.ends();
    assertThat(allEnded())
        .extracting(data -> data.path("agent_id").asText("none"))
        .containsExactly("a1", "none");
  }

  @Test
  void anAssumptionIsTakenBackWhenTheReturnSaysOtherwise() {
    // Given a1 seems to be that of t1, the only one waiting
    agent.delegates("t1", "Explore");
    agent.starts("a1", "Explore");
    agent.delegates("t2", "Explore");
    // When it turns out to be that of t2
    ObjectNode second = ended(agent.returns("t2", "Explore", "a1", "two"));
    agent.ends();
    // Then
    assertThat(second.path("agent_id").textValue()).isEqualTo("a1");
    assertThat(allEnded().get(1).path("tool_use_id").textValue()).isEqualTo("t1");
    assertThat(allEnded().get(1).has("agent_id")).isFalse();
  }

  @Test
  void aBackgroundDelegationEndsWithItsSubagentNotWithItsTool() {
    // Given
    agent.delegates("t1", "Explore");
    agent.starts("a1", "Explore");
    Reaction launched = agent.launches("t1", "Explore", "a1");
    agent.send("Stop", Map.of("last_assistant_message", "started it"));
    millisPass(60_000);
    // When
    ObjectNode data = ended(agent.stops("a1", "Explore", "found"));
    // Then
    assertThat(launched.derived()).isEmpty();
    assertThat(data.path("result").textValue()).isEqualTo("found");
    assertThat(data.path("duration_ms").longValue()).isEqualTo(60_000);
    assertThat(data.path("agent_id").textValue()).isEqualTo("a1");
    assertThat(data.path("outcome").textValue()).isEqualTo("completed");
    assertThat(agent.stops("a1", "Explore", "again").derived()).isEmpty();
  }

  @Test
  void parallelBackgroundDelegationsOfOneTypeEndEachWithItsOwn() {
    agent.delegates("t1", "Explore");
    agent.delegates("t2", "Explore");
    agent.launches("t1", "Explore", "a1");
    agent.launches("t2", "Explore", "a2");
    ObjectNode second = ended(agent.stops("a2", "", "two"));
    ObjectNode first = ended(agent.stops("a1", "", "one"));
    assertThat(second.path("prompt").textValue()).isEqualTo("do t2");
    assertThat(second.path("result").textValue()).isEqualTo("two");
    assertThat(first.path("prompt").textValue()).isEqualTo("do t1");
    assertThat(first.path("result").textValue()).isEqualTo("one");
  }

  @Test
  void aBackgroundSubagentMayStopBeforeItsToolReturns() {
    agent.delegates("t1", "Explore");
    millisPass(30);
    agent.stops("a1", "", "found");
    millisPass(5);
    ObjectNode data = ended(agent.launches("t1", "Explore", "a1"));
    assertThat(data.path("result").textValue()).isEqualTo("found");
    assertThat(data.path("duration_ms").longValue()).isEqualTo(30);
    assertThat(data.path("agent_id").textValue()).isEqualTo("a1");
  }

  @Test
  void aStopFromBeforeTheDelegationDoesNotEndIt() {
    // Given a subagent that has stopped, and is resumed by a new delegation
    agent.stops("a1", "Explore", "earlier");
    millisPass(10);
    agent.delegates("t1", "Explore");
    // When
    Reaction launched = agent.launches("t1", "Explore", "a1");
    // Then
    assertThat(launched.derived()).isEmpty();
    assertThat(ended(agent.stops("a1", "Explore", "now")).path("result").textValue())
        .isEqualTo("now");
  }

  @Test
  void aStopThatIsNoDelegationsEndsNothing() {
    agent.delegates("t1", "Explore");
    agent.starts("a1", "Explore");
    assertThat(agent.stops("other", "", "summary").derived()).isEmpty();
    assertThat(agent.send("SubagentStop", Map.of("stop_hook_active", false)).derived()).isEmpty();
    assertThat(harness.map("active").size()).isEqualTo(1);
  }

  @Test
  void theSubagentsLastMessageIsTheResultWhereTheReturnHasNone() {
    agent.delegates("t1", "Explore");
    agent.stops("a1", "Explore", "found");
    ObjectNode data =
        ended(
            agent.tool(
                "PostToolUse",
                "Agent",
                "t1",
                "Explore",
                "do t1",
                Map.of("tool_response", Map.of("status", "completed", "agentId", "a1"))));
    assertThat(data.path("result").textValue()).isEqualTo("found");
  }

  @Test
  void aFailedDelegationSaysWhy() {
    agent.delegates("t1", "Explore");
    millisPass(7);
    ObjectNode data =
        ended(
            agent.tool(
                "PostToolUseFailure",
                "Agent",
                "t1",
                "Explore",
                "do t1",
                Map.of("error", "no such type")));
    assertThat(data.path("outcome").textValue()).isEqualTo("failed");
    assertThat(data.path("error").textValue()).isEqualTo("no such type");
    assertThat(data.path("duration_ms").longValue()).isEqualTo(7);
  }

  @Test
  void anInterruptedDelegationIsNotAFailedOne() {
    agent.delegates("t1", "Explore");
    agent.delegates("t2", "Explore");
    ObjectNode first =
        ended(
            agent.tool("PostToolUseFailure", "Agent", "t1", "", "", Map.of("is_interrupt", true)));
    ObjectNode second =
        ended(
            agent.tool(
                "PostToolUse",
                "Agent",
                "t2",
                "",
                "",
                Map.of("tool_response", Map.of("wasInterrupted", true, "totalDurationMs", 1))));
    assertThat(first.path("outcome").textValue()).isEqualTo("interrupted");
    assertThat(second.path("outcome").textValue()).isEqualTo("interrupted");
  }

  @Test
  void aDeniedDelegationEnds() {
    agent.delegates("t1", "Explore");
    ObjectNode data =
        ended(agent.tool("PermissionDenied", "Agent", "t1", "Explore", "do t1", Map.of()));
    assertThat(data.path("outcome").textValue()).isEqualTo("denied");
  }

  @Test
  void aSubagentMayDelegateToo() {
    // Given
    agent.delegates("t1", "general-purpose");
    agent.starts("a1", "general-purpose");
    Map<String, String> parent = Map.of("agent_id", "a1", "agent_type", "general-purpose");
    // When
    agent.tool("PreToolUse", "Agent", "t2", "Explore", "do t2", parent);
    agent.starts("a2", "Explore");
    ObjectNode inner =
        ended(
            agent.tool(
                "PostToolUse",
                "Agent",
                "t2",
                "Explore",
                "do t2",
                Map.of(
                    "agent_id",
                    "a1",
                    "tool_response",
                    Map.of("status", "completed", "agentId", "a2"))));
    ObjectNode outer = ended(agent.returns("t1", "general-purpose", "a1", "done"));
    // Then
    assertThat(inner.path("agent_id").textValue()).isEqualTo("a2");
    assertThat(inner.path("parent_agent_id").textValue()).isEqualTo("a1");
    assertThat(outer.path("agent_id").textValue()).isEqualTo("a1");
    assertThat(outer.has("parent_agent_id")).isFalse();
  }

  @Test
  void oldVersionsWithoutIdsArePairedByWhatTheyAskFor() {
    // Given three calls, two of them equal
    agent.tool("PreToolUse", "Task", null, "Explore", "one", Map.of());
    millisPass(10);
    agent.tool("PreToolUse", "Task", null, "Explore", "two", Map.of());
    millisPass(10);
    agent.tool("PreToolUse", "Task", "", "Explore", "two", Map.of());
    // When
    var response = Map.of("tool_response", Map.of("content", "done"));
    ObjectNode two = ended(agent.tool("PostToolUse", "Task", null, "Explore", "two", response));
    ObjectNode one = ended(agent.tool("PostToolUse", "Task", null, "Explore", "one", response));
    ObjectNode again = ended(agent.tool("PostToolUse", "Task", "", "Explore", "two", response));
    // Then
    assertThat(List.of(two, one, again))
        .extracting(data -> data.path("prompt").textValue() + data.path("duration_ms").asLong())
        .containsExactly("two10", "one20", "two0");
    assertThat(one.path("result").textValue()).isEqualTo("done");
    assertThat(one.path("tool_use_id").isNull()).isTrue();
  }

  @Test
  void eachStartedDelegationEndsOnceWhateverComesTwice() {
    agent.delegates("t1", "Explore");
    agent.delegates("t1", "Explore");
    agent.launches("t1", "Explore", "a1");
    agent.launches("t1", "Explore", "a1");
    agent.stops("a1", "Explore", "found");
    agent.stops("a1", "Explore", "found");
    agent.returns("t1", "Explore", "a1", "found");
    agent.ends();
    assertThat(harness.derived("delegation_started")).hasSize(1);
    assertThat(allEnded()).hasSize(1);
    assertThat(harness.map("stopped").size()).isZero();
  }

  @Test
  void anEndWithoutAStartIsNothing() {
    assertThat(agent.returns("t1", "Explore", "a1", "found").derived()).isEmpty();
  }

  @Test
  void whatIsOpenWhenItsSessionEndsHasAnUnknownOutcome() {
    // Given
    agent.delegates("t1", "Explore");
    agent.launches("t1", "Explore", "a1");
    millisPass(1);
    agent.delegates("t2", "Plan");
    new Agents(harness, "other").delegates("t3", "Plan");
    // When
    agent.ends();
    // Then
    assertThat(allEnded())
        .extracting(data -> data.path("tool_use_id").textValue())
        .containsExactly("t1", "t2");
    assertThat(allEnded()).allMatch(data -> data.path("outcome").textValue().equals("unknown"));
    assertThat(allEnded()).noneMatch(data -> data.has("duration_ms"));
    assertThat(harness.map("active").size()).isEqualTo(1);
  }

  @Test
  void whatIsEvictedEndsInItsSessionWithAnUnknownOutcome() {
    // Given
    var small =
        ExtensionHarness.of(DelegationsExtension::new).limits("active", Limits.capacity(1)).start();
    new Agents(small, "first").delegates("t1", "Explore");
    // When
    Reaction reaction = new Agents(small, "second").delegates("t2", "Explore");
    // Then
    assertThat(reaction.evictions())
        .singleElement()
        .satisfies(
            gone -> {
              assertThat(gone.session()).isEqualTo(new Session("claude-code", "first"));
              assertThat(gone.name()).isEqualTo("delegation_ended");
              assertThat(gone.data().path("tool_use_id").textValue()).isEqualTo("t1");
              assertThat(gone.data().path("outcome").textValue()).isEqualTo("unknown");
            });
  }

  @Test
  void aDelegationRunsForHoursAndIsGivenUpAfterSix() {
    agent.delegates("t1", "Explore");
    assertThat(harness.advance(Duration.ofHours(6))).isEmpty();
    List<Derived> emitted = harness.advance(Duration.ofSeconds(1));
    assertThat(emitted)
        .singleElement()
        .satisfies(gone -> assertThat(gone.data().path("outcome").asText()).isEqualTo("unknown"));
  }

  @Test
  void aDelegationEndsRightlyAfterARestart() {
    // Given one that waits, one in the background, and a stop that is nobody's yet
    agent.delegates("t1", "Explore");
    agent.starts("a1", "Explore");
    agent.delegates("t2", "Plan");
    agent.launches("t2", "Plan", "a2");
    agent.delegates("t3", "Explore");
    agent.stops("a3", "Explore", "three");
    // When
    harness.restart();
    // Then
    assertThat(ended(agent.returns("t1", "Explore", "a1", "one")).path("result").textValue())
        .isEqualTo("one");
    assertThat(ended(agent.stops("a2", "Plan", "two")).path("prompt").textValue())
        .isEqualTo("do t2");
    assertThat(ended(agent.launches("t3", "Explore", "a3")).path("result").textValue())
        .isEqualTo("three");
  }

  @Test
  void theAncestorFoundSessionsByAPrefixOfTheirId() {
    // Given
    new Agents(harness, "s-1").delegates("t1", "Explore");
    var longer = new Agents(harness, "s-12");
    // When another session uses the same ids
    longer.starts("a1", "Explore");
    longer.returns("t1", "Explore", "a1", "found");
    longer.ends();
    // Then
    assertThat(allEnded()).isEmpty();
    assertThat(harness.map("active").size()).isEqualTo(1);
  }

  @Test
  void theAncestorEvictedByTheAlphabetSoThatTheNewestCouldGoFirst() {
    // Given
    var small =
        ExtensionHarness.of(DelegationsExtension::new).limits("active", Limits.capacity(2)).start();
    for (String session : List.of("z", "m", "a")) {
      new Agents(small, session).delegates("t", "Explore");
    }
    // Then the oldest went
    assertThat(new Agents(small, "z").returns("t", "Explore", "x", "z").derived()).isEmpty();
    assertThat(ended(new Agents(small, "a").returns("t", "Explore", "x", "a"))).isNotNull();
  }

  @Test
  void theAncestorReadOutputAndReasonWhichAgentsDoNotSend() {
    agent.delegates("t1", "Explore");
    agent.launches("t1", "Explore", "a1");
    ObjectNode data =
        ended(
            agent.send(
                "SubagentStop",
                Map.of(
                    "agent_id", "a1",
                    "output", "wrong",
                    "reason", "wrong",
                    "last_assistant_message", "right")));
    assertThat(data.path("result").textValue()).isEqualTo("right");
  }

  @Test
  void theAncestorLostLargeEventsHereTheyAreCutAndSaySo() {
    // When
    Reaction start = agent.delegates("t1", "Explore", "p".repeat(200_000));
    ObjectNode data = ended(agent.returns("t1", "Explore", "a1", "r".repeat(200_000)));
    // Then
    assertThat(start.derived("delegation_started").getFirst().path("truncated").booleanValue())
        .isTrue();
    assertThat(data.path("prompt").textValue()).isEqualTo("p".repeat(10_000));
    assertThat(data.path("result").textValue()).isEqualTo("r".repeat(10_000));
    assertThat(data.path("truncated").booleanValue()).isTrue();
  }

  @Test
  void anEntryStaysBoundedInBytes() {
    agent.tool(
        "PreToolUse",
        "Agent",
        "t".repeat(512),
        "type".repeat(100_000),
        "\u0001".repeat(200_000),
        Map.of("agent_id", "a".repeat(512)));
    agent.stops("a".repeat(512), "Explore", "\u0001".repeat(200_000));
    assertThat(harness.map("active").size()).isEqualTo(1);
    assertThat(harness.bytesIn("active")).isLessThan(70_000);
    assertThat(harness.bytesIn("stopped")).isLessThan(70_000);
  }

  @Test
  void aCutDoesNotSplitACharacter() {
    assertThat(Clipped.of("ab😀", 3)).isEqualTo(new Clipped("ab", true));
    assertThat(Clipped.of("ab😀", 4)).isEqualTo(new Clipped("ab😀", false));
  }

  @Test
  void toolsAndTextLengthAreConfigured() {
    var other =
        ExtensionHarness.of(DelegationsExtension::new)
            .config("tools", "Spawn")
            .config("max-text", "3")
            .start();
    var spawning = new Agents(other, "s");
    spawning.delegates("t1", "Explore");
    spawning.tool("PreToolUse", "Spawn", "t2", "Explore", "abcdef", Map.of());
    assertThat(other.derived("delegation_started"))
        .singleElement()
        .satisfies(data -> assertThat(data.path("prompt").textValue()).isEqualTo("abc"));
    assertThatThrownBy(
            () -> ExtensionHarness.of(DelegationsExtension::new).config("max-text", "0").start())
        .hasMessageContaining("max-text is 0");
  }
}
