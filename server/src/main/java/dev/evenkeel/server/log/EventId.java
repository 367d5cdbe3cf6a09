package dev.evenkeel.server.log;

/**
 * The id of a published event: 16 decimal digits, so that it sorts as text and as a number.
 *
 * <p>Ids grow by one with each event. When the server starts they go on from the last one in the
 * log or from the time in milliseconds times 1,024, whichever is greater: so an id never comes
 * again, even where the log was lost, as long as fewer than 1,024 events come in every millisecond
 * of a server's life. They stay below 2^53, the largest whole number that every JSON reader knows,
 * until the year 2248.
 */
public final class EventId {

  /** How many digits the text has. */
  public static final int LENGTH = 16;

  private EventId() {}

  /** The text of an id. */
  public static String text(long id) {
    String digits = Long.toString(id);
    return "0".repeat(Math.max(0, LENGTH - digits.length())) + digits;
  }

  /**
   * The id of a text, {@code 0} being before the first.
   *
   * @throws IllegalArgumentException when the text is no id
   */
  public static long parse(String text) {
    if (text.isEmpty()
        || text.length() > LENGTH
        || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new IllegalArgumentException(
          "'" + text + "' is no event id; ids are up to " + LENGTH + " digits");
    }
    return Long.parseLong(text);
  }

  /** The first id that a server may give which starts at this time. */
  public static long firstAt(long epochMillis) {
    return epochMillis << 10;
  }
}
