package dev.evenkeel.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A log that an earlier version wrote. Its tables stand here once more, as that version made them:
 * files of users have them whatever becomes of the migrations.
 */
class OlderFormatTest {

  private static final List<String> FORMAT_1 =
      List.of(
          """
          CREATE TABLE sessions (
            key INTEGER PRIMARY KEY, source TEXT NOT NULL, session_id TEXT NOT NULL, cwd TEXT,
            first INTEGER NOT NULL, last INTEGER NOT NULL, events INTEGER NOT NULL,
            ended INTEGER NOT NULL, UNIQUE (source, session_id))\
          """,
          "CREATE INDEX sessions_last ON sessions (last)",
          """
          CREATE TABLE accepted (
            seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, session INTEGER NOT NULL,
            event TEXT NOT NULL, correlation TEXT, cwd TEXT, payload BLOB NOT NULL)\
          """,
          """
          CREATE TABLE published (
            id INTEGER PRIMARY KEY, seq INTEGER, type INTEGER NOT NULL,
            session INTEGER NOT NULL, lane INTEGER NOT NULL, event TEXT NOT NULL,
            cause INTEGER, time INTEGER NOT NULL, correlation TEXT, extra BLOB)\
          """,
          "CREATE INDEX published_session ON published (session)",
          "CREATE INDEX published_event ON published (event)",
          """
          CREATE TABLE state (
            map TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
            version INTEGER NOT NULL, PRIMARY KEY (map, key)) WITHOUT ROWID\
          """,
          """
          CREATE TABLE positions (
            reader TEXT PRIMARY KEY, slot INTEGER NOT NULL, slots INTEGER NOT NULL,
            id INTEGER NOT NULL) WITHOUT ROWID\
          """,
          "CREATE TABLE gone (first INTEGER PRIMARY KEY, lanes BLOB NOT NULL)",
          "CREATE TABLE progress (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
          "PRAGMA user_version = 1");

  private static final List<String> FORMAT_2 =
      List.of("ALTER TABLE accepted ADD COLUMN decisions BLOB", "PRAGMA user_version = 2");

  /** One event that was published, one that was only accepted, and what goes with them. */
  private static final List<String> ROWS =
      List.of(
          "INSERT INTO sessions VALUES (1, 'claude-code', 's', '/w', 1795338000000, 1795338001000, 2, 0)",
          """
          INSERT INTO accepted (seq, time, session, event, correlation, cwd, payload)
          VALUES (1, 1795338000000, 1, 'PreToolUse', 't', '/w', CAST('{"n":1}' AS BLOB)),
            (2, 1795338001000, 1, 'Stop', NULL, '/w', CAST('{"n":2}' AS BLOB))\
          """,
          """
          INSERT INTO published VALUES
            (100, 1, 0, 1, 7, 'PreToolUse', NULL, 1795338000000, NULL,
              CAST('{"outcome":"fine"}' AS BLOB))\
          """,
          "INSERT INTO state VALUES ('tools/calls', '\"k\"', '1', 5)",
          "INSERT INTO positions VALUES ('main/0', 0, 1, 100)",
          "INSERT INTO progress VALUES ('done-seq', 1), ('from-id', 101)");

  @TempDir Path folder;

  private void write(List<String> statements) throws Exception {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("events.db"));
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static List<String> of(List<List<String>> parts) {
    var all = new ArrayList<>(List.of("PRAGMA auto_vacuum = INCREMENTAL"));
    all.add("PRAGMA journal_mode = WAL");
    parts.forEach(all::addAll);
    return all;
  }

  @Test
  void aFileOfFormat1IsReadAndGoneOnWith() throws Exception {
    write(of(List.of(FORMAT_1, ROWS)));
    assertThat(goneOnWith().decisions()).isEmpty();
  }

  @Test
  void aFileOfFormat2IsReadAndGoneOnWith() throws Exception {
    write(
        of(
            List.of(
                FORMAT_1,
                FORMAT_2,
                ROWS,
                List.of(
                    """
                    UPDATE accepted SET decisions = CAST('[{"guard":"g"}]' AS BLOB) WHERE seq = 2\
                    """))));
    assertThat(goneOnWith().decisions())
        .extracting(ObjectNode::toString)
        .containsExactly("{\"guard\":\"g\"}");
  }

  /** Opens the file twice, and returns the event that was still to be processed. */
  private AcceptedEvent goneOnWith() throws Exception {
    AcceptedEvent waiting;
    try (var open = new OpenLog(folder)) {
      // What was published is there
      JsonNode published = open.all(0, Lanes.ALL).getFirst();
      assertThat(published.get("id").textValue()).isEqualTo("0000000000000100");
      assertThat(published.get("event").textValue()).isEqualTo("PreToolUse");
      assertThat(published.get("session_id").textValue()).isEqualTo("s");
      assertThat(published.get("correlation_id").textValue()).isEqualTo("t");
      assertThat(published.get("timestamp").textValue()).isEqualTo("2026-11-22T09:00:00.000Z");
      assertThat(published.get("data").toString()).isEqualTo("{\"n\":1,\"outcome\":\"fine\"}");
      // And the rest goes on where it was
      assertThat(open.log.loadState("tools/calls"))
          .containsExactly(new StateChange("tools/calls", "\"k\"", "1", 5));
      Positions.Position position = open.log.resume("main/0", Lanes.ALL);
      assertThat(position.confirmed()).isEqualTo(100);
      assertThat(position.note()).isZero();
      position.note(3);
      waiting = open.log.take();
      assertThat(waiting.event().name()).isEqualTo("Stop");
      assertThat(waiting.event().json()).isEqualTo("{\"n\":2}");
      open.publish(waiting);
      open.append("s", "SessionEnd", 1);
      open.publish(1);
      open.awaitPublished(2 + waiting.decisions().size());
    }
    try (var again = new OpenLog(folder)) {
      var names = new ArrayList<>(List.of("PreToolUse", "Stop"));
      waiting.decisions().forEach(each -> names.add(Publication.DECISION));
      names.add("SessionEnd");
      assertThat(again.all(0, Lanes.ALL))
          .extracting(event -> event.get("event").textValue())
          .containsExactlyElementsOf(names);
      assertThat(again.log.resume("main/0", Lanes.ALL).note()).isEqualTo(3);
    }
    return waiting;
  }
}
