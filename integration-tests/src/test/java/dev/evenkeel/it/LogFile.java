package dev.evenkeel.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.SQLiteConfig;

/** The server's file, read from outside while the server runs or after it was killed. */
final class LogFile implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();

  /**
   * A row of what was published.
   *
   * @param seq 0 for what did not come from an agent
   * @param time when the event came, or was derived
   */
  record Row(
      long id,
      long seq,
      Instant time,
      String source,
      String session,
      String event,
      long cause,
      JsonNode data) {}

  private final Connection connection;

  private LogFile(Connection connection) {
    this.connection = connection;
  }

  static LogFile of(Path dataDir) {
    var config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(10_000);
    try {
      return new LogFile(config.createConnection("jdbc:sqlite:" + dataDir.resolve("events.db")));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a killed server left, looked at in a copy, so that looking changes nothing. */
  static LogFile copyOf(Path dataDir, Path copy) {
    try {
      Files.createDirectories(copy);
      for (String name : List.of("events.db", "events.db-wal")) {
        Path from = dataDir.resolve(name);
        if (Files.exists(from)) {
          Files.copy(from, copy.resolve(name));
        }
      }
      return of(copy);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Changes the file of a server that does not run. */
  static void write(Path dataDir, String sql) {
    try (Connection connection =
            new SQLiteConfig().createConnection("jdbc:sqlite:" + dataDir.resolve("events.db"));
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Everything that was published, in order. */
  List<Row> published() {
    return published("");
  }

  /** What was published of sessions with this id, in order. */
  List<Row> publishedOf(String session) {
    return published("WHERE s.session_id = ?", session);
  }

  private List<Row> published(String where, String... values) {
    return query(
        """
        SELECT p.id, p.seq, coalesce(a.time, p.time), s.source, s.session_id, p.event, p.cause,
          coalesce(a.payload, p.extra)
        FROM published p JOIN sessions s ON s.key = p.session
        LEFT JOIN accepted a ON a.seq = p.seq %s ORDER BY p.id\
        """
            .formatted(where),
        row ->
            new Row(
                row.getLong(1),
                row.getLong(2),
                Instant.ofEpochMilli(row.getLong(3)),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getLong(7),
                tree(row.getBytes(8))),
        values);
  }

  private static JsonNode tree(byte[] json) {
    try {
      return JSON.readTree(json == null ? new byte[] {'{', '}'} : json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many accepted events are not published yet. */
  long unpublished() {
    return number(
        """
        SELECT count(*) FROM accepted
        WHERE seq NOT IN (SELECT seq FROM published WHERE seq IS NOT NULL)\
        """);
  }

  long number(String sql) {
    List<Long> values = query(sql, row -> row.getLong(1));
    return values.isEmpty() ? 0 : values.getFirst();
  }

  List<String> texts(String sql) {
    return query(sql, row -> row.getString(1));
  }

  @FunctionalInterface
  interface Reading<T> {
    T of(ResultSet row) throws SQLException;
  }

  <T> List<T> query(String sql, Reading<T> reading, String... values) {
    var all = new ArrayList<T>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setString(i + 1, values[i]);
      }
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          all.add(reading.of(rows));
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
    return all;
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
