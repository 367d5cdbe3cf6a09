package dev.evenkeel.server.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the log within its bytes and its age: removes the oldest events in small steps, and gives
 * the file's free pages back in small steps. It works on the writer's connection, between its
 * transactions.
 */
final class Retention {

  private static final int STEP_EVENTS = 512;

  /** More than the events of a step leave behind: an earlier version left many. */
  private static final int STEP_SESSIONS = 2 * STEP_EVENTS;

  private static final String INSERT_GONE = "INSERT INTO gone (first, lanes) VALUES (?, ?)";

  /**
   * Twice what one transaction adds, so that it keeps up; more would take large events needlessly.
   */
  private static final long STEP_BYTES = 8 << 20;

  /** Nobody has seen these events yet: no more of them go than has to. */
  private static final long STEP_UNPROCESSED_BYTES = 1 << 20;

  private static final int STEP_PAGES = 128;

  /** Free pages are soon used again: only more than this is given back, a tenth of the file. */
  private static final double FREE_SHARE = 0.1;

  /** A step leaves a twentieth free: so it has to look before a part of that is written. */
  private static final int SOON_FULL = 80;

  /** What is beside grows before events go, and this file keeps some of its pages free. */
  private static final double BESIDE_ROOM = 1.25;

  private final LogConfig config;
  private final Clock clock;
  private final Gone gone;
  private final LogCounters counters;

  // Mutable state, owned by the writer's thread
  private @Nullable Instant oldest;
  private long events;

  private boolean gaveBack;

  private long removedUnprocessed;

  /** What other files take of the log's bytes; set by any thread. */
  private volatile LongSupplier beside = () -> 0;

  Retention(LogConfig config, Clock clock, Gone gone, LogCounters counters) {
    this.config = config;
    this.clock = clock;
    this.gone = gone;
    this.counters = counters;
  }

  /** Counts what other files take as a part of the log. */
  void countBeside(LongSupplier bytes) {
    beside = bytes;
  }

  /** What other files take of the log's bytes. */
  long beside() {
    return beside.getAsLong();
  }

  /** What the file may take: the rest is for the write-ahead log and for what is beside it. */
  private long limit() {
    return config.maxBytes() - config.walBytes() - (long) (beside() * BESIDE_ROOM);
  }

  /** Whether so many new bytes are a good part of the room that {@link #step} leaves. */
  boolean isSoonFull(long writtenBytes) {
    return writtenBytes > config.maxBytes() / SOON_FULL;
  }

