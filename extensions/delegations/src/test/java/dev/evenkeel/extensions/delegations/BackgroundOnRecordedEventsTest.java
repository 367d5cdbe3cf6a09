package dev.evenkeel.extensions.delegations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.testkit.ExtensionHarness;
import dev.evenkeel.extension.testkit.RecordedEvent;
import dev.evenkeel.extension.testkit.RecordedEvents;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Delegations of real sessions whose subagents went on in the background. */
class BackgroundOnRecordedEventsTest {

  private static final String TWO = "claude-code-2.1.197-background.jsonl";
  private static final String LONG = "claude-code-2.1.197-background-long.jsonl";

  private final ExtensionHarness harness = ExtensionHarness.of(DelegationsExtension::new).start();

  private List<String> ended() {
    return harness.derived("delegation_ended").stream()
        .map(
            data ->
                "%s %s %s: %s, %s ms, %s"
                    .formatted(
                        data.path("tool_use_id").textValue(),
                        data.path("agent_id").textValue(),
                        data.path("agent_type").textValue(),
                        data.path("result").textValue(),
                        data.path("duration_ms"),
                        data.path("outcome").textValue()))
        .toList();
  }

  private void assertTheTwo(int first, int second) {
    assertThat(harness.failures()).isEmpty();
    assertThat(harness.derived("delegation_started"))
        .extracting(data -> data.path("prompt").textValue())
        .containsExactly("REVIEW-ONE: review cart.py", "SEARCH-TWO: where is total used?");
    assertThat(ended())
        .containsExactly(
            "toolu_c9f8334c85d1428e846400 aa6f1d3ec0723d2f8 Explore: Nobody calls it yet., "
                + first
                + " ms, completed",
            "toolu_0cc8bed2d9f7434799cc4c aacb5157127e40490 general-purpose: "
                + "The function is right; add type hints., "
                + second
                + " ms, completed");
    assertThat(harness.map("active").size()).isZero();
    assertThat(harness.map("stopped").size()).isZero();
  }

  @Test
  void twoThatEndAfterTheStopOfTheirTurnEndEachWithItsOwnSubagent() {
    harness.replay(RecordedEvents.read(TWO), Duration.ofMillis(10));
    assertTheTwo(130, 230);
  }

  @Test
  void aRestartAfterEachEventChangesNothing() {
    for (RecordedEvent event : RecordedEvents.read(TWO)) {
      harness.send(event.agent(), event.json());
      harness.restart();
    }
    assertTheTwo(0, 0);
  }

  @Test
  void neitherEndsBeforeItsSubagentStops() {
    int stopped = 0;
    for (RecordedEvent event : RecordedEvents.read(TWO)) {
      harness.send(event.agent(), event.json());
      stopped += event.json().contains("\"SubagentStop\"") ? 1 : 0;
      assertThat(harness.derived("delegation_ended")).hasSize(stopped);
    }
    assertThat(stopped).isEqualTo(2);
  }

  @Test
  void oneThatRunsBesideALongTurnEndsOnceInTheMidstOfIt() {
    List<RecordedEvent> events = RecordedEvents.read(LONG);
    harness.replay(events, Duration.ofMillis(1));
    assertThat(ended())
        .singleElement()
        .asString()
        .matches("toolu_\\w+ a4d91a87d1f0d50b5 general-purpose: One file, one line., .* completed");
    ObjectNode ended = harness.derived("delegation_ended").getFirst();
    int stop =
        events.indexOf(
            events.stream().filter(e -> e.json().contains("\"SubagentStop\"")).findAny().get());
    int call =
        events.indexOf(
            events.stream()
                .filter(e -> e.json().contains("\"tool_name\":\"Agent\""))
                .findFirst()
                .get());
    assertThat(ended.path("duration_ms").intValue()).isEqualTo(stop - call);
    assertThat(stop).isLessThan(events.size() - 10);
    assertThat(harness.failures()).isEmpty();
  }
}
