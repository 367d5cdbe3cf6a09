package dev.evenkeel.server.log;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** Another process that writes into the log's file: the server cannot until this is closed. */
public final class FailingDisk implements AutoCloseable {

  private static final Duration SOON = Duration.ofSeconds(60);

  private final Connection other;

  private FailingDisk(Connection other) {
    this.other = other;
  }

  /** Takes the lock that only one writer has. */
  public static FailingDisk of(Path folder) throws SQLException {
    Connection other = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("events.db"));
    try (Statement statement = other.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 10000");
      statement.execute("BEGIN IMMEDIATE");
    }
    return new FailingDisk(other);
  }

  /** A log whose disk fails from now on, and that knows it. */
  static FailingDisk under(OpenLog open, Path folder) throws SQLException {
    FailingDisk disk = of(folder);
    open.log.append(open.event("probe", "Probe", "")).join();
    await().atMost(SOON).until(() -> !open.log.isWritable());
    return disk;
  }

  @Override
  public void close() throws SQLException {
    other.close();
  }
}
