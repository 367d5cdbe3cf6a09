package dev.evenkeel.server.log;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.server.budget.QueueState;
import dev.evenkeel.server.log.EventLog.Appended;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes: takes what waits as a group, writes it in one transaction, and tells
 * everybody. While the disk fails it goes on from memory and tries the disk again and again.
 */
final class LogWriter {

  private static final System.Logger LOG = System.getLogger(LogWriter.class.getName());
  private static final long IDLE_NANOS = Duration.ofMillis(250).toNanos();
  private static final long POSITIONS_NANOS = Duration.ofMillis(200).toNanos();
  private static final long RETENTION_NANOS = Duration.ofMillis(100).toNanos();
  private static final long FIRST_RETRY_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long LAST_RETRY_NANOS = Duration.ofSeconds(30).toNanos();

  /** So long a stop waits for a disk that hangs: those who stop a server give it ten seconds. */
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

  private static final Duration STOP_LOOK = Duration.ofMillis(50);

  /** What it works with. */
  record Parts(
      Work work,
      AppendWatch watch,
      AcceptedFeed feed,
      PublishedTail tail,
      Progress progress,
      PositionTable positions,
      Retention retention,
      LogCounters counters) {}

  /** How much the writer keeps in mind. */
  private record Held(int unwritten, int sessions, int removals) {}

  private final Database database;
  private final Parts parts;
  private final Checkpoints checkpoints;
  private final Clock clock;
  private final Thread thread;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final List<Runnable> answerListeners = new CopyOnWriteArrayList<>();

  // Mutable state, owned by the writer's thread; volatile where others look
  private @Nullable WriteStatements statements;
  private long nextSeq;
  private volatile long nextId;
  private volatile boolean writable = true;
  private volatile boolean closing;
  private volatile @Nullable Instant oldest;
  private volatile long events;
  private volatile Held held = new Held(0, 0, 0);
  private volatile Supplier<Map<String, List<StateChange>>> stateForRecovery = Map::of;

  private final Unwritten unwritten = new Unwritten();
  private final WriteStatements.Removals removals;

  private long positionsAt;
  private long retentionAt;

  /** Payloads that were written since retention had nothing more to do. */
  private long writtenBytes;

  private boolean answering;

  /** Whether the handler has the events of this group. */
  private boolean handedOn;

  private long retryAt;
  private long retryNanos = FIRST_RETRY_NANOS;
  private long failedAt;

  LogWriter(
      Database database,
      WriteStatements statements,
      Parts parts,
      Checkpoints checkpoints,
      Clock clock,
      long nextSeq,
      long nextId) {
    this.database = database;
    this.statements = statements;
    this.removals = statements.removals();
    this.parts = parts;
    this.checkpoints = checkpoints;
    this.clock = clock;
    this.nextSeq = nextSeq;
    this.nextId = nextId;
    this.thread = Thread.ofPlatform().name("log-writer").unstarted(this::run);
    tellStatus();
  }

  void start() {
    thread.start();
  }

  void onRecovery(Supplier<Map<String, List<StateChange>>> state) {
    stateForRecovery = state;
  }

  PublishedEvents.Subscription onPublished(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  PublishedEvents.Subscription onAnswered(Runnable listener) {
    answerListeners.add(listener);
    return () -> answerListeners.remove(listener);
  }

  boolean isAnswering() {
    return Thread.currentThread().equals(thread) && answering;
  }

  long nextId() {
    return nextId;
  }

  boolean isAlive() {
    return thread.isAlive();
  }

  boolean isWritable() {
    return writable && database.damage() == null;
  }

  @Nullable Instant oldest() {
    return oldest;
  }

  long events() {
    return events;
  }

  List<QueueState> queues() {
    Held now = held;
    return List.of(
        new QueueState("log-unwritten", now.unwritten(), PublishedTail.CAPACITY, -1, -1),
        new QueueState("log-sessions", now.sessions(), WriteStatements.REMEMBERED_SESSIONS, -1, -1),
        new QueueState(
            "log-removals", now.removals(), WriteStatements.REMEMBERED_REMOVALS, -1, -1));
  }

  void publishServerEvent(String name, ObjectNode data) {
    var event = new Publication.Derived(EventType.SERVER, SqliteEventLog.SERVER, name, data);
    parts.work().add(Publication.of(List.of(event), List.of(), clock.instant()), () -> {});
  }

  private void run() {
    boolean more = false;
    while (true) {
      boolean last = closing;
      parts.watch().rests();
      Work.Group group = parts.work().next(more || last ? 0 : IDLE_NANOS);
      parts.watch().begins();
      if (!group.isEmpty()) {
        write(group);
        parts.work().groupDone();
        parts.watch().begins();
      }
      more = lookAfterTheFile(group.isEmpty());
      tellStatus();
      if (last && group.isEmpty()) {
        parts.watch().rests();
        return;
      }
    }
  }

  /** Whatever goes wrong with a group, the thread goes on: all agents wait for it. */
  private void write(Work.Group group) {
    List<Work.Publish> publications = group.publications().stream().filter(this::markDone).toList();
    var toWrite = new Work.Group(group.appends(), publications);
    try {
      writeAndTell(toWrite);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "The log's writer failed with a group of events", e);
      giveUp(toWrite, e);
    }
    group.publications().forEach(each -> tell(each.written()));
  }

