package dev.evenkeel.server.target;

import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.budget.QueueState;
import dev.evenkeel.server.log.Positions;
import dev.evenkeel.server.log.PublishedEvents;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;

/**
 * All Socket.IO servers that get every published event.
 *
 * <ol>
 *   <li>Each target gets the events of a session in their order.
 *   <li>Where a target acknowledges, each event arrives at least once, with the same id if it comes
 *       again. Where it does not, what was on the wire when a connection broke may be lost.
 *   <li>A target never counts more than {@link PoolConfig#maxConnections} joined sockets of ours.
 *   <li>An event larger than the target takes arrives without its data; one that breaks connection
 *       after connection is passed over and counted; where events are gone, the target is told how
 *       many.
 *   <li>No target waits for another. A target that is away costs no memory.
 * </ol>
 *
 * <p>A position is kept for each slot, so after a restart delivery goes on where it was.
 */
public final class Targets implements AutoCloseable {

  /** What a close takes beside the target's confirmation: what is in flight, and some grace. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final PoolConfig pool;
  private final SequencedMap<String, Target> targets = new LinkedHashMap<>();

  // Mutable state, guarded by this
  private boolean started;
  private boolean closed;

  /**
   * Takes up the places of all slots; events published from now on will be delivered.
   *
   * @param backlog counts what is pending, for the status
   * @param metrics hears what happens to connections
   * @param random spreads the pauses after failures
   * @throws IllegalArgumentException when two targets have the same name
   */
  public Targets(
      List<TargetConfig> configs,
      PoolConfig pool,
      Network network,
      PublishedEvents events,
      Positions positions,
      Backlog backlog,
      MemoryBudget budget,
      TargetMetrics metrics,
      RandomGenerator random) {
    this.pool = pool;
    if (configs.stream().map(TargetConfig::name).distinct().count() < configs.size()) {
      throw new IllegalArgumentException(
          "evenkeel.targets has a name twice; each target needs its own: " + configs);
    }
    for (TargetConfig config : configs) {
      targets.put(
          config.name(),
          new Target(config, pool, network, events, positions, backlog, budget, metrics, random));
    }
  }

  /** Begins to deliver. */
  public synchronized void start() {
    if (started || closed) {
      throw new IllegalStateException("targets are started once, and not after they were closed");
    }
    started = true;
    targets.values().forEach(Target::start);
  }

  /** How each target is doing, in the order of the settings. */
  public Map<String, TargetStatus> status() {
    var status = new LinkedHashMap<String, TargetStatus>();
    targets.forEach((name, target) -> status.put(name, target.status()));
    return status;
  }

  /** How full each target's windows are. */
  public List<QueueState> queues() {
    return targets.values().stream().map(Target::queue).toList();
  }

  /** How many connections are joined, to all targets together. */
  public int connections() {
    return targets.values().stream().mapToInt(Target::connections).sum();
  }

  /** What came in from a target and was dropped unread. */
  long droppedInbound(String name) {
    Target target = targets.get(name);
    return target == null ? 0 : target.ledger().droppedInbound.sum();
  }

  /**
   * Closes all connections and gives back what they held. Waits a second for acknowledgements that
   * are on the way and {@link PoolConfig#closeTimeout} for the targets' confirmations; whatever is
   * left after that is cut. It may be called twice.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (started) {
      targets.values().forEach(Target::stop);
      awaitStopped(pool.closeTimeout().plus(GRACE));
    }
  }

  private void awaitStopped(Duration longest) {
    long until = System.nanoTime() + longest.toNanos();
    try {
      for (Target target : targets.values()) {
        target.awaitStopped(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
