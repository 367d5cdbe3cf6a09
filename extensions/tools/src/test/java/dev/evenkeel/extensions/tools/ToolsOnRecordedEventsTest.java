package dev.evenkeel.extensions.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.extension.testkit.ExtensionHarness;
import dev.evenkeel.extension.testkit.Reaction;
import dev.evenkeel.extension.testkit.RecordedEvents;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ToolsOnRecordedEventsTest {

  private final ExtensionHarness harness = ExtensionHarness.of(ToolsExtension::new).start();

  @Test
  void everyCallOfTheFeatureSessionHasItsOutcome() {
    // When
    List<Reaction> reactions =
        harness.replay(
            RecordedEvents.read("claude-code-2.1.197-feature.jsonl"), Duration.ofMillis(10));
    // Then
    var outcomes = new LinkedHashMap<String, String>();
    for (Reaction reaction : reactions) {
      if (reaction.attached().containsKey("outcome")) {
        outcomes.put(reaction.event().toolUseId(), reaction.attached().get("outcome").textValue());
      }
    }
    assertThat(outcomes)
        .containsExactly(
            Map.entry("toolu_ba0a8fd324424a708f6f7d", "succeeded"),
            Map.entry("toolu_86214a2a015d424a9283b5", "succeeded"),
            Map.entry("toolu_3245c842b55c4648b96826", "succeeded"),
            Map.entry("toolu_2785a670c0344effbd2de8", "succeeded"),
            Map.entry("toolu_140edacf3356439f864669", "failed"),
            Map.entry("toolu_4f6d5464e3774ffc8db1fe", "succeeded"),
            Map.entry("toolu_d32be5e14db74112b5b06f", "succeeded"),
            Map.entry("toolu_071dcfc249e3427180a86c", "succeeded"),
            Map.entry("toolu_01cbb5be438d4e0c8a8973", "succeeded"),
            Map.entry("toolu_c2a8645aa104455f9e66c9", "succeeded"));
  }

  @Test
  void withoutTheAgentsOwnDurationsEveryCallOfTheFeatureSessionIsTimedByItsId() {
    // Given one event every 10 ms
    var durations = new LinkedHashMap<String, Long>();
    for (var event : RecordedEvents.read("claude-code-2.1.197-feature.jsonl")) {
      String json = event.json().replaceAll(",\\s*\"duration_ms\":\\s*\\d+", "");
      // When
      Reaction reaction = harness.send(event.agent(), json);
      harness.advance(Duration.ofMillis(10));
      if (reaction.attached().containsKey("duration_ms")) {
        durations.put(
            reaction.event().toolUseId(), reaction.attached().get("duration_ms").longValue());
      }
    }
    // Then
    assertThat(durations)
        .containsExactly(
            Map.entry("toolu_ba0a8fd324424a708f6f7d", 10L),
            Map.entry("toolu_86214a2a015d424a9283b5", 30L),
            Map.entry("toolu_3245c842b55c4648b96826", 10L),
            Map.entry("toolu_2785a670c0344effbd2de8", 10L),
            Map.entry("toolu_140edacf3356439f864669", 10L),
            Map.entry("toolu_4f6d5464e3774ffc8db1fe", 20L),
            Map.entry("toolu_d32be5e14db74112b5b06f", 80L),
            Map.entry("toolu_071dcfc249e3427180a86c", 10L),
            Map.entry("toolu_01cbb5be438d4e0c8a8973", 140L),
            Map.entry("toolu_c2a8645aa104455f9e66c9", 10L));
    assertThat(harness.map("running").size()).isZero();
  }

  static Stream<String> files() {
    return RecordedEvents.files().stream();
  }

  @ParameterizedTest
  @MethodSource("files")
  void nothingFailsOnRecordedEvents(String file) {
    List<Reaction> reactions = harness.replay(RecordedEvents.read(file), Duration.ofMillis(10));
    assertThat(reactions).isNotEmpty();
    assertThat(harness.failures()).isEmpty();
    assertThat(harness.map("running").size()).isLessThanOrEqualTo(1000);
    assertThat(harness.bytesIn("running")).isLessThan(1000 * 500);
  }

  @Test
  void theLongSessionLeavesNothingBehind() {
    harness.replay(RecordedEvents.read("claude-code-2.1.197-long.jsonl"), Duration.ofMillis(1));
    assertThat(harness.map("running").size()).isZero();
  }

  @Test
  void aHundredThousandCallsOfWhichManyNeverEndStayWithinTheLimits() {
    var random = new Random(7);
    for (int i = 0; i < 50_000; i++) {
      String id = random.nextInt(10) == 0 ? "" : "t" + i;
      Map<String, Object> call =
          Map.of(
              "session_id",
              "s" + random.nextInt(500),
              "tool_use_id",
              id,
              "tool_name",
              "Bash",
              "tool_input",
              Map.of("command", "x".repeat(random.nextInt(200))));
      send("PreToolUse", call);
      if (random.nextInt(3) > 0) {
        assertThat(send("PostToolUse", call).attached()).containsKeys("duration_ms", "outcome");
      }
    }
    assertThat(harness.failures()).isEmpty();
    assertThat(harness.map("running").size()).isEqualTo(1000);
    assertThat(harness.bytesIn("running")).isLessThan(1000 * 500);
  }

  private Reaction send(String name, Map<String, Object> call) {
    var event = new LinkedHashMap<>(call);
    event.put("hook_event_name", name);
    return harness.send("claude-code", event);
  }
}
