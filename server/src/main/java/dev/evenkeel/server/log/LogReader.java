package dev.evenkeel.server.log;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.MalformedEventException;
import dev.evenkeel.extension.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Reads the file while the writer writes, over a few connections of its own. A reading transaction
 * is short, so that the write-ahead log can begin anew.
 */
public final class LogReader implements AutoCloseable {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int CONNECTIONS = 3;
  private static final long BACKLOG_BYTES = 4 << 20;

  /** The columns that {@link #event} and {@link #contentBytes} read. */
  public static final String COLUMNS =
      """
      p.id, p.type, p.lane, p.event, p.cause, p.time, p.correlation, p.extra,
      s.source, s.session_id, a.payload, a.correlation, a.cwd,
      coalesce(length(a.payload), 0) + coalesce(length(p.extra), 0)\
      """;

  /** The tables that {@link #COLUMNS} come from. */
  public static final String TABLES =
      "published p JOIN sessions s ON s.key = p.session LEFT JOIN accepted a ON a.seq = p.seq";

  /** Work on one connection. */
  @FunctionalInterface
  public interface Query<T> {
    T on(Connection connection) throws SQLException;
  }

  private final Database database;
  private final BlockingQueue<Slot> slots = new ArrayBlockingQueue<>(CONNECTIONS);

  /** A place for a connection, opened when it is first used. */
  private static final class Slot {
    @Nullable Connection connection;
  }

  LogReader(Database database) {
    this.database = database;
    for (int i = 0; i < CONNECTIONS; i++) {
      slots.add(new Slot());
    }
  }

  /**
   * Runs a query on one of the connections; waits for one.
   *
   * @throws SQLException when the file cannot be read; the next call opens it again
   */
  public <T> T query(Query<T> query) throws SQLException {
    Slot slot = takeSlot();
    try {
      Connection connection = slot.connection;
      if (connection == null) {
        connection = database.openForReading();
        slot.connection = connection;
      }
      return query.on(connection);
    } catch (SQLException e) {
      closeConnection(slot);
      if (Database.isDamage(e)) {
        database.noteDamage(e);
      }
      throw e;
    } finally {
      slots.add(slot);
    }
  }

  private Slot takeSlot() throws SQLException {
    try {
      return slots.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted while waiting for a connection", e);
    }
  }

