package dev.evenkeel.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** What the soak posts is as large as what agents send. */
class FieldSizesTest {

  private static final Percentage NEAR = Percentage.withPercentage(15);

  @Test
  void toolResultsAreAsLargeAsInTheField() throws Exception {
    // Given
    RecordedEvents recorded = RecordedEvents.read();
    var sizes = new FieldSizes(recorded, new Random(1));
    // When
    int[] bytes =
        Stream.generate(() -> recorded.events().stream())
            .limit(20)
            .flatMap(events -> events)
            .map(ObjectNode::deepCopy)
            .filter(event -> event.path("hook_event_name").asText().equals("PostToolUse"))
            .peek(sizes::fill)
            .mapToInt(event -> event.toString().length())
            .sorted()
            .toArray();
    // Then
    assertThat(bytes.length).isGreaterThan(5_000);
    assertThat(at(bytes, 0.5)).as("what was recorded larger stays").isCloseTo(2_400, within(1_200));
    assertThat(at(bytes, 0.95)).isCloseTo(27_000, NEAR);
    assertThat(at(bytes, 0.99)).isCloseTo(45_000, NEAR);
    assertThat(bytes[bytes.length - 1]).isBetween(80_000, 112_000);
  }

  @Test
  void otherEventsStayAsTheyWereRecorded() throws Exception {
    RecordedEvents recorded = RecordedEvents.read();
    var sizes = new FieldSizes(recorded, new Random(1));
    for (ObjectNode event : recorded.events()) {
      ObjectNode filled = event.deepCopy();
      sizes.fill(filled);
      if (!event.path("hook_event_name").asText().equals("PostToolUse")) {
        assertThat(filled).isEqualTo(event);
      }
    }
  }

  private static int at(int[] sorted, double share) {
    return sorted[(int) (sorted.length * share)];
  }
}
