package dev.evenkeel.server.text;

import dev.evenkeel.server.log.PublishedEvent;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the index: what is added and the place up to which it goes are one transaction, so that a
 * killed server goes on exactly there. One thread.
 */
final class IndexWriter implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(IndexWriter.class.getName());

  /** Free pages are soon used again: only more than this is given back. */
  private static final long KEPT_FREE_PAGES = 256;

  private static final int STEP_PAGES = 256;

  private final Connection connection;
  private final int partEvents;
  private final long partBytes;

  // Mutable state, owned by the index's thread
  private final Terms terms = new Terms();
  private @Nullable PreparedStatement insert;
  private @Nullable Part open;
  private long upTo;

  /**
   * @param connection to a file that is open for writing
   * @param partEvents how many events make a part full
   * @param partBytes how many bytes of events make a part full
   */
  IndexWriter(Connection connection, int partEvents, long partBytes) throws SQLException {
    this.connection = connection;
    this.partEvents = partEvents;
    this.partBytes = partBytes;
    this.upTo = IndexFile.longOf(connection, "SELECT up_to FROM place");
    for (Part part : Part.all(connection)) {
      if (part.state() == Part.State.OPEN) {
        goOnWith(part);
      }
    }
  }

  /** The place up to which everything is in the index. */
  long upTo() {
    return upTo;
  }

  /**
   * Adds events, in one transaction.
   *
   * @param events in the order of their ids, all above {@link #upTo}
   * @param place up to which they are all there is
   */
  void add(List<PublishedEvent> events, long place) throws SQLException {
    Part part = open;
    for (PublishedEvent event : events) {
      if (part == null) {
        part = begin(event.id());
      }
      PreparedStatement into = insert;
      if (into == null) {
        throw new IllegalStateException("part " + part.number() + " has no statement");
      }
      into.setLong(1, event.id());
      into.setString(2, termsOf(event));
      into.executeUpdate();
      part = part.with(event.id(), 1, event.size());
    }
    if (part != null && (part.events() >= partEvents || part.bytes() >= partBytes)) {
      part = part.in(Part.State.FULL);
    }
    if (part != null) {
      write(part);
    }
    try (PreparedStatement update = connection.prepareStatement("UPDATE place SET up_to = ?")) {
      update.setLong(1, place);
      update.executeUpdate();
    }
    connection.commit();
    upTo = place;
    open = part;
    if (part != null && part.state() == Part.State.FULL) {
      end();
    }
  }

  private String termsOf(PublishedEvent event) {
    try {
      return terms.of(event);
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "Event {0} cannot be read and is not found by its text: {1}",
          Long.toString(event.id()),
          e.getMessage());
      return "";
    }
  }

  private Part begin(long firstId) throws SQLException {
    int number = (int) IndexFile.longOf(connection, "SELECT max(number) FROM parts") + 1;
    var part = new Part(number, firstId, firstId, 0, 0, Part.State.OPEN);
    try (Statement statement = connection.createStatement()) {
      statement.execute(part.definition());
    }
    goOnWith(part);
    return part;
  }

  private void goOnWith(Part part) throws SQLException {
    insert =
        connection.prepareStatement(
            "INSERT INTO " + part.table() + " (rowid, words) VALUES (?, ?)");
    open = part;
  }

  private void end() throws SQLException {
    if (insert != null) {
      insert.close();
    }
    insert = null;
    open = null;
  }

  private void write(Part part) throws SQLException {
    try (PreparedStatement replace =
        connection.prepareStatement(
            """
            INSERT OR REPLACE INTO parts (number, first, last, events, bytes, state)
            VALUES (?, ?, ?, ?, ?, ?)\
            """)) {
      replace.setInt(1, part.number());
      replace.setLong(2, part.first());
      replace.setLong(3, part.last());
      replace.setInt(4, part.events());
      replace.setLong(5, part.bytes());
      replace.setInt(6, part.state().code());
      replace.executeUpdate();
    }
  }

  /**
   * Makes one full part one piece, which is smaller and quicker to search.
   *
   * @return whether there was one
   */
  boolean makeWhole() throws SQLException {
    for (Part part : Part.all(connection)) {
      if (part.state() == Part.State.FULL) {
        try (Statement statement = connection.createStatement()) {
          statement.executeUpdate(
              "INSERT INTO " + part.table() + " (" + part.table() + ") VALUES ('optimize')");
        }
        write(part.in(Part.State.WHOLE));
        connection.commit();
        return true;
      }
    }
    connection.rollback();
    return false;
  }

  /** Drops the parts whose events are all older than this one. */
  void dropBefore(long id) throws SQLException {
    for (Part part : Part.all(connection)) {
      if (part.last() < id) {
        drop(part);
      }
    }
    connection.rollback();
  }

  /**
   * Drops the oldest part, to make room, but never the newest.
   *
   * @return whether there was one
   */
  boolean dropOldest() throws SQLException {
    List<Part> parts = Part.all(connection);
    boolean hasOlder = parts.size() > 1;
    if (hasOlder) {
      drop(parts.getFirst());
    }
    connection.rollback();
    return hasOlder;
  }

  /**
   * What the parts take, in bytes. The size of the files does not tell it: they become smaller only
   * some time after a part was dropped, with the next checkpoints.
   */
  long usedBytes() throws SQLException {
    long pages =
        IndexFile.longOf(connection, "PRAGMA page_count")
            - IndexFile.longOf(connection, "PRAGMA freelist_count");
    return pages * IndexFile.longOf(connection, "PRAGMA page_size");
  }

  private void drop(Part part) throws SQLException {
    if (open != null && open.number() == part.number()) {
      end();
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE " + part.table());
      statement.executeUpdate("DELETE FROM parts WHERE number = " + part.number());
    }
    connection.commit();
  }

  /**
   * Gives a few free pages back to the disk.
   *
   * @return whether there are more
   */
  boolean shrink() throws SQLException {
    if (IndexFile.longOf(connection, "PRAGMA freelist_count") <= KEPT_FREE_PAGES) {
      connection.rollback();
      return false;
    }
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("PRAGMA incremental_vacuum(" + STEP_PAGES + ")");
    }
    connection.commit();
    return true;
  }

  /** Moves the write-ahead log into the file, which is cut only then. */
  void checkpoint() throws SQLException {
    connection.setAutoCommit(true);
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("PRAGMA wal_checkpoint(PASSIVE)")) {
      rows.next();
    } finally {
      connection.setAutoCommit(false);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
