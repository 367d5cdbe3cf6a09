package dev.evenkeel.server.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The index's SQLite file. Everything in it can be made again from the log, so a file that is
 * damaged or of another format is deleted and begun anew.
 */
final class IndexFile {

  private static final System.Logger LOG = System.getLogger(IndexFile.class.getName());

  /** Another number in a file makes it be begun anew. */
  private static final int FORMAT = 1;

  /** The write-ahead log, in pages of 4 KB: it is part of what the log may take. */
  private static final int CHECKPOINT_PAGES = 384;

  private static final List<String> SCHEMA =
      List.of(
          """
          CREATE TABLE parts (
            number INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL,
            events INTEGER NOT NULL, bytes INTEGER NOT NULL, state INTEGER NOT NULL)\
          """,
          "CREATE TABLE place (one INTEGER PRIMARY KEY CHECK (one = 1), up_to INTEGER NOT NULL)",
          "INSERT INTO place (one, up_to) VALUES (1, 0)",
          "PRAGMA user_version = " + FORMAT);

  private final Path file;

  IndexFile(Path file) {
    this.file = file;
  }

  Path path() {
    return file;
  }

  /**
   * Opens the file for the one writer; makes it when it is not there or cannot be used.
   *
   * @throws SQLException when the disk does not let it
   */
  Connection openForWriting() throws SQLException {
    try {
      return opened();
    } catch (SQLException e) {
      if (!isOfTheFile(e)) {
        throw e;
      }
      LOG.log(
          System.Logger.Level.WARNING,
          "The text index {0} cannot be used ({1}). It is built anew from the log.",
          file,
          e.getMessage());
      delete();
      return opened();
    }
  }

  private Connection opened() throws SQLException {
    Connection connection = connect(-1000, false);
    try (Statement statement = connection.createStatement()) {
      if (longOf(connection, "PRAGMA page_count") == 0) {
        statement.execute("PRAGMA auto_vacuum = INCREMENTAL");
      }
      statement.execute("PRAGMA journal_mode = WAL");
      statement.execute("PRAGMA synchronous = NORMAL");
      statement.execute("PRAGMA journal_size_limit = 1048576");
      statement.execute("PRAGMA wal_autocheckpoint = " + CHECKPOINT_PAGES);
      long format = longOf(connection, "PRAGMA user_version");
      connection.setAutoCommit(false);
      if (format == 0) {
        for (String sql : SCHEMA) {
          statement.execute(sql);
        }
        connection.commit();
      } else if (format != FORMAT) {
        throw new UnusableIndexException("its format is " + format + ", not " + FORMAT);
      }
      statement.execute("SELECT max(last) FROM parts");
      connection.commit();
      return connection;
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /** Opens the file for searching while the writer writes. */
  Connection openForReading() throws SQLException {
    Connection connection = connect(-1000, true);
    connection.setAutoCommit(false);
    return connection;
  }

  private Connection connect(int cacheSize, boolean readOnly) throws SQLException {
    var config = new SQLiteConfig();
    config.setReadOnly(readOnly);
    config.setBusyTimeout(2000);
    config.setCacheSize(cacheSize);
    config.setTempStore(SQLiteConfig.TempStore.MEMORY);
    config.setGetGeneratedKeys(false);
    return config.createConnection("jdbc:sqlite:" + file);
  }

  /**
   * Removes the file. What still has it open goes on with what it was.
   *
   * @throws SQLException when the disk does not let it
   */
  void delete() throws SQLException {
    try {
      for (String part : List.of("-shm", "-wal", "")) {
        Files.deleteIfExists(Path.of(file + part));
      }
    } catch (IOException e) {
      throw new SQLException("the text index " + file + " cannot be deleted: " + e, e);
    }
  }

  /** What the file and its write-ahead log take, in bytes. */
  long bytes() {
    return sizeOf(file) + sizeOf(Path.of(file + "-wal"));
  }

  private static long sizeOf(Path path) {
    try {
      return Files.size(path);
    } catch (IOException e) {
      return 0;
    }
  }

  /**
   * Whether the file is to blame when it cannot be written, so that it has to be made anew. All
   * else is the disk's or the moment's doing, and passes.
   */
  static boolean isOfTheFile(SQLException e) {
    if (isDamage(e)) {
      return true;
    }
    return e instanceof SQLiteException sqlite
        && switch (primary(sqlite)) {
          case SQLITE_ERROR, SQLITE_CONSTRAINT, SQLITE_MISMATCH -> true;
          default -> false;
        };
  }

  /** Whether what was read cannot be right, whoever reads it. */
  static boolean isDamage(SQLException e) {
    if (e instanceof UnusableIndexException) {
      return true;
    }
    return e instanceof SQLiteException sqlite
        && switch (primary(sqlite)) {
          case SQLITE_CORRUPT, SQLITE_NOTADB -> true;
          // A length that is noise makes SQLite ask for more memory than anybody has.
          case SQLITE_NOMEM -> true;
          default -> false;
        };
  }

  static boolean isInterrupt(SQLException e) {
    return e instanceof SQLiteException sqlite
        && primary(sqlite) == SQLiteErrorCode.SQLITE_INTERRUPT;
  }

  private static SQLiteErrorCode primary(SQLiteException e) {
    return SQLiteErrorCode.getErrorCode(e.getResultCode().code & 0xff);
  }

  static long longOf(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return result.next() ? result.getLong(1) : 0;
    }
  }

  /** What is in the file is not what this version writes. */
  static final class UnusableIndexException extends SQLException {
    private static final long serialVersionUID = 1L;

    UnusableIndexException(String message) {
      super(message);
    }
  }
}
