package dev.evenkeel.server.query;

import static java.util.stream.Collectors.joining;

import dev.evenkeel.server.query.EventQuery.Filter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the ids of events, without touching a payload.
 *
 * <p>A session alone or a name alone is found in its index. What goes further is looked through in
 * slices, each a short transaction of its own, so that the write-ahead log can begin anew.
 */
final class EventSearch {

  private final Filter filter;
  private final boolean ascending;
  private final int slice;

  /** Ids above one and below another. */
  record Range(long above, long below) {}

  /**
   * @param slice how many events are looked at in one transaction
   */
  EventSearch(Filter filter, boolean ascending, int slice) {
    this.filter = filter;
    this.ascending = ascending;
    this.slice = slice;
  }

  /** Whether an index leads to these events and to no others. */
  boolean isIndexed() {
    boolean bySession = filter.session() != null;
    boolean byName = filter.name() != null;
    boolean byMore = filter.type() != null || (filter.source() != null && !bySession);
    return !byMore && !(bySession && byName);
  }

  /** The first part of a range that holds as many events as a slice, or all of it. */
  Range firstSlice(Connection connection, Range range) throws SQLException {
    String sql =
        "SELECT id FROM published WHERE id > ? AND id < ? ORDER BY id"
            + (ascending ? "" : " DESC")
            + " LIMIT 1 OFFSET ?";
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setLong(1, range.above());
      select.setLong(2, range.below());
      select.setInt(3, slice);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return range;
        }
        long end = row.getLong(1);
        return ascending ? new Range(range.above(), end) : new Range(end, range.below());
      }
    }
  }

  /** What is left of a range behind its first slice. */
  Optional<Range> rest(Range range, Range first) {
    if (first.equals(range)) {
      return Optional.empty();
    }
    return Optional.of(
        ascending
            ? new Range(first.below() - 1, range.below())
            : new Range(range.above(), first.above() + 1));
  }

  /** The sessions that are meant, or nothing when all are. */
  Optional<List<Long>> sessions(Connection connection) throws SQLException {
    if (filter.session() == null) {
      return Optional.empty();
    }
    String sql =
        "SELECT key FROM sessions WHERE session_id = ?"
            + (filter.source() == null ? "" : " AND source = ?");
    var keys = new ArrayList<Long>();
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setString(1, filter.session());
      if (filter.source() != null) {
        select.setString(2, filter.source());
      }
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          keys.add(rows.getLong(1));
        }
      }
    }
    return Optional.of(keys);
  }

  /** The first ids of a range, in order. */
  List<Long> ids(Connection connection, Range range, Optional<List<Long>> sessions, int limit)
      throws SQLException {
    var ids = new ArrayList<Long>();
    try (PreparedStatement select = connection.prepareStatement(sql(sessions))) {
      int next = 1;
      select.setLong(next++, range.above());
      select.setLong(next++, range.below());
      if (sessions.isEmpty() && filter.source() != null) {
        select.setString(next++, filter.source());
      }
      if (filter.name() != null) {
        select.setString(next++, filter.name());
      }
      if (filter.type() != null) {
        select.setInt(next++, filter.type().code());
      }
      select.setInt(next, limit);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          ids.add(rows.getLong(1));
        }
      }
    }
    return ids;
  }

  /** A plus before a column keeps SQLite from its index: a session has fewer events than a name. */
  String sql(Optional<List<Long>> sessions) {
    var sql = new StringBuilder("SELECT p.id FROM published p");
    var where = new StringBuilder(" WHERE p.id > ? AND p.id < ?");
    if (sessions.isPresent()) {
      where.append(
          sessions.get().stream()
              .map(String::valueOf)
              .collect(joining(", ", " AND p.session IN (", ")")));
    } else if (filter.source() != null) {
      // CROSS keeps the order of the tables, so that the order of the ids needs no sorting.
      sql.append(" CROSS JOIN sessions s ON s.key = p.session");
      where.append(" AND s.source = ?");
    }
    if (filter.name() != null) {
      where.append(sessions.isEmpty() ? " AND p.event = ?" : " AND +p.event = ?");
    }
    if (filter.type() != null) {
      where.append(" AND p.type = ?");
    }
    return sql.append(where)
        .append(" ORDER BY p.id")
        .append(ascending ? "" : " DESC")
        .append(" LIMIT ?")
        .toString();
  }
}
