package dev.evenkeel.server.text;

import dev.evenkeel.server.log.Lanes;
import dev.evenkeel.server.log.PublishedEvents;
import dev.evenkeel.server.log.SqliteEventLog;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The thread that follows the published events and adds them to the index in small steps. While
 * events come as fast as it goes it leaves the processor to those who write them most of the time,
 * and catches up later.
 */
final class Indexer implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Indexer.class.getName());

  private static final int STEP_EVENTS = 512;
  private static final int STEP_BYTES = 1 << 20;

  /** So long events are gathered, so that few of them do not make many small transactions. */
  private static final long GATHER_NANOS = Duration.ofMillis(250).toNanos();

  /** How often it looks whether the log has made room. */
  private static final long FOR_ROOM_NANOS = Duration.ofMillis(20).toNanos();

  /** While others write it works an eighth of the time. */
  private static final int REST = 7;

  private static final long LONGEST_REST_NANOS = Duration.ofMillis(250).toNanos();

  /** A step and the merging of a part need the rest of what it may take. */
  private static final double FULL = 0.75;

  /** What a step writes to the file and its write-ahead log, merging included, in steps' bytes. */
  private static final int ROOM_STEPS = 4;

  /** So long the log is given to make room for what a step adds. */
  private static final long ROOM_NANOS = Duration.ofSeconds(1).toNanos();

  private static final long RETENTION_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long RETRY_NANOS = Duration.ofSeconds(5).toNanos();

  private final IndexFile file;
  private final IndexLimits limits;
  private final SqliteEventLog log;
  private final Thread thread;

  // Mutable state, owned by the thread; volatile where others look
  private @Nullable IndexWriter writer;
  private volatile boolean closing;
  private volatile boolean damaged;
  private final AtomicInteger generation = new AtomicInteger();
  private volatile long upTo = -1;

  /** What was published when it began, and is still to be indexed. */
  private volatile long backlog;

  /** Ids up to here belong to the backlog. */
  private volatile long began;

  private long retentionAt;
  private long steppedAt;
  private boolean failing;

  Indexer(IndexFile file, IndexLimits limits, SqliteEventLog log) {
    this.file = file;
    this.limits = limits;
    this.log = log;
    this.thread = Thread.ofPlatform().name("text-index").daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** How often the file was begun anew: whoever has an older one open has to open it again. */
  int generation() {
    return generation.get();
  }

  /** Somebody found the file damaged while searching. */
  void reportDamage() {
    damaged = true;
  }

  /** The place up to which everything is in the index; -1 before it is open. */
  long upTo() {
    return upTo;
  }

  /** How many events of before the start are still to be indexed. */
  long backlog() {
    return backlog;
  }

  /** How many published events are not in the index yet; -1 before it is open. */
  long behind() {
    if (upTo < 0) {
      return -1;
    }
    return backlog + Math.max(0, log.newest() - Math.max(upTo, began));
  }

  private void run() {
    while (!closing) {
      try {
        long pause = turn();
        failing = false;
        if (pause > 0) {
          LockSupport.parkNanos(this, pause);
        }
      } catch (SQLException e) {
        recover(e);
      } catch (RuntimeException | StackOverflowError | LinkageError e) {
        LOG.log(System.Logger.Level.ERROR, "The text index failed and is tried again", e);
        closeWriter();
        LockSupport.parkNanos(this, RETRY_NANOS);
      }
    }
    closeWriter();
  }

  /** Does one step, and tells how long to pause afterwards. */
  private long turn() throws SQLException {
    if (damaged) {
      throw new IndexFile.UnusableIndexException("a search found it damaged");
    }
    IndexWriter to = writer;
    if (to == null) {
      to = open();
    }
    long start = System.nanoTime();
    if (start - retentionAt >= RETENTION_NANOS) {
      retain(to);
      retentionAt = start;
    }
    keepRoom(to);
    if (!log.hasRoom((long) ROOM_STEPS * stepBytes()) && start - steppedAt < ROOM_NANOS) {
      return FOR_ROOM_NANOS;
    }
    steppedAt = start;
    long newest = log.newest();
    boolean more = index(to, newest);
    if (!more && to.makeWhole()) {
      more = true;
    }
    if (!more) {
      return GATHER_NANOS;
    }
    boolean othersWrite = log.newest() > newest;
    return othersWrite ? Math.min(REST * (System.nanoTime() - start), LONGEST_REST_NANOS) : 0;
  }

  private IndexWriter open() throws SQLException {
    IndexWriter to =
        new IndexWriter(file.openForWriting(), limits.partEvents(), limits.partBytes());
    if (to.upTo() > log.newest()) {
      to.close();
      file.delete();
      to = new IndexWriter(file.openForWriting(), limits.partEvents(), limits.partBytes());
    }
    writer = to;
    generation.incrementAndGet();
    long newest = log.newest();
    backlog = Math.max(0, log.countAfter(to.upTo(), Lanes.ALL));
    began = newest;
    upTo = to.upTo();
    if (backlog > STEP_EVENTS) {
      LOG.log(
          System.Logger.Level.INFO,
          "{0} events are not in the text index yet; they are added in the background.",
          backlog);
    }
    return to;
  }

  private int stepBytes() {
    return (int) Math.min(STEP_BYTES, limits.partBytes() / 2);
  }

  /** Adds what comes next; returns whether there is more of what was there before. */
  private boolean index(IndexWriter to, long newest) throws SQLException {
    PublishedEvents.Page page = log.after(to.upTo(), Lanes.ALL, STEP_EVENTS, stepBytes());
    if (page.upTo() <= to.upTo()) {
      if (to.upTo() >= began) {
        backlog = 0;
      }
      return false;
    }
    to.add(page.events(), page.upTo());
    upTo = to.upTo();
    backlog = upTo >= began ? 0 : Math.max(1, backlog - page.events().size());
    return upTo < newest;
  }

  /** Follows the log's retention. */
  private void retain(IndexWriter to) throws SQLException {
    to.dropBefore(oldest());
    shrink(to);
  }

  /** Words that are all different could fill its share: then the oldest go. */
  private void keepRoom(IndexWriter to) throws SQLException {
    while (!closing && to.usedBytes() > FULL * limits.maxBytes() && to.dropOldest()) {
      shrink(to);
    }
  }

  private void shrink(IndexWriter to) throws SQLException {
    boolean shrunk = false;
    while (!closing && to.shrink()) {
      shrunk = true;
    }
    if (shrunk) {
      to.checkpoint();
    }
  }

  /** The id of the oldest event that is kept, or, where none is, of the next one. */
  private long oldest() throws SQLException {
    long next = log.newest() + 1;
    long oldest =
        log.reader()
            .query(connection -> IndexFile.longOf(connection, "SELECT min(id) FROM published"));
    return oldest == 0 ? next : oldest;
  }

  private void recover(SQLException e) {
    closeWriter();
    boolean anew = IndexFile.isOfTheFile(e);
    if (!failing || anew) {
      LOG.log(
          System.Logger.Level.WARNING,
          anew
              ? "The text index {0} is damaged ({1}). It is built anew from the log."
              : "The text index {0} cannot be written: {1}. It is tried again every few seconds.",
          file.path(),
          e.getMessage());
    }
    if (anew) {
      try {
        file.delete();
        damaged = false;
        upTo = -1;
      } catch (SQLException again) {
        LOG.log(System.Logger.Level.WARNING, String.valueOf(again.getMessage()));
      }
    }
    if (failing || !anew) {
      LockSupport.parkNanos(this, RETRY_NANOS);
    }
    failing = true;
  }

  private void closeWriter() {
    IndexWriter to = writer;
    writer = null;
    if (to != null) {
      try {
        to.close();
      } catch (SQLException e) {
        LOG.log(System.Logger.Level.DEBUG, "closing a broken connection", e);
      }
    }
  }

  /** Ends it after its present step. May be called twice. */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
