package dev.evenkeel.server.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The SQLite file: how it is opened, brought to the present version, and set aside when it is
 * damaged.
 *
 * <p>WAL with {@code synchronous=NORMAL}: what was committed survives the end of the process, even
 * by {@code kill -9}; a power cut may take the last commits (sqlite.org/wal.html).
 */
final class Database {

  private static final System.Logger LOG = System.getLogger(Database.class.getName());
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss").withZone(ZoneOffset.UTC);

  /** Each brings the file from the version before it to the next. Never change one: add one. */
  private static final List<List<String>> MIGRATIONS =
      List.of(
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
              "CREATE TABLE progress (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT"
                  + " ROWID"),
          List.of("ALTER TABLE accepted ADD COLUMN decisions BLOB"),
          List.of("ALTER TABLE positions ADD COLUMN note INTEGER NOT NULL DEFAULT 0"));

  /** Sums, since only the first row of an answer is read. */
  private static final List<String> START =
      List.of(
          "SELECT count(*) FROM published",
          "SELECT time FROM published ORDER BY id LIMIT 1",
          "SELECT max(id) FROM published",
          "SELECT sum(length(lanes)) FROM gone",
          "SELECT sum(id) FROM positions",
          """
          SELECT count(*) FROM accepted
          WHERE seq > (SELECT value FROM progress WHERE name = 'done-seq')\
          """,
          """
          SELECT sum(seq) FROM published
          WHERE id >= (SELECT value FROM progress WHERE name = 'from-id')\
          """);

  /** How long a start and a reader wait for a lock that another process has. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** How long the writer waits for it: agents wait for the writer, and not for long. */
  private static final Duration WRITERS_PATIENCE = Duration.ofMillis(250);

  private final Path file;
  private final long keptWalBytes;
  private final Clock clock;

  // Mutable state; any thread
  private volatile @Nullable String damage;

  /**
   * @param keptWalBytes so large the file of the write-ahead log stays
   */
  Database(Path file, long keptWalBytes, Clock clock) {
    this.file = file;
    this.keptWalBytes = keptWalBytes;
    this.clock = clock;
  }

  Path file() {
    return file;
  }

  private Path wal() {
    return Path.of(file + "-wal");
  }

  /**
   * Opens the file for the one writer, and brings it to the present version. A damaged file is set
   * aside first. Nobody waits for the writer yet.
   *
   * @throws LogRefusedException when the file was written by a newer version
   * @throws SQLException when the disk does not let it
   */
  Connection openForWriting() throws SQLException {
    if (Files.exists(marker())) {
      setAside(notedDamage());
    }
    try {
      Connection connection = openChecked(PATIENCE);
      checkStart(connection);
      return connection;
    } catch (SQLException e) {
      if (!isDamage(e)) {
        throw e;
      }
      setAside(String.valueOf(e.getMessage()));
      return openChecked(PATIENCE);
    }
  }

  /**
   * The same for a writer that others wait for: it fails soon when another process has a lock, and
   * sets nothing aside.
   */
  Connection openAgainForWriting() throws SQLException {
    return openChecked(WRITERS_PATIENCE);
  }

  private Connection openChecked(Duration patience) throws SQLException {
    Connection connection = connect(-2000, false, patience);
    try {
      refuseNewer(connection);
      checkReadable(connection);
      migrate(connection);
      setPatience(connection, WRITERS_PATIENCE);
      return connection;
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /** Opens the file to move the write-ahead log into it while the writer writes. */
  Connection openForCheckpoint() throws SQLException {
    return connect(-1000, false, WRITERS_PATIENCE);
  }

  /** Opens the file for reading while the writer writes. */
  Connection openForReading() throws SQLException {
    return connect(-400, true, PATIENCE);
  }

  private Connection connect(int cacheSize, boolean readOnly, Duration patience)
      throws SQLException {
    var config = new SQLiteConfig();
    config.setReadOnly(readOnly);
    config.setBusyTimeout((int) patience.toMillis());
    config.setCacheSize(cacheSize);
    config.setTempStore(SQLiteConfig.TempStore.MEMORY);
    // Otherwise the driver prepares and runs a query of its own after each row that is inserted.
    config.setGetGeneratedKeys(false);
    Connection connection = config.createConnection("jdbc:sqlite:" + file);
    try {
      prepare(connection, readOnly);
      return connection;
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private void prepare(Connection connection, boolean readOnly) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (!readOnly) {
        // In this order: how free pages are kept is fixed by the first page that is written.
        if (longOf(connection, "PRAGMA page_count") == 0) {
          statement.execute("PRAGMA auto_vacuum = INCREMENTAL");
        }
        statement.execute("PRAGMA journal_mode = WAL");
        statement.execute("PRAGMA synchronous = NORMAL");
        statement.execute("PRAGMA journal_size_limit = " + keptWalBytes);
      }
      statement.execute("PRAGMA wal_autocheckpoint = 0");
    }
  }

  private static void setPatience(Connection connection, Duration patience) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = " + patience.toMillis());
    }
  }

  /** Reads the schema and one page of each table: enough to notice what cannot be read at all. */
  private static void checkReadable(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT count(*) FROM sqlite_schema");
      if (longOf(connection, "PRAGMA user_version") > 0) {
        statement.execute("SELECT max(seq) FROM accepted");
        statement.execute("SELECT max(id), min(id) FROM published");
        statement.execute("SELECT count(*) FROM state");
      }
    }
  }

  /** Reads what a start reads, so that damage which it would meet is met in time. */
  private static void checkStart(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : START) {
        statement.execute(sql);
      }
      connection.rollback();
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /** Before anything else is read: a newer version may have other tables. */
  private void refuseNewer(Connection connection) throws SQLException {
    long version = longOf(connection, "PRAGMA user_version");
    if (version > MIGRATIONS.size()) {
      throw new LogRefusedException(
          "The log "
              + file
              + " was written by a newer Evenkeel (format "
              + version
              + "; this one knows up to "
              + MIGRATIONS.size()
              + "). Start the newer Evenkeel, or give this one another evenkeel.data-dir.");
    }
  }

  private void migrate(Connection connection) throws SQLException {
    long version = longOf(connection, "PRAGMA user_version");
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      for (int next = (int) version; next < MIGRATIONS.size(); next++) {
        for (String sql : MIGRATIONS.get(next)) {
          statement.execute(sql);
        }
        statement.execute("PRAGMA user_version = " + (next + 1));
        connection.commit();
      }
    }
  }

  /**
   * Notes beside the file that it is damaged, and tells of it once: the next start sets the file
   * aside. Any thread may call it.
   */
  synchronized void noteDamage(SQLException cause) {
    if (damage != null) {
      return;
    }
    String reason = String.valueOf(cause.getMessage());
    damage = reason;
    LOG.log(
        System.Logger.Level.ERROR,
        "The log {0} is damaged ({1}). Events go on from memory and are not kept. Restart Evenkeel:"
            + " it keeps the damaged log under another name, and begins a new one. Who repairs the"
            + " file instead removes {2} before.",
        file,
        reason,
        marker());
    try {
      Files.writeString(marker(), reason);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "Cannot write {0}: {1}", marker(), e.toString());
    }
  }

  /** Why the file is damaged, or null while it is not known to be. */
  @Nullable String damage() {
    return damage;
  }

  private Path marker() {
    return Path.of(file + ".damaged");
  }

  private String notedDamage() throws SQLException {
    try {
      return Files.readString(marker());
    } catch (IOException e) {
      throw new SQLException("cannot read " + marker() + ": " + e, e);
    }
  }

  /** Renames the file and what belongs to it; nothing is deleted. */
  private void setAside(String reason) throws SQLException {
    String suffix = ".damaged-" + STAMP.format(clock.instant());
    boolean isThere = Files.exists(file);
    try {
      for (String part : List.of("", "-wal", "-shm")) {
        Path from = Path.of(file + part);
        if (Files.exists(from)) {
          Files.move(from, Path.of(file + suffix + part), StandardCopyOption.ATOMIC_MOVE);
        }
      }
      Files.deleteIfExists(marker());
    } catch (IOException e) {
      throw new SQLException("the damaged log " + file + " cannot be set aside: " + e, e);
    }
    if (isThere) {
      LOG.log(
          System.Logger.Level.ERROR,
          "The log {0} is damaged ({1}). It was kept as {0}{2} and a new log begins; what is still"
              + " readable can be got out with: sqlite3 {0}{2} .recover",
          file,
          reason,
          suffix);
    }
  }

  /**
   * A time that is not before any at which ids may have been given for this file or one that was
   * set aside: the present, or the last change of such a file where the clock was set back.
   */
  long notBefore() {
    long latest = clock.millis();
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      return latest;
    }
    try (var files = Files.newDirectoryStream(folder, file.getFileName() + "*")) {
      for (Path each : files) {
        latest = Math.max(latest, Files.getLastModifiedTime(each).toMillis() + 1);
      }
    } catch (NoSuchFileException e) {
      return latest;
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "Cannot list {0}: {1}", folder, e.toString());
    }
    return latest;
  }

  /** What the file and its write-ahead log take, in bytes. */
  long bytes() {
    return sizeOf(file) + sizeOf(wal());
  }

  private static long sizeOf(Path path) {
    try {
      return Files.size(path);
    } catch (IOException e) {
      return 0;
    }
  }

  static boolean isDamage(SQLException e) {
    return e instanceof SQLiteException sqlite
        && switch (sqlite.getResultCode()) {
          case SQLITE_CORRUPT, SQLITE_CORRUPT_VTAB, SQLITE_NOTADB -> true;
          default -> isPrimary(sqlite, SQLiteErrorCode.SQLITE_CORRUPT);
        };
  }

  private static boolean isPrimary(SQLiteException e, SQLiteErrorCode code) {
    return (e.getResultCode().code & 0xff) == code.code;
  }

  static long longOf(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return result.next() ? result.getLong(1) : 0;
    }
  }
}
