package dev.evenkeel.server.query;

import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.budget.QueueState;
import dev.evenkeel.server.extension.ExtensionInfo;
import dev.evenkeel.server.extension.Extensions;
import dev.evenkeel.server.extension.MapState;
import dev.evenkeel.server.guard.GuardCounters;
import dev.evenkeel.server.handler.Handler;
import dev.evenkeel.server.intake.Intake;
import dev.evenkeel.server.intake.IntakeCounters;
import dev.evenkeel.server.log.LogStatus;
import dev.evenkeel.server.log.SqliteEventLog;
import dev.evenkeel.server.text.TextIndex;
import dev.evenkeel.server.watch.MemoryWatch;
import dev.evenkeel.server.watch.Receivers;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks the parts how they are. The status, the state and the metrics all come from here. */
public final class ServerStatus {

  private static final System.Logger LOG = System.getLogger(ServerStatus.class.getName());

  /** The parts that are asked. */
  public record Sources(
      Intake intake,
      SqliteEventLog log,
      TextIndex textIndex,
      Handler handler,
      Extensions extensions,
      MemoryBudget budget,
      MemoryWatch watch,
      Receivers receivers) {}

  /** What is held in memory. */
  public record State(List<MapState> maps, List<QueueState> queues) {}

  private final Sources from;
  private final SessionList sessions;
  private final String version;
  private final Clock clock;
  private final Instant started;

  // Mutable state; any thread
  private volatile long knownSessions;

  /** The status of a server that starts now. */
  public ServerStatus(Sources from, String version, Clock clock) {
    this.from = from;
    this.sessions = new SessionList(from.log());
    this.version = version;
    this.clock = clock;
    this.started = clock.instant();
  }

  /** The server's version. */
  public String version() {
    return version;
  }

  /** How long it runs. */
  public Duration uptime() {
    return Duration.between(started, clock.instant());
  }

  /** How it is. Reads the disk, so it is not for event loops. */
  public Status now() {
    IntakeCounters.Sums in = intake();
    LogStatus log = log();
    return new Status(
        version,
        uptime().toSeconds(),
        in.received(),
        in.accepted(),
        in.merged(),
        in.rejected(),
        in.shed(),
        in.withheld(),
        log.unlogged(),
        log.published(),
        log.dropped(),
        guards(),
        new Status.Log(
            log.events(),
            log.bytes(),
            log.maxBytes(),
            inMillis(log.oldest()),
            log.writable(),
            log.removed()),
        sessions(),
        from.watch().current(),
        from.receivers().hub(),
        from.receivers().targets(),
        calls());
  }

  private static @Nullable Instant inMillis(@Nullable Instant time) {
    return time == null ? null : time.truncatedTo(ChronoUnit.MILLIS);
  }

  private Map<String, Status.Calls> calls() {
    var calls = new LinkedHashMap<String, Status.Calls>();
    for (ExtensionInfo each : from.extensions().all()) {
      calls.put(
          each.name(),
          new Status.Calls(ExtensionView.stateOf(each), each.calls(), each.failures()));
    }
    return calls;
  }

  /** What is held in memory, and how much of it there may be. */
  public State state() {
    var queues = new ArrayList<QueueState>(from.intake().queues());
    queues.addAll(from.log().queues());
    queues.add(from.textIndex().queue());
    queues.addAll(from.handler().queues());
    queues.addAll(from.receivers().queues());
    queues.add(from.watch().queue());
    MemoryBudget budget = from.budget();
    queues.add(new QueueState("memory-budget", -1, -1, budget.used(), budget.capacity()));
    return new State(from.extensions().mapStates(), queues);
  }

  /** The extensions, those that do not run too. */
  public Extensions extensions() {
    return from.extensions();
  }

  /** What came, and what became of it. */
  public IntakeCounters.Sums intake() {
    return from.intake().counters();
  }

  /** What guards were asked and said. */
  public GuardCounters.Sums guards() {
    return from.intake().guards();
  }

  /** How the log is. */
  public LogStatus log() {
    return from.log().status();
  }

  /** What watches over memory. */
  public MemoryWatch watch() {
    return from.watch();
  }

  /** Where published events go. */
  public Receivers receivers() {
    return from.receivers();
  }

  /** How many sessions the log knows; while it cannot be read, how many it knew. */
  public long sessions() {
    try {
      knownSessions = sessions.count();
    } catch (SQLException e) {
      LOG.log(System.Logger.Level.WARNING, "Cannot count sessions: {0}", e.getMessage());
    }
    return knownSessions;
  }
}
