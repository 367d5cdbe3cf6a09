package dev.evenkeel.extensions.delegations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.testkit.ExtensionHarness;
import dev.evenkeel.extension.testkit.RecordedEvents;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DelegationsOnRecordedEventsTest {

  private static final String FEATURE = "claude-code-2.1.197-feature.jsonl";

  private final ExtensionHarness harness = ExtensionHarness.of(DelegationsExtension::new).start();

  private void replay(String file) {
    harness.replay(RecordedEvents.read(file), Duration.ofMillis(10));
  }

  private void assertTheTwoOfTheFeatureSession() {
    assertThat(harness.derived("delegation_started"))
        .extracting(data -> data.path("prompt").textValue())
        .containsExactly("REVIEW-ONE: review cart.py", "SEARCH-TWO: where is total used?");
    assertThat(harness.derived("delegation_ended")).hasSize(2);
    ObjectNode search = harness.derived("delegation_ended").get(0);
    assertThat(search.path("tool_use_id").textValue()).isEqualTo("toolu_d32be5e14db74112b5b06f");
    assertThat(search.path("agent_id").textValue()).isEqualTo("a810061b47570e174");
    assertThat(search.path("agent_type").textValue()).isEqualTo("Explore");
    assertThat(search.path("description").textValue()).isEqualTo("Search for usages");
    assertThat(search.path("prompt").textValue()).isEqualTo("SEARCH-TWO: where is total used?");
    assertThat(search.path("duration_ms").longValue()).isEqualTo(103);
    assertThat(search.path("tokens").longValue()).isEqualTo(150);
    assertThat(search.path("tool_uses").longValue()).isEqualTo(1);
    assertThat(search.path("result").textValue())
        .isEqualTo("Only cart.py defines and nobody calls it yet.");
    assertThat(search.path("outcome").textValue()).isEqualTo("completed");
    ObjectNode review = harness.derived("delegation_ended").get(1);
    assertThat(review.path("tool_use_id").textValue()).isEqualTo("toolu_01cbb5be438d4e0c8a8973");
    assertThat(review.path("agent_id").textValue()).isEqualTo("ada90385ac6328205");
    assertThat(review.path("agent_type").textValue()).isEqualTo("general-purpose");
    assertThat(review.path("description").textValue()).isEqualTo("Review cart.py");
    assertThat(review.path("prompt").textValue()).isEqualTo("REVIEW-ONE: review cart.py");
    assertThat(review.path("duration_ms").longValue()).isEqualTo(359);
    assertThat(review.path("tokens").longValue()).isEqualTo(150);
    assertThat(review.path("tool_uses").longValue()).isEqualTo(2);
    assertThat(review.path("result").textValue())
        .isEqualTo("The function is right; add type hints.");
    assertThat(review.path("outcome").textValue()).isEqualTo("completed");
    assertThat(harness.map("active").size()).isZero();
    assertThat(harness.map("stopped").size()).isZero();
  }

  @Test
  void theTwoParallelDelegationsOfTheFeatureSessionAreToldApart() {
    replay(FEATURE);
    assertTheTwoOfTheFeatureSession();
  }

  @Test
  void aRestartAfterEachEventOfTheFeatureSessionChangesNothing() {
    for (var event : RecordedEvents.read(FEATURE)) {
      harness.send(event.agent(), event.json());
      harness.restart();
    }
    assertTheTwoOfTheFeatureSession();
  }

  @Test
  void theDelegationOnWindowsEnds() {
    replay("claude-code-2.1.284-windows.jsonl");
    assertThat(harness.derived("delegation_ended"))
        .singleElement()
        .satisfies(
            data -> {
              assertThat(data.path("agent_id").textValue()).isEqualTo("ad4fcb91a57252fb5");
              assertThat(data.path("tokens").longValue()).isEqualTo(15814);
              assertThat(data.path("result").textValue()).isEqualTo("0.1.0");
            });
  }

  @Test
  void theDelegationsOfOldSessionsWithoutIdsStart() {
    replay("real-sessions-masked.jsonl");
    assertThat(harness.derived("delegation_started")).hasSize(7);
  }

  static Stream<String> files() {
    return RecordedEvents.files().stream();
  }

  @ParameterizedTest
  @MethodSource("files")
  void nothingFailsOnRecordedEvents(String file) {
    replay(file);
    assertThat(harness.failures()).isEmpty();
    assertThat(harness.map("active").size()).isLessThanOrEqualTo(200);
    assertThat(harness.map("stopped").size()).isLessThanOrEqualTo(200);
    assertThat(harness.derived("delegation_ended").size() + harness.map("active").size())
        .isEqualTo(harness.derived("delegation_started").size());
  }

  @Test
  void inAHundredThousandEventsEachStartedDelegationEndsOnceOrIsActive() {
    // Given sessions that start, launch, return, stop and end in any order, and call other tools
    var random = new Random(11);
    for (int i = 0; i < 100_000; i++) {
      var agent = new Agents(harness, "s" + random.nextInt(40));
      String id = "t" + random.nextInt(30);
      String subagent = "a" + random.nextInt(30);
      String type = random.nextBoolean() ? "Explore" : "Plan";
      if (i % 5 != 0) {
        agent.tool("PostToolUse", "Bash", id, type, "", Map.of());
        continue;
      }
      switch (random.nextInt(12)) {
        case 0, 1, 2, 3 -> agent.delegates(id, type);
        case 4 -> agent.starts(subagent, type);
        case 5, 6 -> agent.stops(subagent, type, "x".repeat(random.nextInt(100)));
        case 7 -> agent.launches(id, type, subagent);
        case 8, 9 -> agent.returns(id, type, subagent, "done");
        case 10 -> agent.tool("PostToolUseFailure", "Agent", id, type, "", Map.of());
        default -> {
          if (random.nextInt(20) == 0) {
            agent.ends();
          }
        }
      }
    }
    // Then
    int started = harness.derived("delegation_started").size();
    int ended = harness.derived("delegation_ended").size();
    assertThat(harness.failures()).isEmpty();
    assertThat(started).isGreaterThan(3_000);
    assertThat(harness.map("active").size()).isEqualTo(200);
    assertThat(harness.map("stopped").size()).isEqualTo(200);
    assertThat(ended + 200).isEqualTo(started);
  }
}
