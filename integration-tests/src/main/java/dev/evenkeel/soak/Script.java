package dev.evenkeel.soak;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Random;

/**
 * What one agent posts: the recorded events over and over, from a place of its own on, in the sizes
 * of the field, each pass with new sessions and tool calls. For one thread.
 */
final class Script {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int LARGE_BYTES = 1_000_000;
  private static final int PART = 1_000;

  private final RecordedEvents recorded;
  private final String stream;
  private final boolean endless;
  private final int largeEvery;
  private final Random random;
  private final FieldSizes sizes;

  // Mutable state, owned by the thread of the agent
  private int next;
  private int pass;
  private long n;
  private long largeAt;

  /**
   * A script that begins at its first event.
   *
   * @param endless whether its sessions never end: their ends are left out, and one of them goes on
   *     through all passes
   * @param largeEvery one of so many events gets 1 MB more, at a place by chance: agents do not
   *     know of each other; 0 for none
   */
  Script(RecordedEvents recorded, String stream, int from, boolean endless, int largeEvery) {
    this.recorded = recorded;
    this.stream = stream;
    this.next = from % recorded.events().size();
    this.endless = endless;
    this.largeEvery = largeEvery;
    this.random = new Random(stream.hashCode());
    this.sizes = new FieldSizes(recorded, random);
  }

  /** The next event, with its mark. */
  byte[] next() {
    ObjectNode event = advance();
    sizes.fill(event);
    if (isLarge()) {
      addLarge(event);
    }
    ObjectNode mark = event.putObject(Mark.FIELD);
    mark.put("stream", stream).put("n", n++).put("at", System.currentTimeMillis());
    try {
      return JSON.writeValueAsBytes(event);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean isLarge() {
    if (largeEvery == 0) {
      return false;
    }
    if (n % largeEvery == 0) {
      largeAt = n + random.nextInt(largeEvery);
    }
    return n == largeAt;
  }

  /** The number of the event that comes next. */
  long n() {
    return n;
  }

  private ObjectNode advance() {
    while (true) {
      if (next == recorded.events().size()) {
        next = 0;
        pass++;
      }
      ObjectNode event = recorded.events().get(next++).deepCopy();
      if (endless && event.path("hook_event_name").asText().equals("SessionEnd")) {
        continue;
      }
      String session = event.path("session_id").asText();
      event.put(
          "session_id",
          endless && pass % 2 == 0 ? stream + "-endless" : session + '-' + stream + '-' + pass);
      if (event.has("tool_use_id")) {
        event.put("tool_use_id", event.get("tool_use_id").asText() + '-' + stream + '-' + pass);
      }
      return event;
    }
  }

  /** In parts, as the lines of a file: a single long string would be cut on its way. */
  private static void addLarge(ObjectNode event) {
    ArrayNode lines = event.putArray("large");
    String line = "x".repeat(PART);
    for (int bytes = 0; bytes < LARGE_BYTES; bytes += PART) {
      lines.add(line);
    }
  }
}
