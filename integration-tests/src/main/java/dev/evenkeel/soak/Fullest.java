package dev.evenkeel.soak;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * The map or queue that is nearest to one of its limits, at one moment.
 *
 * @param share of that limit, 1 is full
 */
public record Fullest(String name, double share) {

  /** That of all that {@code /api/state} tells of. */
  public static Fullest of(JsonNode state) {
    var fullest = new Fullest("none", 0);
    for (String kind : List.of("maps", "queues")) {
      for (JsonNode each : state.get(kind)) {
        String name = each.path("extension").asText("") + ' ' + each.get("name").asText();
        double share =
            isBounded(each)
                ? Math.max(share(each, "size", "capacity"), shareOfBytes(each))
                : Double.POSITIVE_INFINITY;
        if (share > fullest.share()) {
          fullest = new Fullest(name.strip(), share);
        }
      }
    }
    return fullest;
  }

  /** The one of two that is nearer to its limit. */
  public Fullest or(Fullest other) {
    return other.share > share ? other : this;
  }

  /** What tells of no limit at all is over it. */
  private static boolean isBounded(JsonNode of) {
    return of.path("capacity").asLong(-1) > 0 || of.path("capacityBytes").asLong(-1) > 0;
  }

  /** One event that is larger than all the room that there is has it for itself. */
  private static double shareOfBytes(JsonNode of) {
    double share = share(of, "bytes", "capacityBytes");
    return of.path("size").asLong() == 1 ? Math.min(1, share) : share;
  }

  private static double share(JsonNode of, String size, String capacity) {
    double limit = of.path(capacity).asDouble(-1);
    return limit <= 0 ? 0 : of.path(size).asDouble(0) / limit;
  }
}
