package dev.evenkeel.server.log;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookEvent;
import java.util.List;

/**
 * An event behind the door: appended, not yet processed.
 *
 * @param seq its place in the order of acceptance
 * @param event as filtered
 * @param decisions what guards said of it, published after it; not to be changed
 * @param logged false when the disk did not take it and memory is all it has
 */
public record AcceptedEvent(long seq, HookEvent event, List<ObjectNode> decisions, boolean logged) {

  /** What an event takes in memory beside its payload, about. */
  private static final int OVERHEAD = 512;

  /** What a decision takes in memory beside its texts, about. */
  private static final int OVERHEAD_OF_A_DECISION = 1024;

  /** About what it takes in memory. */
  public long bytes() {
    return bytesOf(event, decisions);
  }

  /** About what an event and its decisions take in memory. */
  static long bytesOf(HookEvent event, List<ObjectNode> decisions) {
    return (long) event.size() + OVERHEAD + bytesOf(decisions);
  }

  /** About what the decisions of one event take in memory. */
  static long bytesOf(List<ObjectNode> decisions) {
    long bytes = 0;
    for (ObjectNode decision : decisions) {
      bytes += OVERHEAD_OF_A_DECISION;
      for (JsonNode field : decision) {
        bytes += field.isTextual() ? field.textValue().length() : 0;
      }
    }
    return bytes;
  }
}
