package dev.evenkeel.server.query;

import dev.evenkeel.server.hub.ClientFilter;
import dev.evenkeel.server.hub.EventTypes;
import dev.evenkeel.server.hub.PastEvents;
import dev.evenkeel.server.log.SqliteEventLog;
import dev.evenkeel.server.query.EventQuery.Filter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The newest events that are kept, for the hub's clients. */
public final class LastEvents implements PastEvents {

  /** Steps from name to name in the index, so that it need not look at every event. */
  private static final String NAMES =
      """
      WITH RECURSIVE names(name) AS (
        SELECT min(event) FROM published
        UNION ALL
        SELECT (SELECT min(event) FROM published WHERE event > name) FROM names WHERE name IS NOT NULL)
      SELECT name FROM names WHERE name IS NOT NULL
      """;

  private final SqliteEventLog log;

  /** The events of this log. */
  public LastEvents(SqliteEventLog log) {
    this.log = log;
  }

  @Override
  public Last last(long upTo, ClientFilter filter, EventTypes types, Limits limits) {
    var history = new History(log, limits.bytes());
    var wanted = new Filter(filter.session(), null, filter.name(), null);
    long before = upTo + 1;
    try {
      History.Read read =
          types.isAll()
              ? history.last(wanted, before, limits.events(), limits.eventBytes())
              : history.last(
                  names(filter, types), wanted, before, limits.events(), limits.eventBytes());
      return new Last(read.events().reversed(), read.tooLarge());
    } catch (SQLException e) {
      throw new IllegalStateException("the last events cannot be read: " + e.getMessage(), e);
    }
  }

  /** A plus before a column keeps SQLite from its index: a session has fewer events than a name. */
  private static String nameCondition(ClientFilter filter) {
    if (filter.name() == null) {
      return "";
    }
    return filter.session() == null ? " AND event = ?" : " AND +event = ?";
  }

  @Override
  public long count(ClientFilter filter, EventTypes types) {
    if (types.isAll()) {
      return count(filter);
    }
    try {
      return names(filter, types).stream()
          .mapToLong(name -> count(new ClientFilter(filter.session(), name)))
          .sum();
    } catch (SQLException e) {
      throw new IllegalStateException("events cannot be counted: " + e.getMessage(), e);
    }
  }

  /** The names of kept events that both let pass. */
  private List<String> names(ClientFilter filter, EventTypes types) throws SQLException {
    List<String> all =
        filter.name() == null ? log.reader().query(LastEvents::names) : List.of(filter.name());
    return all.stream().filter(types::matches).toList();
  }

  private static List<String> names(Connection connection) throws SQLException {
    var names = new ArrayList<String>();
    try (PreparedStatement select = connection.prepareStatement(NAMES);
        ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        names.add(rows.getString(1));
      }
    }
    return names;
  }

  private long count(ClientFilter filter) {
    if (filter.equals(ClientFilter.ALL)) {
      return log.status().events();
    }
    String sql =
        "SELECT count(*) FROM published WHERE "
            + (filter.session() == null
                ? "1"
                : "session IN (SELECT key FROM sessions WHERE session_id = ?)")
            + nameCondition(filter);
    try {
      return log.reader()
          .query(
              connection -> {
                try (PreparedStatement select = connection.prepareStatement(sql)) {
                  int next = 1;
                  if (filter.session() != null) {
                    select.setString(next++, filter.session());
                  }
                  if (filter.name() != null) {
                    select.setString(next, filter.name());
                  }
                  try (ResultSet row = select.executeQuery()) {
                    return row.next() ? row.getLong(1) : 0L;
                  }
                }
              });
    } catch (SQLException e) {
      throw new IllegalStateException("events cannot be counted: " + e.getMessage(), e);
    }
  }
}
