package dev.evenkeel.server.log;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Session;
import dev.evenkeel.extension.internal.PayloadBytes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The writer's statements on one connection, and what it remembers between rows. One thread. */
final class WriteStatements implements AutoCloseable {

  static final int REMEMBERED_SESSIONS = 4096;
  static final int REMEMBERED_REMOVALS = 4096;

  /** What a transaction changes about a session; written once for all its events. */
  private static final class SessionChange {
    long last;
    int events;
    @Nullable Boolean ended;
  }

  private final Connection connection;
  private final PreparedStatement findSession;
  private final PreparedStatement insertSession;
  private final PreparedStatement updateSession;
  private final PreparedStatement insertAccepted;
  private final PreparedStatement deleteAccepted;
  private final PreparedStatement findAccepted;
  private final PreparedStatement insertPublished;
  private final PreparedStatement upsertState;
  private final PreparedStatement deleteState;
  private final PreparedStatement upsertProgress;

  // Mutable state, owned by the writer's thread
  private final Map<Session, Long> sessionKeys = new Remembered<>(REMEMBERED_SESSIONS);
  private final Map<Long, SessionChange> sessionChanges = new LinkedHashMap<>();
  private final Removals removals;

  WriteStatements(Connection connection) throws SQLException {
    this(connection, new Removals());
  }

  /**
   * @param removals what was removed before
   */
  WriteStatements(Connection connection, Removals removals) throws SQLException {
    this.connection = connection;
    this.removals = removals;
    findSession =
        connection.prepareStatement("SELECT key FROM sessions WHERE source = ? AND session_id = ?");
    insertSession =
        connection.prepareStatement(
            """
            INSERT INTO sessions (source, session_id, cwd, first, last, events, ended)
            VALUES (?, ?, ?, ?, ?, 0, 0) RETURNING key\
            """);
    updateSession =
        connection.prepareStatement(
            """
            UPDATE sessions SET last = max(last, ?), events = events + ?,
              ended = coalesce(?, ended) WHERE key = ?\
            """);
    insertAccepted =
        connection.prepareStatement(
            """
            INSERT INTO accepted (seq, time, session, event, correlation, cwd, payload, decisions)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)\
            """);
    deleteAccepted = connection.prepareStatement("DELETE FROM accepted WHERE seq = ?");
    findAccepted = connection.prepareStatement("SELECT 1 FROM accepted WHERE seq = ?");
    insertPublished =
        connection.prepareStatement(
            """
            INSERT INTO published
              (id, seq, type, session, lane, event, cause, time, correlation, extra)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
            """);
    upsertState =
        connection.prepareStatement(
            """
            INSERT INTO state (map, key, value, version) VALUES (?, ?, ?, ?)
            ON CONFLICT (map, key) DO UPDATE
            SET value = excluded.value, version = excluded.version
            WHERE excluded.version > version\
            """);
    deleteState =
        connection.prepareStatement("DELETE FROM state WHERE map = ? AND key = ? AND version < ?");
    upsertProgress =
        connection.prepareStatement(
            """
            INSERT INTO progress (name, value) VALUES (?, ?)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value\
            """);
  }

  Removals removals() {
    return removals;
  }

  Connection connection() {
    return connection;
  }

  void append(long seq, HookEvent event, List<ObjectNode> decisions) throws SQLException {
    long session = keyOf(event.session(), event.cwd(), event.time().toEpochMilli());
    insertAccepted.setLong(1, seq);
    insertAccepted.setLong(2, event.time().toEpochMilli());
    insertAccepted.setLong(3, session);
    insertAccepted.setString(4, event.name());
    insertAccepted.setString(5, event.toolUseId());
    insertAccepted.setString(6, event.cwd());
    insertAccepted.setBytes(7, PayloadBytes.of(event));
    insertAccepted.setBytes(8, decisions.isEmpty() ? null : Publication.bytes(decisions));
    insertAccepted.executeUpdate();
    SessionChange change = changeOf(session, event.time().toEpochMilli());
    change.events++;
    switch (event.subtype()) {
      case "session_end" -> change.ended = true;
      case "session_start", "user_prompt" -> change.ended = false;
      default -> {}
    }
  }

  void removeAccepted(long seq) throws SQLException {
    deleteAccepted.setLong(1, seq);
    deleteAccepted.executeUpdate();
  }

  boolean hasAccepted(long seq) throws SQLException {
    findAccepted.setLong(1, seq);
    try (ResultSet row = findAccepted.executeQuery()) {
      return row.next();
    }
  }

  /**
   * Writes what came of an event, and the event itself when it is not there yet.
   *
   * @param firstId the first of its ids, which are consecutive
   * @return the id behind its last
   */
  long publish(Publication publication, long firstId) throws SQLException {
    AcceptedEvent accepted = publication.cause();
    if (accepted != null) {
      if (publication.dropReason() != null) {
        removeAccepted(accepted.seq());
      } else if (!accepted.logged()) {
        append(accepted.seq(), accepted.event(), accepted.decisions());
      }
    }
    long id = firstId;
    Long cause = null;
    for (Publication.Encoded event : publication.events()) {
      if (event.type() == EventType.HOOK && accepted != null) {
        publish(id, accepted.seq(), null, event);
        cause = id;
      } else {
        publish(id, null, event.hasCause() ? cause : null, event);
      }
      id++;
    }
    return id;
  }

