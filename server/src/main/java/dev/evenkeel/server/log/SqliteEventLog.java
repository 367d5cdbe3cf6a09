package dev.evenkeel.server.log;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Session;
import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.budget.QueueState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The log in one SQLite file. It puts the parts together: the writer, the reader and the tails. */
public final class SqliteEventLog implements EventLog {

  /** The session of events that come from the server itself. */
  public static final Session SERVER = new Session("evenkeel", "");

  private static final System.Logger LOG = System.getLogger(SqliteEventLog.class.getName());

  /** How long a disk that fails to be read is left alone. */
  private static final long READ_RETRY_MILLIS = 200;

  private final LogConfig config;
  private final MemoryBudget budget;
  private final Database database;
  private final LogReader reader;
  private final LogCounters counters = new LogCounters();
  private final Gone gone = new Gone();
  private final Work work = new Work();
  private final Progress progress;
  private final PositionTable positions;
  private final AcceptedFeed feed;
  private final PublishedTail tail;
  private final Set<Long> alreadyDone;
  private final Retention retention;
  private final AppendWatch watch;
  private final LogWriter writer;

  /**
   * Opens the log and starts its writer.
   *
   * @throws LogRefusedException when a newer version wrote the file
   * @throws SQLException when the disk does not let it
   */
  public SqliteEventLog(LogConfig config, MemoryBudget budget, Clock clock) throws SQLException {
    this.config = config;
    this.budget = budget;
    this.database = new Database(config.file(), config.keptWalBytes(), clock);
    this.watch = new AppendWatch(work, budget, counters, config.file());
    Connection connection = database.openForWriting();
    try {
      long floor = EventId.firstAt(database.notBefore());
      long lastSeq = Database.longOf(connection, "SELECT max(seq) FROM accepted");
      long lastId = Database.longOf(connection, "SELECT max(id) FROM published");
      this.retention = new Retention(config, clock, gone, counters);
      retention.load(connection);
      long nextId = Math.max(Math.max(lastId, gone.newest()) + 1, floor);
      var earlier =
          new Progress.Marks(progress(connection, "done-seq"), progress(connection, "from-id"));
      this.reader = new LogReader(database);
      this.alreadyDone = new HashSet<>(reader.doneAbove(earlier));
      this.progress = new Progress(earlier, alreadyDone);
      long waiting =
          Database.longOf(
                  connection, "SELECT count(*) FROM accepted WHERE seq > " + earlier.doneSeq())
              - alreadyDone.size();
      this.feed = new AcceptedFeed(budget, this::backlog, earlier.doneSeq(), lastSeq, waiting);
      this.tail = new PublishedTail(budget, config.tailBytes(), gone, nextId - 1);
      this.positions = new PositionTable(tail::newest);
      positions.load(connection);
      connection.commit();
      this.writer =
          new LogWriter(
              database,
              new WriteStatements(connection),
              new LogWriter.Parts(
                  work, watch, feed, tail, progress, positions, retention, counters),
              new Checkpoints(database, config.checkpointBytes()),
              clock,
              Math.max(lastSeq + 1, floor),
              nextId);
    } catch (SQLException | RuntimeException e) {
      if (e instanceof SQLException damage && Database.isDamage(damage)) {
        database.noteDamage(damage);
      }
      connection.close();
      throw e;
    }
    watch.start();
    writer.start();
  }