  void load(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT first, lanes FROM gone ORDER BY first")) {
      while (rows.next()) {
        gone.add(new Gone.Run(rows.getLong(1), rows.getBytes(2)));
      }
    }
    events = Database.longOf(connection, "SELECT count(*) FROM published");
    oldest = readOldest(connection);
  }

  private static @Nullable Instant readOldest(Connection connection) throws SQLException {
    long time = Database.longOf(connection, "SELECT time FROM published ORDER BY id LIMIT 1");
    return time == 0 ? null : Instant.ofEpochMilli(time);
  }

  void added(int count, Instant time) {
    if (count > 0) {
      events += count;
      if (oldest == null) {
        oldest = time;
      }
    }
  }

  @Nullable Instant oldest() {
    return oldest;
  }

  long events() {
    return events;
  }

  /**
   * Forgets what it knew of a file that may no longer be there, and writes what memory knows to be
   * gone: also what went while the disk failed.
   */
  void restart(Connection connection) throws SQLException {
    try (Statement delete = connection.createStatement();
        PreparedStatement insert = connection.prepareStatement(INSERT_GONE)) {
      delete.executeUpdate("DELETE FROM gone");
      for (Gone.Run run : gone.runs()) {
        insert(insert, run);
      }
    }
    events = Database.longOf(connection, "SELECT count(*) FROM published");
    oldest = readOldest(connection);
  }

  /**
   * Does one step, in a transaction of its own.
   *
   * @param buffered up to this seq accepted events are in the handler's hands
   * @return whether there is more to do at once
   */
  boolean step(WriteStatements statements, long buffered) throws SQLException {
    Connection connection = statements.connection();
    long pageSize = Database.longOf(connection, "PRAGMA page_size");
    long pages = Database.longOf(connection, "PRAGMA page_count");
    long free = Database.longOf(connection, "PRAGMA freelist_count");
    boolean full = (pages - free) * pageSize > limit() * 0.95;
    if (full || isTooOld()) {
      List<Gone.Run> went = remove(connection, full);
      int unprocessed = went.isEmpty() && full ? removeUnprocessed(connection, buffered) : 0;
      if (!went.isEmpty() || unprocessed > 0) {
        statements.forgetSessions();
        removeSessions(connection);
        commit(connection, went);
        if (unprocessed > 0) {
          counters.lost(LogCounters.Loss.RETENTION, unprocessed);
          removedUnprocessed += unprocessed;
        }
        return true;
      }
    }
    if (free * pageSize > Math.max(1 << 20, pages * pageSize * FREE_SHARE)) {
      shrink(connection);
      connection.commit();
      gaveBack = true;
      return true;
    }
    connection.rollback();
    return false;
  }

  /** Whether pages were given back since this was asked last. */
  boolean takeGaveBack() {
    boolean was = gaveBack;
    gaveBack = false;
    return was;
  }

  /** How many events nobody had processed went since this was asked last. */
  long takeRemovedUnprocessed() {
    long were = removedUnprocessed;
    removedUnprocessed = 0;
    return were;
  }

  private boolean isTooOld() {
    Instant time = oldest;
    return time != null && time.isBefore(clock.instant().minus(config.maxAge()));
  }

  /** Readers are told before the commit, so that nobody misses events and is told of none. */
  private void commit(Connection connection, List<Gone.Run> went) throws SQLException {
    gone.leaving(went);
    try {
      connection.commit();
    } catch (SQLException | RuntimeException e) {
      gone.stay();
      throw e;
    }
    gone.left();
    went.forEach(this::count);
  }

  private void count(Gone.Run run) {
    counters.removed.add(run.lanes().length);
    events -= run.lanes().length;
  }

  private List<Gone.Run> remove(Connection connection, boolean full) throws SQLException {
    long keepFrom = clock.instant().minus(config.maxAge()).toEpochMilli();
    var ids = new ArrayList<Long>(STEP_EVENTS);
    var lanes = new ArrayList<Byte>(STEP_EVENTS);
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT p.id, p.lane, p.time, coalesce(length(a.payload), 0) + coalesce(length(p.extra), 0)
            FROM published p LEFT JOIN accepted a ON a.seq = p.seq ORDER BY p.id LIMIT ?\
            """)) {
      select.setInt(1, STEP_EVENTS);
      try (ResultSet rows = select.executeQuery()) {
        long bytes = 0;
        while (bytes < STEP_BYTES && rows.next() && (full || rows.getLong(3) < keepFrom)) {
          bytes += rows.getLong(4);
          ids.add(rows.getLong(1));
          lanes.add(rows.getByte(2));
        }
      }
    }
    if (ids.isEmpty()) {
      return List.of();
    }
    long last = ids.getLast();
    try (PreparedStatement accepted =
            connection.prepareStatement(
                "DELETE FROM accepted WHERE seq IN (SELECT seq FROM published WHERE id <= ?)");
        PreparedStatement published =
            connection.prepareStatement("DELETE FROM published WHERE id <= ?")) {
      accepted.setLong(1, last);
      accepted.executeUpdate();
      published.setLong(1, last);
      published.executeUpdate();
    }
    oldest = readOldest(connection);
    return remember(connection, ids, lanes);
  }

  private List<Gone.Run> remember(Connection connection, List<Long> ids, List<Byte> lanes)
      throws SQLException {
    var went = new ArrayList<Gone.Run>();
    try (PreparedStatement insert = connection.prepareStatement(INSERT_GONE);
        PreparedStatement forget =
            connection.prepareStatement("DELETE FROM gone WHERE first < ?")) {
      // First, since memory knows nothing yet of those that follow.
      forget.setLong(1, gone.oldest());
      forget.executeUpdate();
      int from = 0;
      for (int i = 1; i <= ids.size(); i++) {
        if (i == ids.size() || ids.get(i) != ids.get(i - 1) + 1) {
          byte[] run = new byte[i - from];
          for (int k = from; k < i; k++) {
            run[k - from] = lanes.get(k);
          }
          went.add(new Gone.Run(ids.get(from), run));
          insert(insert, went.getLast());
          from = i;
        }
      }
    }
    return went;
  }

  private static void insert(PreparedStatement insert, Gone.Run run) throws SQLException {
    insert.setLong(1, run.first());
    insert.setBytes(2, run.lanes());
    insert.executeUpdate();
  }

  /** The handler is behind by the whole log: the oldest that it has not read yet go. */
  private static int removeUnprocessed(Connection connection, long buffered) throws SQLException {
    long last = endOfUnprocessed(connection, buffered);
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM accepted WHERE seq > ? AND seq <= ?")) {
      delete.setLong(1, buffered);
      delete.setLong(2, last);
      return delete.executeUpdate();
    }
  }

  /** The last of the oldest events that have so many bytes together. */
  private static long endOfUnprocessed(Connection connection, long buffered) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT seq, length(payload) FROM accepted WHERE seq > ? ORDER BY seq LIMIT "
                + STEP_EVENTS)) {
      select.setLong(1, buffered);
      try (ResultSet rows = select.executeQuery()) {
        long last = buffered;
        long bytes = 0;
        while (bytes < STEP_UNPROCESSED_BYTES && rows.next()) {
          last = rows.getLong(1);
          bytes += rows.getLong(2);
        }
        return last;
      }
    }
  }

  /** The sessions of events that wait to be processed stay; they are read once for all. */
  private static void removeSessions(Connection connection) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement(
            """
            DELETE FROM sessions WHERE key IN (
              SELECT key FROM sessions s
              WHERE last <= coalesce((SELECT time FROM published ORDER BY id LIMIT 1), ?)
                AND NOT EXISTS (SELECT 1 FROM published p WHERE p.session = s.key)
                AND key NOT IN (SELECT session FROM accepted WHERE seq >
                  coalesce((SELECT value FROM progress WHERE name = 'done-seq'), 0))
              ORDER BY last LIMIT ?)\
            """)) {
      delete.setLong(1, Long.MAX_VALUE); // without any event, all of them are over
      delete.setInt(2, STEP_SESSIONS);
      delete.executeUpdate();
    }
  }

  /** An update, not a query: SQLite frees one page with each step, and has no column to return. */
  private static void shrink(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("PRAGMA incremental_vacuum(" + STEP_PAGES + ")");
    }
  }
}