  private static void closeConnection(Slot slot) {
    Connection connection = slot.connection;
    slot.connection = null;
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException e) {
        System.getLogger(LogReader.class.getName())
            .log(System.Logger.Level.DEBUG, "closing a broken connection", e);
      }
    }
  }

  /** Published events above one id up to another, in order. */
  PublishedEvents.Page published(long after, long upTo, Lanes lanes, int maxEvents, int maxBytes)
      throws SQLException {
    String sql =
        "SELECT "
            + COLUMNS
            + " FROM "
            + TABLES
            + " WHERE p.id > ? AND p.id <= ? AND p.lane % ? = ? ORDER BY p.id LIMIT ?";
    return query(
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setLong(1, after);
            select.setLong(2, upTo);
            select.setInt(3, lanes.slots());
            select.setInt(4, lanes.slot());
            select.setInt(5, maxEvents);
            return page(select, upTo, maxEvents, maxBytes);
          }
        });
  }

  /** How many published events of these lanes have a greater id. */
  long countAfter(long id, Lanes lanes) throws SQLException {
    return query(
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT count(*) FROM published WHERE id > ? AND lane % ? = ?")) {
            select.setLong(1, id);
            select.setInt(2, lanes.slots());
            select.setInt(3, lanes.slot());
            try (ResultSet row = select.executeQuery()) {
              return row.next() ? row.getLong(1) : 0L;
            }
          }
        });
  }

  private static PublishedEvents.Page page(
      PreparedStatement select, long upTo, int maxEvents, int maxBytes) throws SQLException {
    var events = new ArrayList<PublishedEvent>();
    long bytes = 0;
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        if (!events.isEmpty() && bytes + contentBytes(rows) > maxBytes) {
          return new PublishedEvents.Page(events, events.getLast().id(), 0);
        }
        PublishedEvent event = event(rows);
        if (!events.isEmpty() && bytes + event.size() > maxBytes) {
          return new PublishedEvents.Page(events, events.getLast().id(), 0);
        }
        events.add(event);
        bytes += event.size();
      }
    }
    long end = events.size() == maxEvents ? events.getLast().id() : upTo;
    return new PublishedEvents.Page(events, end, 0);
  }

  /**
   * About how many bytes the event in a row of {@link #COLUMNS} has, and never more than that. It
   * takes none of them into the heap, where what does not fit need not be.
   */
  public static long contentBytes(ResultSet row) throws SQLException {
    return row.getLong(14);
  }

  /** The event that a row of {@link #COLUMNS} holds, written as it was when it was published. */
  public static PublishedEvent event(ResultSet row) throws SQLException {
    long id = row.getLong(1);
    EventType type = EventType.ofCode(row.getInt(2));
    String name = row.getString(4);
    long cause = row.getLong(5);
    boolean hasCause = !row.wasNull();
    Instant time = Instant.ofEpochMilli(row.getLong(6));
    byte[] extra = row.getBytes(8);
    var session = new Session(row.getString(9), row.getString(10));
    boolean hook = type == EventType.HOOK;
    byte[] data = hook ? row.getBytes(11) : extra;
    byte[] json =
        EventEncoder.encode(
            type,
            session,
            name,
            time,
            row.getString(hook ? 12 : 7),
            row.getString(13),
            hasCause,
            ByteBuffer.wrap(data == null ? new byte[] {'{', '}'} : data),
            hook ? extra : null);
    EventEncoder.fillInId(json, id);
    if (hasCause) {
      EventEncoder.fillInCause(json, cause);
    }
    return new PublishedEvent(id, row.getInt(3), name, session, json);
  }

  /** The events above {@code doneSeq} that are done all the same. */
  Set<Long> doneAbove(Progress.Marks marks) throws SQLException {
    return query(
        connection -> {
          var done = new HashSet<Long>();
          try (PreparedStatement select =
              connection.prepareStatement("SELECT seq FROM published WHERE id >= ? AND seq > ?")) {
            select.setLong(1, marks.fromId());
            select.setLong(2, marks.doneSeq());
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                done.add(rows.getLong(1));
              }
            }
          }
          return done;
        });
  }

  /** Accepted events in order, at least one if there is one, and about four megabytes at most. */
  List<AcceptedEvent> accepted(long after, long upTo, int limit) throws SQLException {
    return query(
        connection -> {
          var events = new ArrayList<AcceptedEvent>();
          long bytes = 0;
          try (PreparedStatement select =
              connection.prepareStatement(
                  """
                  SELECT a.seq, a.time, s.source, s.session_id, a.event, a.correlation, a.cwd,
                    a.payload, a.decisions
                  FROM accepted a JOIN sessions s ON s.key = a.session
                  WHERE a.seq > ? AND a.seq <= ? ORDER BY a.seq LIMIT ?\
                  """)) {
            select.setLong(1, after);
            select.setLong(2, upTo);
            select.setInt(3, limit);
            try (ResultSet rows = select.executeQuery()) {
              while (bytes < BACKLOG_BYTES && rows.next()) {
                AcceptedEvent event = accepted(rows);
                events.add(event);
                bytes += event.bytes();
              }
            }
          }
          return events;
        });
  }

  private static AcceptedEvent accepted(ResultSet row) throws SQLException {
    try {
      HookEvent event =
          HookEvent.restore(
              new Session(row.getString(3), row.getString(4)),
              row.getString(5),
              Instant.ofEpochMilli(row.getLong(2)),
              row.getString(7),
              row.getString(6),
              row.getBytes(8));
      return new AcceptedEvent(row.getLong(1), event, decisions(row.getBytes(9)), true);
    } catch (MalformedEventException | IOException e) {
      String message = "the payload of event " + row.getLong(1) + " is damaged";
      var damage = new SQLiteException(message, SQLiteErrorCode.SQLITE_CORRUPT);
      damage.initCause(e);
      throw damage;
    }
  }

  private static List<ObjectNode> decisions(byte @Nullable [] json) throws IOException {
    return json == null
        ? List.of()
        : JSON.readerForListOf(ObjectNode.class).<List<ObjectNode>>readValue(json);
  }

  @Override
  public void close() {
    for (int i = 0; i < CONNECTIONS; i++) {
      Slot slot = slots.poll();
      if (slot != null) {
        closeConnection(slot);
      }
    }
  }
}