  private static long progress(Connection connection, String name) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT value FROM progress WHERE name = ?")) {
      select.setString(1, name);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? row.getLong(1) : 0;
      }
    }
  }

  /** The same place may be asked for again: after a failure, and behind what was left out here. */
  private List<AcceptedEvent> backlog(long after, long upTo, int limit) throws SQLException {
    alreadyDone.removeIf(seq -> seq <= after);
    long from = after;
    while (true) {
      List<AcceptedEvent> read = reader.accepted(from, upTo, limit);
      if (read.isEmpty() || alreadyDone.isEmpty()) {
        return read;
      }
      from = read.getLast().seq();
      var open = new ArrayList<>(read);
      open.removeIf(event -> alreadyDone.contains(event.seq()));
      if (!open.isEmpty()) {
        return open;
      }
    }
  }

  /**
   * What is written anew when a disk that failed is back.
   *
   * @param state all entries of each map that is in memory, also of one without entries, by the
   *     name under which it is stored; other maps stay on disk as they are
   */
  public void onRecovery(Supplier<Map<String, List<StateChange>>> state) {
    writer.onRecovery(state);
  }

  /** Counts what the files of others take as a part of the log: events go earlier. */
  public void countBeside(LongSupplier bytes) {
    retention.countBeside(bytes);
  }

  /** For queries: the file, read beside the writer. */
  public LogReader reader() {
    return reader;
  }

  @Override
  public CompletableFuture<Appended> append(HookEvent event, List<ObjectNode> decisions) {
    var append = new Append(event, decisions);
    work.add(append);
    return append.answer();
  }

  @Override
  public @Nullable AcceptedEvent take() throws InterruptedException {
    while (true) {
      try {
        AcceptedEvent event = feed.take();
        if (event != null) {
          progress.taken(event.seq(), writer.nextId());
        }
        return event;
      } catch (SQLException e) {
        if (Database.isDamage(e)) {
          counters.lost(LogCounters.Loss.DAMAGE, feed.giveUpDisk());
        } else {
          cannotRead(e);
          Thread.sleep(READ_RETRY_MILLIS);
        }
      }
    }
  }

  @Override
  public boolean isAnswering() {
    return writer.isAnswering();
  }

  @Override
  public Subscription onAnswered(Runnable listener) {
    return writer.onAnswered(listener);
  }

  @Override
  public void publish(Publication publication, Runnable written) {
    work.add(publication, written);
  }

  @Override
  public List<StateChange> loadState(String map) {
    try {
      return reader.query(
          connection -> {
            var changes = new ArrayList<StateChange>();
            try (PreparedStatement select =
                connection.prepareStatement(
                    "SELECT key, value, version FROM state WHERE map = ? ORDER BY version")) {
              select.setString(1, map);
              try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                  changes.add(
                      new StateChange(map, rows.getString(1), rows.getString(2), rows.getLong(3)));
                }
              }
            }
            return changes;
          });
    } catch (SQLException e) {
      throw new IllegalStateException("the state of " + map + " cannot be read: " + e, e);
    }
  }

  @Override
  public Page after(long after, Lanes lanes, int maxEvents, int maxBytes) {
    long from = after;
    while (true) {
      Page page = tail.after(from, lanes, maxEvents, maxBytes);
      if (page == null) {
        page = fromDisk(from, lanes, maxEvents, maxBytes);
      }
      if (!page.events().isEmpty() || page.missed() > 0 || page.upTo() == from) {
        return page;
      }
      from = page.upTo();
    }
  }

  private Page fromDisk(long after, Lanes lanes, int maxEvents, int maxBytes) {
    try {
      Page read = reader.published(after, tail.floor(), lanes, maxEvents, maxBytes);
      long missed = gone.countMissed(after, read.upTo(), lanes, read.events());
      return new Page(read.events(), read.upTo(), missed);
    } catch (SQLException e) {
      cannotRead(e);
      return new Page(List.of(), after, 0);
    }
  }

  /** Damage is told of once, by who meets it first. */
  private static void cannotRead(SQLException e) {
    if (!Database.isDamage(e)) {
      LOG.log(System.Logger.Level.WARNING, "Cannot read the log: {0}", e.getMessage());
    }
  }

  /** How many events of these lanes come after a place; -1 when the disk does not tell. */
  public long countAfter(long id, Lanes lanes) {
    if (tail.newest() <= id) {
      return 0;
    }
    try {
      return reader.countAfter(id, lanes);
    } catch (SQLException e) {
      cannotRead(e);
      return -1;
    }
  }

  @Override
  public long newest() {
    return tail.newest();
  }

  @Override
  public long newestKept() {
    return tail.newestKept();
  }

  @Override
  public Subscription onPublished(Runnable listener) {
    return writer.onPublished(listener);
  }

  @Override
  public Position resume(String reader, Lanes lanes) {
    return positions.resume(reader, lanes);
  }

  /** Publishes an event of the server itself. */
  public void publishServerEvent(String name, ObjectNode data) {
    writer.publishServerEvent(name, data);
  }

  /** An empty object, for the data of a server event. */
  public static ObjectNode data() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** Lets go of what disk has too, when memory is tight. */
  public void yieldMemory() {
    tail.giveWay();
  }

  @Override
  public boolean isWritable() {
    return writer.isWritable() && !watch.hangs();
  }

  /** Why nothing is written until the next start: the file is damaged. Null while it is not. */
  public @Nullable String damage() {
    return database.damage();
  }

  /** Whether its writer lives. */
  public boolean isAlive() {
    return writer.isAlive();
  }

  /** Whether what is beside the log may grow by so many bytes before retention has made room. */
  public boolean hasRoom(long bytes) {
    return database.bytes() + retention.beside() + bytes <= config.maxBytes();
  }

  /** How many events are gone for good with an id above the first and up to the second. */
  public long goneBetween(long after, long upTo) {
    return gone.countBetween(after, upTo, Lanes.ALL);
  }

  @Override
  public LogStatus status() {
    return new LogStatus(
        isWritable(),
        writer.events(),
        database.bytes() + retention.beside(),
        config.maxBytes(),
        writer.oldest(),
        counters.published.sum(),
        counters.unlogged.sum(),
        counters.dropped(),
        counters.removed.sum());
  }

  @Override
  public List<QueueState> queues() {
    var queues =
        new ArrayList<>(
            List.of(
                new QueueState(
                    "log-appends",
                    work.waitingAppends(),
                    -1,
                    work.waitingAppendBytes(),
                    budget.capacity()),
                feed.state(),
                tail.state(),
                gone.state()));
    queues.addAll(writer.queues());
    return queues;
  }

  @Override
  public void close() {
    feed.close();
    // Readers first: whoever closes the file last moves the write-ahead log into it.
    reader.close();
    writer.close();
    watch.close();
    tail.clear();
  }
}