  private void publish(long id, @Nullable Long seq, @Nullable Long cause, Publication.Encoded event)
      throws SQLException {
    long time = event.time().toEpochMilli();
    long session = keyOf(event.session(), null, time);
    insertPublished.setLong(1, id);
    setLong(insertPublished, 2, event.type() == EventType.HOOK ? seq : null);
    insertPublished.setInt(3, event.type().code());
    insertPublished.setLong(4, session);
    insertPublished.setInt(5, event.lane());
    insertPublished.setString(6, event.name());
    setLong(insertPublished, 7, cause);
    insertPublished.setLong(8, time);
    insertPublished.setString(9, event.type() == EventType.HOOK ? null : event.correlationId());
    insertPublished.setBytes(10, event.extra());
    insertPublished.executeUpdate();
  }

  private static void setLong(PreparedStatement statement, int index, @Nullable Long value)
      throws SQLException {
    if (value == null) {
      statement.setNull(index, Types.INTEGER);
    } else {
      statement.setLong(index, value);
    }
  }

  void change(StateChange change) throws SQLException {
    if (change.value() == null) {
      removals.add(change);
      deleteState.setString(1, change.map());
      deleteState.setString(2, change.key());
      deleteState.setLong(3, change.version());
      deleteState.executeUpdate();
    } else if (!removals.haveNewerThan(change)) {
      upsertState.setString(1, change.map());
      upsertState.setString(2, change.key());
      upsertState.setString(3, change.value());
      upsertState.setLong(4, change.version());
      upsertState.executeUpdate();
    }
  }

  /** Of this map the file has these entries afterwards, and no others. */
  void replaceState(String map, List<StateChange> entries) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM state WHERE map = ?")) {
      delete.setString(1, map);
      delete.executeUpdate();
    }
    for (StateChange entry : entries) {
      change(entry);
    }
  }

  void progress(Progress.Marks marks) throws SQLException {
    progress("done-seq", marks.doneSeq());
    progress("from-id", marks.fromId());
  }

  private void progress(String name, long value) throws SQLException {
    upsertProgress.setString(1, name);
    upsertProgress.setLong(2, value);
    upsertProgress.executeUpdate();
  }

  void commit() throws SQLException {
    for (var each : sessionChanges.entrySet()) {
      SessionChange change = each.getValue();
      updateSession.setLong(1, change.last);
      updateSession.setInt(2, change.events);
      if (change.ended == null) {
        updateSession.setNull(3, Types.INTEGER);
      } else {
        updateSession.setInt(3, change.ended ? 1 : 0);
      }
      updateSession.setLong(4, each.getKey());
      updateSession.executeUpdate();
    }
    connection.commit();
    sessionChanges.clear();
  }

  void rollback() {
    sessionChanges.clear();
    sessionKeys.clear();
    try {
      connection.rollback();
    } catch (SQLException e) {
      System.getLogger(WriteStatements.class.getName())
          .log(System.Logger.Level.DEBUG, "nothing to roll back", e);
    }
  }

  /** Sessions that retention removed get another key when they come again. */
  void forgetSessions() {
    sessionKeys.clear();
  }

  int rememberedSessions() {
    return sessionKeys.size();
  }

  private SessionChange changeOf(long key, long time) {
    SessionChange change = sessionChanges.computeIfAbsent(key, k -> new SessionChange());
    change.last = Math.max(change.last, time);
    return change;
  }

  private long keyOf(Session session, @Nullable String cwd, long time) throws SQLException {
    Long known = sessionKeys.get(session);
    if (known != null) {
      return known;
    }
    findSession.setString(1, session.source());
    findSession.setString(2, session.id());
    try (ResultSet row = findSession.executeQuery()) {
      if (row.next()) {
        return remember(session, row.getLong(1));
      }
    }
    insertSession.setString(1, session.source());
    insertSession.setString(2, session.id());
    insertSession.setString(3, cwd);
    insertSession.setLong(4, time);
    insertSession.setLong(5, time);
    try (ResultSet row = insertSession.executeQuery()) {
      row.next();
      return remember(session, row.getLong(1));
    }
  }

  private long remember(Session session, long key) {
    sessionKeys.put(session, key);
    return key;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  /** The last entries that were removed: an older change does not bring them back. One thread. */
  static final class Removals {
    private final Map<StateChange.Entry, Long> versions = new Remembered<>(REMEMBERED_REMOVALS);

    void add(StateChange removal) {
      versions.merge(removal.entry(), removal.version(), Math::max);
    }

    int size() {
      return versions.size();
    }

    boolean haveNewerThan(StateChange change) {
      return versions.getOrDefault(change.entry(), Long.MIN_VALUE) >= change.version();
    }
  }

  /** Keeps what was used last. */
  private static final class Remembered<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1L;
    private final int capacity;

    Remembered(int capacity) {
      super(64, 0.75f, true);
      this.capacity = capacity;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > capacity;
    }
  }
}
