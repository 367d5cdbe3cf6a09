package dev.evenkeel.server.query;

import dev.evenkeel.server.hub.ClientFilter;
import dev.evenkeel.server.hub.PastEvents;
import dev.evenkeel.server.log.SqliteEventLog;
import dev.evenkeel.server.query.EventQuery.Filter;
import dev.evenkeel.server.query.EventQuery.Order;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The newest events that are kept, for the hub's clients. */
public final class LastEvents implements PastEvents {

  private final SqliteEventLog log;

  /** The events of this log. */
  public LastEvents(SqliteEventLog log) {
    this.log = log;
  }

  @Override
  public List<byte[]> last(long upTo, ClientFilter filter, int count, int maxBytes) {
    var history = new History(log, maxBytes);
    var wanted = new Filter(filter.session(), null, filter.name(), null);
    var newestFirst = new ArrayList<byte[]>();
    try {
      EventPage page = history.page(new EventQuery(Order.NEWEST_FIRST, upTo + 1, wanted, count));
      newestFirst.addAll(page.events());
    } catch (SQLException e) {
      throw new IllegalStateException("the last events cannot be read: " + e.getMessage(), e);
    }
    Collections.reverse(newestFirst);
    return newestFirst;
  }

  /** A plus before a column keeps SQLite from its index: a session has fewer events than a name. */
  private static String nameCondition(ClientFilter filter) {
    if (filter.name() == null) {
      return "";
    }
    return filter.session() == null ? " AND event = ?" : " AND +event = ?";
  }

  @Override
  public long count(ClientFilter filter) {
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
