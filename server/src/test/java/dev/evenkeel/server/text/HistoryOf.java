package dev.evenkeel.server.text;

import dev.evenkeel.server.log.LogReader;
import dev.evenkeel.server.log.PublishedEvent;
import dev.evenkeel.server.log.SqliteEventLog;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Published events, read from the disk without the index. */
final class HistoryOf {

  private static final String ALL =
      "SELECT " + LogReader.COLUMNS + " FROM " + LogReader.TABLES + " ORDER BY p.id";

  private HistoryOf() {}

  static List<PublishedEvent> everything(Connection connection) throws SQLException {
    var events = new ArrayList<PublishedEvent>();
    try (var select = connection.prepareStatement(ALL);
        var rows = select.executeQuery()) {
      while (rows.next()) {
        events.add(LogReader.event(rows));
      }
    }
    return events;
  }

  static PublishedEvent event(SqliteEventLog log, long id) throws SQLException {
    return log.reader().query(HistoryOf::everything).stream()
        .filter(event -> event.id() == id)
        .findFirst()
        .orElseThrow();
  }
}
