package dev.evenkeel.server.log;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Moves the write-ahead log into the file. Most of it on a thread of its own while the writer goes
 * on; the little that came meanwhile on the writer's connection, so that the write-ahead log can
 * begin anew (sqlite.org/wal.html#ckpt).
 */
final class Checkpoints implements AutoCloseable {

  private enum State {
    IDLE,
    RUNNING,
    TO_FINISH
  }

  /** How often it looks how much the write-ahead log holds: the writer commits more often. */
  private static final long LOOK_NANOS = Duration.ofMillis(10).toNanos();

  /** A page with its header (sqlite.org/walformat.html). */
  private static final long FRAME_BYTES = 4096 + 24;

  /**
   * What the write-ahead log holds.
   *
   * @param all its frames
   * @param moved how many of them are in the file, too
   */
  private record Frames(long all, long moved) {}

  private final Database database;
  private final long threshold;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("log-checkpoint").daemon().factory());

  // Mutable state: the writer moves it from IDLE and TO_FINISH, the thread from RUNNING
  private volatile State state = State.IDLE;
  private long lookedAt = System.nanoTime() - LOOK_NANOS;
  private Future<?> running = CompletableFuture.completedFuture(null);

  Checkpoints(Database database, long threshold) {
    this.database = database;
    this.threshold = threshold;
  }

  /** Called by the writer between its transactions. */
  void afterCommit(Connection writer) throws SQLException {
    long now = System.nanoTime();
    if (now - lookedAt < LOOK_NANOS) {
      return;
    }
    lookedAt = now;
    look(writer);
  }

  /** Called by the writer when retention removed events or gave pages back, which writes a lot. */
  void afterRetention(Connection writer) throws SQLException {
    lookedAt = System.nanoTime();
    look(writer);
  }

  private void look(Connection writer) throws SQLException {
    switch (state) {
      case IDLE -> {
        if (bytes(writer) > threshold) {
          state = State.RUNNING;
          running = thread.submit(this::run);
        }
      }
      case RUNNING -> {
        if (bytes(writer) > 2 * threshold) {
          awaitThread();
          finish(writer);
        }
      }
      case TO_FINISH -> finish(writer);
    }
  }

  /**
   * Called by the writer when pages were given back: the file is cut only when they are moved into
   * it, and where little is written that could take days.
   */
  void afterShrinking(Connection writer) throws SQLException {
    if (state == State.IDLE) {
      passive(writer);
    }
  }

  private void finish(Connection writer) throws SQLException {
    passive(writer);
    state = State.IDLE;
  }

  /** So much is written that the thread does not get ahead: the writer has to wait for it. */
  private void awaitThread() {
    try {
      running.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private void run() {
    try (Connection connection = database.openForCheckpoint()) {
      passive(connection);
      passive(connection); // What came meanwhile: the less is left to the writer, the better
    } catch (SQLException e) {
      System.getLogger(Checkpoints.class.getName())
          .log(System.Logger.Level.DEBUG, "checkpoint left to the writer", e);
    } finally {
      state = State.TO_FINISH;
    }
  }

  private static void passive(Connection connection) throws SQLException {
    var _ = checkpoint(connection, "PASSIVE");
  }

  /** How much the write-ahead log holds; nothing when all of it is in the file. */
  private static long bytes(Connection connection) throws SQLException {
    Frames frames = checkpoint(connection, "NOOP");
    return frames.moved() == frames.all() ? 0 : frames.all() * FRAME_BYTES;
  }

  private static Frames checkpoint(Connection connection, String mode) throws SQLException {
    boolean manual = !connection.getAutoCommit();
    if (manual) {
      connection.setAutoCommit(true);
    }
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(" + mode + ")")) {
      return row.next() ? new Frames(row.getLong(2), row.getLong(3)) : new Frames(0, 0);
    } finally {
      if (manual) {
        connection.setAutoCommit(false);
      }
    }
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
