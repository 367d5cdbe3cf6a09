package dev.evenkeel.soak;

import dev.evenkeel.testbed.EvenkeelServer;
import dev.evenkeel.testbed.SocketIoServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** The scene of a run. Thread-safe. */
final class SoakScene implements Scene {

  /** So long receivers may take to catch up with what they missed. */
  static final Duration PATIENCE = Duration.ofMinutes(4);

  private static final Duration NAP = Duration.ofMillis(20);

  private final EvenkeelServer server;
  private final Receivers receivers;
  private final LongAdder accepted;
  private final Pace pace;
  private final TimeLine timeLine;

  /** Who is not further behind than this has caught up; agents go on posting. */
  private final long levelLag;

  SoakScene(
      EvenkeelServer server,
      Receivers receivers,
      LongAdder accepted,
      Pace pace,
      TimeLine timeLine,
      int perSecond) {
    this.server = server;
    this.receivers = receivers;
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
    if (!isLevelWithin(PATIENCE)) {
      throw new IllegalStateException(
          "not level after "
              + PATIENCE.toSeconds()
              + " s: a receiver is "
              + receivers.lag(accepted())
              + " events behind");
    }
  }

  boolean isLevelWithin(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (receivers.lag(accepted()) > levelLag) {
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
