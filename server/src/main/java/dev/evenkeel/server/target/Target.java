package dev.evenkeel.server.target;

import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.budget.QueueState;
import dev.evenkeel.server.log.Lanes;
import dev.evenkeel.server.log.Positions;
import dev.evenkeel.server.log.PublishedEvents;
import dev.evenkeel.server.target.TargetStatus.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/** One Socket.IO server and its pool: as many slots as it may have connections. */
final class Target {

  private final TargetConfig config;
  private final PoolConfig pool;
  private final PublishedEvents events;
  private final Backlog backlog;
  private final Ledger ledger;
  private final List<Slot> slots;

  // Mutable state, owned by who starts and closes the targets
  private final List<PublishedEvents.Subscription> subscriptions = new ArrayList<>();

  Target(
      TargetConfig config,
      PoolConfig pool,
      Network network,
      PublishedEvents events,
      Positions positions,
      Backlog backlog,
      MemoryBudget budget,
      TargetMetrics metrics,
      RandomGenerator random) {
    this.config = config;
    this.pool = pool;
    this.events = events;
    this.backlog = backlog;
    var places = new ArrayList<Positions.Position>();
    for (int number = 0; number < pool.maxConnections(); number++) {
      places.add(positions.resume("target/" + config.name() + "/" + number, lanes(number)));
    }
    this.ledger = new Ledger(config.acknowledge(), places);
    var made = new ArrayList<Slot>();
    for (int number = 0; number < pool.maxConnections(); number++) {
      var reader = new SlotReader(events, places.get(number), lanes(number));
      made.add(new Slot(config, number, pool, network, reader, budget, ledger, metrics, random));
    }
    this.slots = List.copyOf(made);
  }

  private Lanes lanes(int slot) {
    return new Lanes(slot, pool.maxConnections());
  }

  String name() {
    return config.name();
  }

  void start() {
    slots.forEach(slot -> subscriptions.add(slot.start(events)));
  }

  void stop() {
    subscriptions.forEach(PublishedEvents.Subscription::close);
    subscriptions.clear();
    slots.forEach(Slot::stop);
  }

  void awaitStopped(Duration longest) throws InterruptedException {
    long until = System.nanoTime() + longest.toNanos();
    for (Slot slot : slots) {
      slot.awaitStopped(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
    }
  }

  int connections() {
    return (int) slots.stream().filter(Slot::isConnected).count();
  }

  Ledger ledger() {
    return ledger;
  }

  TargetStatus status() {
    long pending = 0;
    long missedAhead = 0;
    for (Slot slot : slots) {
      SlotReader reader = slot.reader();
      pending += Math.max(slot.window().size(), backlog.count(reader.confirmed(), reader.lanes()));
      missedAhead += reader.missedAhead();
    }
    return new TargetStatus(
        slots.stream().map(Slot::state).max(Comparator.naturalOrder()).orElse(State.CLOSED),
        connections(),
        pool.maxConnections(),
        ledger.delivered.sum(),
        pending,
        ledger.redelivered.sum(),
        ledger.undeliverable.sum(),
        ledger.missed.sum() + missedAhead,
        ledger.stubbed.sum(),
        ledger.acknowledges(),
        ledger.lastError());
  }

  QueueState queue() {
    long size = slots.stream().mapToLong(slot -> slot.window().size()).sum();
    long bytes = slots.stream().mapToLong(slot -> slot.window().bytes()).sum();
    return new QueueState(
        "target-" + name(),
        size,
        (long) slots.size() * pool.windowEvents(),
        bytes,
        (long) slots.size() * pool.windowBytes());
  }
}
