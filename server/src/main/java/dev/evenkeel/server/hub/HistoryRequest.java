package dev.evenkeel.server.hub;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What a client wants that asks for history once more.
 *
 * @param count how many of the last events, at most
 * @param types which of them
 */
record HistoryRequest(int count, EventTypes types) {

  /**
   * Reads {@code limit} and {@code event_types}, as claude-mpm's clients say it. A limit over the
   * most is the most, since it only says how many are welcome.
   *
   * @throws InvalidWishException when one of them is wrong
   */
  static HistoryRequest of(JsonNode given) throws InvalidWishException {
    return new HistoryRequest(limit(given.path("limit")), EventTypes.of(given.path("event_types")));
  }

  private static int limit(JsonNode given) throws InvalidWishException {
    boolean isLarge =
        given.isIntegralNumber()
            && given.bigIntegerValue().signum() > 0
            && (!given.canConvertToInt() || given.intValue() > Wishes.MAX_HISTORY);
    return isLarge ? Wishes.MAX_HISTORY : Wishes.count(given, "limit");
  }
}