  /** Whoever waits learns of it, and what nobody waits for is counted. */
  private void giveUp(Work.Group group, RuntimeException why) {
    long lost = 0;
    for (Append each : group.appends()) {
      parts.watch().giveBack(each);
      if (each.answerNow()) {
        each.answer().completeExceptionally(why);
      } else if (!handedOn) {
        lost++;
      }
    }
    lost += group.publications().stream().filter(LogWriter::wasToBePublished).count();
    parts.counters().lost(LogCounters.Loss.FAILURE, lost);
  }

  private static boolean wasToBePublished(Work.Publish publish) {
    Publication publication = publish.publication();
    return publication.cause() != null && publication.dropReason() == null;
  }

  /** Notes that its event is done; false when that was so already, or nobody took the event. */
  private boolean markDone(Work.Publish publish) {
    AcceptedEvent accepted = publish.publication().cause();
    try {
      if (accepted != null) {
        parts.progress().done(accepted.seq());
      }
      return true;
    } catch (IllegalStateException e) {
      LOG.log(System.Logger.Level.ERROR, "What came of an event is not published", e);
      return false;
    }
  }

  private static void tell(Runnable listener) {
    try {
      listener.run();
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "One that the log's writer told of an event failed", e);
    }
  }

  private void writeAndTell(Work.Group group) {
    handedOn = false;
    long[] seqs = new long[group.appends().size()];
    for (int i = 0; i < seqs.length; i++) {
      seqs[i] = nextSeq++;
    }
    long firstId = nextId;
    var published = new ArrayList<PublishedEvent>();
    for (Work.Publish each : group.publications()) {
      giveIds(each.publication(), published);
    }
    boolean logged = isWritable() && writeToDisk(group, seqs, firstId);
    if (!logged) {
      remember(group, firstId);
    }
    answer(group, seqs, logged);
    if (!published.isEmpty()) {
      parts.tail().add(published, logged);
      unwritten.forgetUpTo(parts.tail().floor());
      parts.counters().published.add(published.size());
      listeners.forEach(LogWriter::tell);
    }
  }

  /** The event first, then what was derived from it. */
  private void giveIds(Publication publication, List<PublishedEvent> published) {
    long cause = 0;
    for (Publication.Encoded event : publication.events()) {
      long id = nextId;
      nextId = id + 1;
      EventEncoder.fillInId(event.json(), id);
      if (event.type() == EventType.HOOK) {
        cause = id;
      } else if (event.hasCause()) {
        EventEncoder.fillInCause(event.json(), cause);
      }
      published.add(
          new PublishedEvent(id, event.lane(), event.name(), event.session(), event.json()));
    }
    if (publication.dropReason() != null) {
      parts.counters().dropped(publication.dropReason());
    }
  }

  private boolean writeToDisk(Work.Group group, long[] seqs, long firstId) {
    WriteStatements to = statements;
    if (to == null) {
      return false;
    }
    try {
      for (int i = 0; i < seqs.length; i++) {
        Append append = group.appends().get(i);
        to.append(seqs[i], append.event(), append.decisions());
        writtenBytes += append.event().size();
      }
      long id = firstId;
      var changes = new LinkedHashMap<StateChange.Entry, StateChange>();
      for (Work.Publish each : group.publications()) {
        id = to.publish(each.publication(), id);
        each.publication()
            .changes()
            .forEach(it -> changes.merge(it.entry(), it, StateChange::newer));
      }
      for (StateChange change : changes.values()) {
        to.change(change);
      }
      if (!group.publications().isEmpty()) {
        to.progress(parts.progress().marks(nextId));
      }
      writePositions(to);
      to.commit();
      parts.retention().added((int) (id - firstId), clock.instant());
      return true;
    } catch (SQLException | RuntimeException e) {
      to.rollback();
      fail(e);
      return false;
    }
  }

  private void writePositions(WriteStatements to) throws SQLException {
    long now = System.nanoTime();
    if (now - positionsAt < POSITIONS_NANOS && !closing) {
      return;
    }
    positionsAt = now;
    var changed = parts.positions().changed();
    if (!changed.isEmpty()) {
      parts.positions().write(to.connection(), changed);
      PositionTable.written(changed);
    }
  }

  private void answer(Work.Group group, long[] seqs, boolean logged) {
    if (seqs.length == 0) {
      return;
    }
    answering = true;
    try {
      answerEach(group, seqs, logged);
    } finally {
      answering = false;
    }
    answerListeners.forEach(LogWriter::tell);
  }

  private void answerEach(Work.Group group, long[] seqs, boolean logged) {
    group.appends().forEach(parts.watch()::giveBack);
    var accepted = new ArrayList<AcceptedEvent>(seqs.length);
    for (int i = 0; i < seqs.length; i++) {
      Append append = group.appends().get(i);
      accepted.add(new AcceptedEvent(seqs[i], append.event(), append.decisions(), logged));
    }
    Set<Long> lost = parts.feed().add(accepted);
    handedOn = true;
    for (int i = 0; i < seqs.length; i++) {
      boolean kept = !lost.contains(seqs[i]);
      Append append = group.appends().get(i);
      if (append.answerNow()) {
        if (kept && !logged) {
          parts.counters().unlogged.increment();
        }
        Appended how = logged ? Appended.LOGGED : kept ? Appended.UNLOGGED : Appended.LOST;
        append.answer().complete(how);
      } else if (!kept) {
        parts.counters().lost(LogCounters.Loss.DISK, 1);
      }
    }
  }

  /** What the disk has to be told when it is back. */
  private void remember(Work.Group group, long firstId) {
    long id = firstId;
    for (Work.Publish each : group.publications()) {
      unwritten.add(each.publication(), id);
      each.publication().changes().stream()
          .filter(change -> change.value() == null)
          .forEach(removals::add);
      id += each.publication().events().size();
    }
  }

  /** Retention, checkpoint and positions, or, while the disk fails, another try. */
  private boolean lookAfterTheFile(boolean idle) {
    String damage = database.damage();
    if (damage != null) {
      leaveTheFile(damage);
      return false;
    }
    if (!writable) {
      if (System.nanoTime() - retryAt >= 0) {
        recover();
      }
      return false;
    }
    WriteStatements to = statements;
    if (to == null) {
      return false;
    }
    try {
      if (idle) {
        writePositions(to);
        to.commit();
      }
      checkpoints.afterCommit(to.connection());
      long now = System.nanoTime();
      if (now - retentionAt < RETENTION_NANOS && !parts.retention().isSoonFull(writtenBytes)) {
        return false;
      }
      boolean more = removeOldest(to);
      if (more) {
        checkpoints.afterRetention(to.connection());
      } else {
        retentionAt = now;
        writtenBytes = 0;
        if (parts.retention().takeGaveBack()) {
          checkpoints.afterShrinking(to.connection());
        }
      }
      return more;
    } catch (SQLException | RuntimeException e) {
      to.rollback();
      fail(e);
      return false;
    }
  }

  /** The handler reads nothing from the disk meanwhile, and never holds this up. */
  private boolean removeOldest(WriteStatements to) throws SQLException {
    long buffered = parts.feed().beginRemoval();
    long removed = 0;
    try {
      boolean more = parts.retention().step(to, buffered);
      removed = parts.retention().takeRemovedUnprocessed();
      return more;
    } finally {
      parts.feed().removed(removed);
    }
  }

  private void tellStatus() {
    oldest = parts.retention().oldest();
    events = parts.retention().events();
    WriteStatements to = statements;
    int sessions = to == null ? 0 : to.rememberedSessions();
    held = new Held(unwritten.size(), sessions, removals.size());
  }

  /** Until the next start, which begins a new file. */
  private void leaveTheFile(String damage) {
    parts.counters().unlogged.add(unwritten.giveUp());
    if (writable) {
      writable = false;
      tellReaders(damage);
    }
  }

  private void tellReaders(String reason) {
    publishServerEvent("log_unavailable", SqliteEventLog.data().put("reason", reason));
  }

  private void fail(Exception e) {
    if (isDamage(e)) {
      return;
    }
    writable = false;
    long now = System.nanoTime();
    boolean again = failedAt != 0 && now - failedAt < 2 * retryNanos + FIRST_RETRY_NANOS;
    retryNanos = again ? Math.min(2 * retryNanos, LAST_RETRY_NANOS) : FIRST_RETRY_NANOS;
    failedAt = now;
    retryAt = now + retryNanos;
    String reason = reason(e);
    LOG.log(
        System.Logger.Level.ERROR,
        "The disk does not take the log {0}: {1}. Events go on from memory and are not kept; the"
            + " disk is tried again every few seconds.",
        database.file(),
        reason);
    tellReaders(reason);
  }

  /** Notes damage: what follows from it is done with the next look after the file. */
  private boolean isDamage(Exception e) {
    boolean damage = e instanceof SQLException sql && Database.isDamage(sql);
    if (damage) {
      database.noteDamage((SQLException) e);
    }
    return damage;
  }

  /** Of what the driver does not throw, the place matters, too. */
  private static String reason(Exception e) {
    if (e instanceof SQLException) {
      return String.valueOf(e.getMessage());
    }
    LOG.log(System.Logger.Level.ERROR, "The log's writer failed", e);
    return e.toString();
  }

  private void recover() {
    WriteStatements old = statements;
    statements = null;
    WriteStatements fresh = null;
    long fromId = unwritten.firstId(nextId);
    parts.tail().letGoOfUnlogged(fromId);
    try {
      if (old != null) {
        old.close();
      }
      fresh = new WriteStatements(database.openAgainForWriting(), removals);
      unwritten.writeTo(fresh);
      for (var map : stateForRecovery.get().entrySet()) {
        fresh.replaceState(map.getKey(), map.getValue());
      }
      fresh.progress(parts.progress().marks(nextId));
      parts.positions().forgetWritten();
      parts.retention().restart(fresh.connection());
      fresh.commit();
    } catch (SQLException | RuntimeException e) {
      if (isDamage(e) || e instanceof SQLException) {
        LOG.log(System.Logger.Level.DEBUG, "the disk still fails", e);
      } else {
        LOG.log(System.Logger.Level.ERROR, "The log cannot be taken up again", e);
        retryNanos = Math.min(2 * retryNanos, LAST_RETRY_NANOS);
      }
      if (fresh != null) {
        closeQuietly(fresh);
      }
      retryAt = System.nanoTime() + retryNanos;
      return;
    }
    statements = fresh;
    parts.tail().nowLogged(fromId);
    parts.counters().unlogged.add(unwritten.written());
    writable = true;
    LOG.log(System.Logger.Level.INFO, "The disk takes the log {0} again.", database.file());
    publishServerEvent(
        "log_available", SqliteEventLog.data().put("unlogged", parts.counters().unlogged.sum()));
  }

  private static void closeQuietly(WriteStatements statements) {
    try {
      statements.close();
    } catch (SQLException e) {
      LOG.log(System.Logger.Level.DEBUG, "closing a broken connection", e);
    }
  }

  /**
   * Writes what waits, and ends. When the disk hangs, the writer is left where it is: its events
   * were answered as not kept.
   */
  void close() {
    closing = true;
    parts.work().wake();
    try {
      if (!ends()) {
        LOG.log(
            System.Logger.Level.ERROR,
            "The disk does not answer: the server stops, and the log {0} does not have the last"
                + " events, at least {1}.",
            database.file(),
            parts.work().atWriter().size() + parts.work().waitingAppends());
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    checkpoints.close();
    WriteStatements to = statements;
    if (to != null) {
      closeQuietly(to);
    }
  }

  /** Waits for the thread for as long as the disk takes what it writes. */
  private boolean ends() throws InterruptedException {
    long end = System.nanoTime() + STOP_PATIENCE.toNanos();
    while (!thread.join(STOP_LOOK)) {
      if (!parts.watch().hangs()) {
        end = System.nanoTime() + STOP_PATIENCE.toNanos();
      } else if (System.nanoTime() - end >= 0) {
        return false;
      }
    }
    return true;
  }
}
