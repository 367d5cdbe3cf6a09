package dev.evenkeel.soak;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;

/**
 * What the server counted itself between one start and its end.
 *
 * @param droppedOnPurpose accepted events that an extension did not let be published
 */
record Counters(
    long received,
    long accepted,
    long merged,
    long rejected,
    long shed,
    long unlogged,
    long published,
    long droppedOnPurpose,
    long removed) {

  /** The server's own reasons. An extension's that is called so has "extension: " before it. */
  private static final Set<String> LOSSES = Set.of("damage", "disk", "failure", "retention");

  static Counters of(JsonNode status) {
    long dropped = 0;
    for (Map.Entry<String, JsonNode> each : status.get("dropped").properties()) {
      dropped += LOSSES.contains(each.getKey()) ? 0 : each.getValue().asLong();
    }
    return new Counters(
        status.get("received").asLong(),
        status.get("accepted").asLong(),
        status.get("merged").asLong(),
        status.get("rejected").asLong(),
        status.get("shed").asLong(),
        status.get("unlogged").asLong(),
        status.get("published").asLong(),
        dropped,
        status.at("/log/removed").asLong());
  }

  /** Events that came and of which it is not known what became of them; below 0 never. */
  long underWay() {
    return received - accepted - merged - rejected - shed;
  }
}
