package dev.evenkeel.soak;

import dev.evenkeel.testbed.EvenkeelServer;
import dev.evenkeel.testbed.SocketIoServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The scene of a run. Thread-safe. */
final class SoakScene implements Scene {

  /** So long receivers may take to catch up with what they missed. */
  static final Duration PATIENCE = Duration.ofMinutes(4);

  private static final Duration NAP = Duration.ofMillis(20);

  /**
   * When a fault was lifted.
   *
   * @param millis since the run began
   * @param accepted events in the run until then
   */
  record Lift(long millis, long accepted) {}

  private final EvenkeelServer server;
  private final Receivers receivers;
  private final Supplier<Map<String, Intervals>> answered;
  private final LongAdder accepted;
  private final Pace pace;
  private final TimeLine timeLine;

  /** Who is not further behind than this has caught up; agents go on posting. */
  private final long levelLag;

  // Mutable state, owned by the thread of the faults
  private @Nullable Lift lift;

  /**
   * The scene of a run that has begun.
   *
   * @param answered the numbers of each agent's events that were answered 200 until now
   */
  SoakScene(
      EvenkeelServer server,
      Receivers receivers,
      Supplier<Map<String, Intervals>> answered,
      LongAdder accepted,
      Pace pace,
      TimeLine timeLine,
      int perSecond) {
    this.server = server;
    this.receivers = receivers;
    this.answered = answered;
    this.accepted = accepted;
    this.pace = pace;
    this.timeLine = timeLine;
    this.levelLag = Math.max(20, perSecond / 4);
  }

  @Override
  public EvenkeelServer server() {
    return server;
  }

  @Override
  public List<SocketIoServer> targets() {
    return receivers.targets();
  }

  @Override
  public Duration elapsed() {
    return timeLine.elapsed();
  }

  @Override
  public long accepted() {
    return accepted.sum();
  }

  @Override
  public void awaitAccepted(long more) throws InterruptedException {
    long count = accepted() + more;
    while (accepted() < count && !pace.isHeld()) {
      Thread.sleep(NAP);
    }
  }

  void awaitAcceptedInAll(long count) throws InterruptedException {
    while (accepted() < count) {
      Thread.sleep(NAP);
    }
  }

  @Override
  public void awaitLevel() throws InterruptedException {
    if (!isLevelBefore(System.nanoTime() + PATIENCE.toNanos())) {
      throw new IllegalStateException(
          "not level after "
              + PATIENCE.toSeconds()
              + " s: a receiver is "
              + receivers.lag(accepted())
              + " events behind");
    }
  }

  @Override
  public void lifted() {
    lift = new Lift(elapsed().toMillis(), accepted());
  }

  /**
   * When the last fault was lifted.
   *
   * @throws IllegalStateException when it did not say so
   */
  Lift takeLift() {
    Lift taken = lift;
    lift = null;
    if (taken == null) {
      throw new IllegalStateException("the fault does not say when it was lifted");
    }
    return taken;
  }

  /**
   * Waits until an event was accepted since then, and it and all before it have arrived, and nobody
   * is behind: a server that is away takes no events of which anybody could be behind.
   */
  boolean isLevelWithin(Duration patience, Lift since) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (accepted() <= since.accepted() && !pace.isOver()) {
      if (System.nanoTime() > end) {
        return false;
      }
      Thread.sleep(NAP);
    }
    return isLevelBefore(end);
  }

  private boolean isLevelBefore(long end) throws InterruptedException {
    Map<String, Intervals> due = answered.get();
    while (!receivers.have(due) || receivers.lag(accepted()) > levelLag) {
      if (System.nanoTime() > end) {
        return false;
      }
      Thread.sleep(NAP);
    }
    return true;
  }

  @Override
  public void excuse(SocketIoServer target) {
    receivers.excuse(target);
    log("from now on nobody waits for the target " + target.name());
  }

  @Override
  public void log(String line) {
    timeLine.add(line);
  }

  /** How far the receivers are. */
  record Place(long id, long missed, long repeats) {}

  Place place() {
    long id = Long.MAX_VALUE;
    long missed = 0;
    long repeats = 0;
    for (Ledger each : receivers.judged()) {
      id = Math.min(id, each.lastId());
      missed += each.missed();
      repeats += each.repeats();
    }
    return new Place(id, missed, repeats);
  }
}
