package dev.evenkeel.server.text;

import dev.evenkeel.server.budget.QueueState;
import dev.evenkeel.server.log.SqliteEventLog;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds published events by their words. It is filled behind the log's writer, usually within half
 * a second, and later while more events come than it can take; {@code text-index} among the queues
 * says how many it is behind.
 *
 * <p>It may name events that retention has removed since: whoever reads them finds them gone.
 */
public final class TextIndex implements AutoCloseable {

  private static final int CONNECTIONS = 2;

  /**
   * What a search found.
   *
   * @param ids in the order that was asked for
   * @param reached every event on the way up to here was looked at, this one included
   * @param complete whether the whole range was looked at
   */
  public record Found(List<Long> ids, long reached, boolean complete) {}

  /** There is no answer at this moment; the message says why. */
  public static final class NotReadyException extends Exception {
    private static final long serialVersionUID = 1L;

    NotReadyException(String message) {
      super(message);
    }
  }

  private static final class Slot {
    @Nullable Connection connection;
    int generation;
  }

  private final IndexFile file;
  private final IndexLimits limits;
  private final Indexer indexer;
  private final BlockingQueue<Slot> slots = new ArrayBlockingQueue<>(CONNECTIONS);

  /**
   * @param path its file, beside the log's
   * @param limits how large it may become
   * @param log whose events are indexed
   */
  public TextIndex(Path path, IndexLimits limits, SqliteEventLog log) {
    this.file = new IndexFile(path);
    this.limits = limits;
    this.indexer = new Indexer(file, limits, log);
    for (int i = 0; i < CONNECTIONS; i++) {
      slots.add(new Slot());
    }
  }

  /** Whether there is one. */
  public boolean isOn() {
    return limits.maxBytes() > 0;
  }

  /** Starts to follow the log, or, when it is off, removes what an earlier start left. */
  public void start() {
    if (isOn()) {
      indexer.start();
      return;
    }
    try {
      file.delete();
    } catch (SQLException e) {
      System.getLogger(TextIndex.class.getName()).log(System.Logger.Level.WARNING, e.getMessage());
    }
  }

  /** What it takes on disk, in bytes, as far as it is part of what the log may take. */
  public long bytes() {
    return Math.min(file.bytes(), limits.maxBytes());
  }

  /** How many events it is behind. */
  public QueueState queue() {
    return new QueueState(
        "text-index",
        isOn() ? indexer.behind() : 0,
        -1,
        file.bytes(),
        Math.max(1, limits.maxBytes())); // nothing is in it while it is off
  }

  /** The place up to which every event was looked at. */
  public long upTo() {
    return Math.max(0, indexer.upTo());
  }

  /**
   * Looks for events in the order of their ids, or backwards.
   *
   * @param above events with an id above this one
   * @param below events with an id below this one
   * @param limit the most ids
   * @throws NotReadyException when the index is not ready or others search
   * @throws SQLException when the disk does not let it
   */
  public Found find(
      Wanted wanted, long above, long below, boolean ascending, int limit, Deadline deadline)
      throws NotReadyException, SQLException {
    long backlog = indexer.backlog();
    if (indexer.upTo() < 0) {
      throw new NotReadyException("The text index is being opened");
    }
    if (backlog > 0) {
      throw new NotReadyException(
          "The text index is being built: " + backlog + " events are still to be looked at");
    }
    Slot slot = take(deadline);
    try {
      return new Search(wanted, above, below, ascending, limit, deadline).on(connection(slot));
    } catch (SQLException e) {
      close(slot);
      if (IndexFile.isDamage(e)) {
        indexer.reportDamage();
        throw new NotReadyException(
            "The text index is damaged (" + e.getMessage() + ") and is built anew");
      }
      throw e;
    } finally {
      slots.add(slot);
    }
  }

  private Slot take(Deadline deadline) throws NotReadyException {
    try {
      Slot slot = slots.poll(Math.max(0, deadline.leftNanos()), TimeUnit.NANOSECONDS);
      if (slot != null) {
        return slot;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new NotReadyException("Others search at this moment");
  }

  private Connection connection(Slot slot) throws SQLException {
    int generation = indexer.generation();
    if (slot.generation != generation) {
      close(slot);
    }
    Connection connection = slot.connection;
    if (connection == null) {
      connection = file.openForReading();
      slot.connection = connection;
      slot.generation = generation;
    }
    return connection;
  }

  private static void close(Slot slot) {
    Connection connection = slot.connection;
    slot.connection = null;
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException e) {
        System.getLogger(TextIndex.class.getName())
            .log(System.Logger.Level.DEBUG, "closing a broken connection", e);
      }
    }
  }

  /** One search, in one reading transaction. */
  private record Search(
      Wanted wanted, long above, long below, boolean ascending, int limit, Deadline deadline) {

    Found on(Connection connection) throws SQLException {
      Found found;
      try (Deadline.Guard _ = deadline.guard(connection)) {
        found = find(connection);
      } catch (SQLException e) {
        rollbackAfter(e, connection);
        if (IndexFile.isInterrupt(e)) {
          return new Found(List.of(), ascending ? above : below, false);
        }
        throw e;
      }
      connection.rollback();
      return found;
    }

    /** SQLite may have rolled back already: what went wrong is said by the first failure. */
    private static void rollbackAfter(SQLException failure, Connection connection) {
      try {
        connection.rollback();
      } catch (SQLException e) {
        failure.addSuppressed(e);
      }
    }

    private Found find(Connection connection) throws SQLException {
      String match = Terms.match(wanted);
      var ids = new ArrayList<Long>();
      long reached = ascending ? above : below;
      long upTo = IndexFile.longOf(connection, "SELECT up_to FROM place");
      List<Part> parts = Part.all(connection);
      for (Part part : ascending ? parts : parts.reversed()) {
        if (!part.overlaps(above, below)) {
          continue;
        }
        if (deadline.isOver() || !find(connection, part, match, ids)) {
          return new Found(ids, ids.isEmpty() ? reached : furthest(ids.getLast(), reached), false);
        }
        if (ids.size() >= limit) {
          return new Found(ids, ids.getLast(), false);
        }
        reached = ascending ? part.last() : part.first();
      }
      return new Found(ids, ascending ? Math.max(above, Math.min(upTo, below - 1)) : above, true);
    }

    private long furthest(long id, long reached) {
      return ascending ? Math.max(id, reached) : Math.min(id, reached);
    }

    /** Returns false when it was interrupted. */
    private boolean find(Connection connection, Part part, String match, List<Long> ids)
        throws SQLException {
      String sql =
          "SELECT rowid FROM %s WHERE %s MATCH ? AND rowid > ? AND rowid < ? ORDER BY rowid %s LIMIT ?"
              .formatted(part.table(), part.table(), ascending ? "ASC" : "DESC");
      try (PreparedStatement select = connection.prepareStatement(sql)) {
        select.setString(1, match);
        select.setLong(2, above);
        select.setLong(3, below);
        select.setInt(4, limit - ids.size());
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            ids.add(rows.getLong(1));
          }
        }
        return true;
      } catch (SQLException e) {
        if (IndexFile.isInterrupt(e)) {
          return false;
        }
        throw e;
      }
    }
  }

  /** Stops it after its present step. May be called twice. */
  @Override
  public void close() {
    for (int i = 0; i < CONNECTIONS; i++) {
      Slot slot = slots.poll();
      if (slot != null) {
        close(slot);
      }
    }
    indexer.close();
  }
}
