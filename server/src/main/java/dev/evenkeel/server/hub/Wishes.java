package dev.evenkeel.server.hub;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.server.log.EventId;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for when it joins.
 *
 * @param filter which events it wants
 * @param history how many of the last ones, at most
 * @param after the id from which on it wants everything instead, or null
 */
record Wishes(ClientFilter filter, int history, @Nullable Long after) {

  static final int MAX_HISTORY = 500;
  static final int DEFAULT_HISTORY = 50;

  /**
   * Reads {@code auth.session}, {@code auth.name}, {@code auth.history} and {@code auth.after}.
   *
   * @param newest the newest event's id: nobody knows a later one
   * @throws InvalidWishException when one of them is wrong
   */
  static Wishes of(JsonNode auth, long newest) throws InvalidWishException {
    return new Wishes(
        ClientFilter.of(auth, "auth"),
        count(auth.path("history"), "auth.history"),
        after(auth.path("after"), newest));
  }

  /**
   * Reads how many events are wanted.
   *
   * @throws InvalidWishException when it is no number, or too large
   */
  static int count(JsonNode given, String where) throws InvalidWishException {
    if (given.isMissingNode() || given.isNull()) {
      return DEFAULT_HISTORY;
    }
    if (!given.isIntegralNumber()
        || !given.canConvertToInt()
        || given.intValue() < 0
        || given.intValue() > MAX_HISTORY) {
      throw new InvalidWishException(
          where + " is " + given + "; it is a number from 0 to " + MAX_HISTORY);
    }
    return given.intValue();
  }

  private static @Nullable Long after(JsonNode given, long newest) throws InvalidWishException {
    if (given.isMissingNode() || given.isNull()) {
      return null;
    }
    long id = id(given);
    if (id > newest) {
      throw new InvalidWishException(
          "auth.after is "
              + given
              + ", and the newest event here is "
              + EventId.text(newest)
              + ": the id is from another server. Leave it out to begin with the newest, or give 0"
              + " to begin with the oldest");
    }
    return id;
  }

  private static long id(JsonNode given) throws InvalidWishException {
    try {
      if (given.isTextual() || given.isIntegralNumber()) {
        return EventId.parse(given.asText());
      }
    } catch (IllegalArgumentException e) {
      // Told below, like what is neither text nor number.
    }
    throw new InvalidWishException(
        "auth.after is "
            + given
            + "; it is an event's id, a text of up to "
            + EventId.LENGTH
            + " digits, or 0 to begin with the oldest");
  }
}
