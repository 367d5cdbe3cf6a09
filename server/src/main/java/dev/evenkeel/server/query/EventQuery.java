package dev.evenkeel.server.query;

import dev.evenkeel.server.log.EventType;
import dev.evenkeel.server.text.TextQuery;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which events are asked for.
 *
 * @param order which come first
 * @param from events after this id, or, newest first, before it
 * @param filter which of them
 * @param text what they have to hold, or null
 * @param limit the most events of a page
 */
public record EventQuery(
    Order order, long from, Filter filter, @Nullable TextQuery text, int limit) {

  /** The most events of a page. */
  public static final int MAX_LIMIT = 1000;

  private static final int DEFAULT_LIMIT = 100;
  private static final List<String> KNOWN =
      List.of("after", "before", "session", "source", "name", "type", "text", "limit");

  /** Which events come first. */
  public enum Order {
    OLDEST_FIRST,
    NEWEST_FIRST
  }

  /**
   * What events have in common; null where it does not matter.
   *
   * @param session the agent's id of the session
   * @param source the agent
   * @param name the agent's name for the event, or its own when it is derived or from the server
   * @param type where it comes from
   */
  public record Filter(
      @Nullable String session,
      @Nullable String source,
      @Nullable String name,
      @Nullable EventType type) {

    /** All events. */
    public static final Filter ALL = new Filter(null, null, null, null);

    boolean isEmpty() {
      return equals(ALL);
    }
  }

  /** Events whatever they hold. */
  public EventQuery(Order order, long from, Filter filter, int limit) {
    this(order, from, filter, null, limit);
  }

  /**
   * Reads the query of an address.
   *
   * @throws InvalidQueryException when something in it is unknown or wrong
   */
  public static EventQuery of(Map<String, List<String>> given) throws InvalidQueryException {
    var parameters = Parameters.of(given, KNOWN);
    Long after = parameters.id("after");
    Long before = parameters.id("before");
    if (after != null && before != null) {
      throw new InvalidQueryException(
          "'after' and 'before' are both given; 'after' reads on from an id, 'before' reads back"
              + " from one");
    }
    var filter =
        new Filter(
            parameters.text("session"),
            parameters.word("source"),
            parameters.word("name"),
            typeOf(parameters.text("type")));
    TextQuery text = textOf(parameters.text("text"));
    int limit = parameters.limit(MAX_LIMIT, DEFAULT_LIMIT);
    return after != null
        ? new EventQuery(Order.OLDEST_FIRST, after, filter, text, limit)
        : new EventQuery(
            Order.NEWEST_FIRST, before == null ? Long.MAX_VALUE : before, filter, text, limit);
  }

  private static @Nullable TextQuery textOf(@Nullable String text) throws InvalidQueryException {
    try {
      return text == null ? null : TextQuery.of(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidQueryException("'text': " + e.getMessage());
    }
  }

  private static @Nullable EventType typeOf(@Nullable String text) throws InvalidQueryException {
    if (text == null) {
      return null;
    }
    for (EventType type : EventType.values()) {
      if (type.text().equals(text)) {
        return type;
      }
    }
    throw new InvalidQueryException(
        "'type' is '"
            + text
            + "'; there are "
            + Arrays.stream(EventType.values()).map(EventType::text).toList());
  }
}
