package dev.evenkeel.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Random;

/**
 * Gives tool results the sizes that they have in the field: the recorded sessions read and wrote
 * small files. In 3,791 real events of Claude Code a {@code PostToolUse} has 2.4 KB in the median,
 * 27 KB at the 95th percentile, 45 KB at the 99th, and 111 KB at the most; what other events have
 * is what the recorded ones have.
 */
final class FieldSizes {

  private record Point(double share, int bytes) {}

  private static final List<Point> POST_TOOL_USE =
      List.of(
          new Point(0, 300),
          new Point(0.5, 2_400),
          new Point(0.95, 27_000),
          new Point(0.99, 45_000),
          new Point(1, 111_000));

  private static final int LEAST_TEXT = 200_000;

  private final String text;
  private final Random random;

  /**
   * @param recorded whose texts are what is filled in
   * @param random decides on the sizes
   */
  FieldSizes(RecordedEvents recorded, Random random) {
    this.text = textOf(recorded);
    this.random = random;
  }

  /** All that agents wrote in the recorded events, over and over. */
  private static String textOf(RecordedEvents recorded) {
    var all = new StringBuilder();
    while (all.length() < LEAST_TEXT) {
      recorded.events().forEach(event -> append(event, all));
    }
    return all.toString();
  }

  private static void append(JsonNode value, StringBuilder to) {
    if (value.isTextual()) {
      to.append(value.textValue()).append('\n');
    } else {
      value.forEach(each -> append(each, to));
    }
  }

  /** Adds to an event what it lacks. */
  void fill(ObjectNode event) {
    if (!event.path("hook_event_name").asText().equals("PostToolUse")) {
      return;
    }
    int lacking = bytesAt(random.nextDouble()) - event.toString().length();
    if (lacking > 0) {
      int from = random.nextInt(text.length() - lacking);
      event.put("output", text.substring(from, from + lacking));
    }
  }

  /** The size at this share of all events, between the known ones on a logarithmic scale. */
  static int bytesAt(double share) {
    int above = 1;
    while (POST_TOOL_USE.get(above).share < share) {
      above++;
    }
    Point low = POST_TOOL_USE.get(above - 1);
    Point high = POST_TOOL_USE.get(above);
    double part = (share - low.share) / (high.share - low.share);
    return (int) Math.round(low.bytes * Math.pow((double) high.bytes / low.bytes, part));
  }
}
