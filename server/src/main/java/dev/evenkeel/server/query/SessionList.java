package dev.evenkeel.server.query;

import dev.evenkeel.server.log.SqliteEventLog;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The sessions that the log knows, the one with the newest event first. */
public final class SessionList {

  private static final int MAX_LIMIT = 1000;
  private static final int DEFAULT_LIMIT = 100;
  private static final Pattern PLACE = Pattern.compile("(\\d{1,18})-(\\d{1,18})");

  /** Sessions of agents: the server's own events, and what is only derived, make none. */
  private static final String OF_AGENTS = " FROM sessions WHERE events > 0";

  static final String PAGE =
      "SELECT key, source, session_id, cwd, first, last, events, ended"
          + OF_AGENTS
          + " AND (last, key) < (?, ?) ORDER BY last DESC, key DESC LIMIT ?";

  private final SqliteEventLog log;

  /** The sessions of this log. */
  public SessionList(SqliteEventLog log) {
    this.log = log;
  }

  /**
   * A session.
   *
   * @param source the agent
   * @param session_id the agent's id of the session
   * @param cwd the folder in which it began, where the agent tells
   * @param first the time of its first event
   * @param last the time of its last event
   * @param events how many events were accepted
   * @param state {@code active} or {@code ended}
   */
  public record Entry(
      String source,
      String session_id,
      @Nullable String cwd,
      Instant first,
      Instant last,
      long events,
      String state) {}

  /**
   * A page of sessions.
   *
   * @param next where to go on, as {@code after}, or null at the end
   */
  public record Page(List<Entry> sessions, @Nullable String next) {}

  /**
   * Where a page begins.
   *
   * @param last sessions whose last event is not after this time, in milliseconds
   * @param key of those with the same time, those with a smaller key
   */
  record Place(long last, long key) {
    static final Place BEGIN = new Place(Long.MAX_VALUE, Long.MAX_VALUE);

    String text() {
      return last + "-" + key;
    }
  }

  /** Which sessions are asked for. */
  public record Query(Place after, int limit) {

    /**
     * Reads the query of an address.
     *
     * @throws InvalidQueryException when something in it is unknown or wrong
     */
    public static Query of(Map<String, List<String>> given) throws InvalidQueryException {
      var parameters = Parameters.of(given, List.of("after", "limit"));
      int limit = parameters.limit(MAX_LIMIT, DEFAULT_LIMIT);
      String after = parameters.text("after");
      if (after == null) {
        return new Query(Place.BEGIN, limit);
      }
      Matcher place = PLACE.matcher(after);
      if (!place.matches()) {
        throw new InvalidQueryException(
            "'after' is '" + after + "'; give the 'next' of the page before");
      }
      return new Query(
          new Place(Long.parseLong(place.group(1)), Long.parseLong(place.group(2))), limit);
    }
  }

  /**
   * A page of sessions. A session that gets an event while somebody reads on moves to the front.
   *
   * @throws SQLException when the log cannot be read
   */
  public Page page(Query query) throws SQLException {
    return log.reader()
        .query(
            connection -> {
              var sessions = new ArrayList<Entry>();
              String next = null;
              Place place = query.after();
              try (PreparedStatement select = connection.prepareStatement(PAGE)) {
                select.setLong(1, place.last());
                select.setLong(2, place.key());
                select.setInt(3, query.limit() + 1);
                try (ResultSet row = select.executeQuery()) {
                  while (row.next()) {
                    if (sessions.size() == query.limit()) {
                      next = place.text();
                      break;
                    }
                    sessions.add(entry(row));
                    place = new Place(row.getLong(6), row.getLong(1));
                  }
                }
              }
              return new Page(sessions, next);
            });
  }

  private static Entry entry(ResultSet row) throws SQLException {
    return new Entry(
        row.getString(2),
        row.getString(3),
        row.getString(4),
        Instant.ofEpochMilli(row.getLong(5)),
        Instant.ofEpochMilli(row.getLong(6)),
        row.getLong(7),
        row.getBoolean(8) ? "ended" : "active");
  }

  /**
   * How many sessions the log knows.
   *
   * @throws SQLException when the log cannot be read
   */
  public long count() throws SQLException {
    return log.reader()
        .query(
            connection -> {
              try (PreparedStatement select =
                      connection.prepareStatement("SELECT count(*)" + OF_AGENTS);
                  ResultSet row = select.executeQuery()) {
                return row.next() ? row.getLong(1) : 0L;
              }
            });
  }
}
