package dev.evenkeel.extensions.prompts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.EventKind;
import dev.evenkeel.extension.testkit.ExtensionHarness;
import dev.evenkeel.extension.testkit.RecordedEvents;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PromptsOnRecordedEventsTest {

  private final ExtensionHarness harness = ExtensionHarness.of(PromptsExtension::new).start();

  private void replay(String file) {
    harness.replay(RecordedEvents.read(file), Duration.ofMillis(10));
  }

  @Test
  void theTurnOfTheFeatureSessionIsSummedUp() {
    // When one event comes every 10 ms
    replay("claude-code-2.1.197-feature.jsonl");
    // Then
    assertThat(harness.derived()).hasSize(1);
    ObjectNode data = harness.derived("turn_ended").getFirst();
    assertThat(data.path("prompt_id").textValue())
        .isEqualTo("db45302a-2c59-4360-bbd7-caeff7b76284");
    assertThat(data.path("prompt").textValue()).isEqualTo("Add a cart total and have it reviewed");
    assertThat(data.path("answer").textValue())
        .isEqualTo("cart.py is written, reviewed and typed. Größe: naïve café ☕ – done.");
    assertThat(data.path("tool_calls").intValue()).isEqualTo(10);
    assertThat(data.path("failures").intValue()).isEqualTo(1);
    assertThat(data.path("duration_ms").longValue()).isEqualTo(340);
    assertThat(data.path("outcome").textValue()).isEqualTo("completed");
    assertThat(harness.map("open").size()).isZero();
  }

  @Test
  void theLongSessionHasOneTurnOf120Calls() {
    replay("claude-code-2.1.197-long.jsonl");
    assertThat(harness.derived("turn_ended"))
        .singleElement()
        .satisfies(data -> assertThat(data.path("tool_calls").intValue()).isEqualTo(120));
  }

  @Test
  void aStopAndAStopFailureEndATurnOnce() {
    replay("all-33-events-synthetic.jsonl");
    assertThat(harness.derived("turn_ended"))
        .singleElement()
        .satisfies(data -> assertThat(data.path("outcome").textValue()).isEqualTo("completed"));
  }

  static Stream<String> files() {
    return RecordedEvents.files().stream();
  }

  @ParameterizedTest
  @MethodSource("files")
  void nothingFailsOnRecordedEvents(String file) {
    long prompts =
        RecordedEvents.read(file).stream()
            .filter(event -> event.at(Instant.EPOCH).kind() == EventKind.USER_PROMPT)
            .count();
    replay(file);
    assertThat(harness.failures()).isEmpty();
    assertThat(harness.map("open").size()).isLessThanOrEqualTo(100);
    assertThat(harness.derived("turn_ended").size() + harness.map("open").size())
        .isEqualTo((int) prompts);
  }

  @Test
  void inAHundredThousandEventsEachTurnEndsOnceOrIsOpen() {
    // Given sessions whose turns begin, call tools and end in any order
    var random = new Random(13);
    int prompts = 0;
    for (int i = 0; i < 100_000; i++) {
      String session = "s" + random.nextInt(300);
      switch (random.nextInt(10)) {
        case 0, 1 -> {
          // An id of its own each time, so that each prompt is a turn
          send(session, "UserPromptSubmit", Map.of("prompt_id", "p" + i, "prompt", "x".repeat(50)));
          prompts++;
        }
        case 2 -> send(session, "Stop", Map.of("last_assistant_message", "done"));
        case 3 -> send(session, "PostToolUseFailure", Map.of("tool_name", "Bash"));
        default -> send(session, "PostToolUse", Map.of("tool_name", "Bash"));
      }
    }
    // Then
    assertThat(harness.failures()).isEmpty();
    assertThat(prompts).isGreaterThan(10_000);
    assertThat(harness.map("open").size()).isEqualTo(100);
    assertThat(harness.derived("turn_ended").size() + 100).isEqualTo(prompts);
  }

  private void send(String session, String event, Map<String, String> fields) {
    var all = new HashMap<>(fields);
    all.put("session_id", session);
    all.put("hook_event_name", event);
    harness.send("claude-code", all);
  }
}
