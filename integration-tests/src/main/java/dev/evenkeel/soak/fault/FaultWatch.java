package dev.evenkeel.soak.fault;

import dev.evenkeel.soak.Fullest;
import dev.evenkeel.soak.Holdings;
import dev.evenkeel.soak.ServerProbe;
import dev.evenkeel.testbed.EvenkeelProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Looks what a server holds at the most that may die and come back meanwhile. */
final class FaultWatch implements AutoCloseable {

  private static final Duration INTERVAL = Duration.ofMillis(200);
  private static final double MEGABYTE = 1 << 20;

  private final EvenkeelProcess server;
  private final AtomicBoolean over = new AtomicBoolean();
  private final Thread thread;

  /**
   * The most that was seen.
   *
   * @param logBytes by the server's count, or by its files
   */
  record Most(long rssBytes, long logBytes, Fullest fullest) {

    /** What of it is over a limit. */
    List<String> exceeds(long mostLogBytes) {
      var broken = new ArrayList<String>();
      if (fullest.share() > 1) {
        broken.add("%s was %.2f times full".formatted(fullest.name(), fullest.share()));
      }
      if (logBytes > mostLogBytes) {
        broken.add(
            "the log had %.1f MB (limit %.1f)"
                .formatted(logBytes / MEGABYTE, mostLogBytes / MEGABYTE));
      }
      return broken;
    }
  }

  // Mutable state, owned by the thread until it has ended
  private Most most = new Most(0, 0, new Fullest("none", 0));
  private int seen;
  private @Nullable Exception lastFailure;

  /** Begins at once. */
  FaultWatch(EvenkeelProcess server) {
    this.server = server;
    this.thread = Thread.ofVirtual().name("fault-watch").start(this::work);
  }

  private void work() {
    try (var probe = new ServerProbe(server.access())) {
      while (!over.get()) {
        look(probe);
        LockSupport.parkNanos(INTERVAL.toNanos());
      }
    } catch (IOException e) {
      throw new IllegalStateException("a socket cannot be closed", e);
    }
  }

  private void look(ServerProbe probe) {
    try {
      most =
          new Most(Math.max(most.rssBytes(), server.rssBytes()), most.logBytes(), most.fullest());
      Holdings now = Holdings.of(server, probe);
      most =
          new Most(
              most.rssBytes(),
              Math.max(most.logBytes(), now.mostLogBytes()),
              most.fullest().or(now.fullest()));
      seen++;
    } catch (IOException | RuntimeException e) {
      lastFailure = e; // mostly it is dead for the moment, because the fault killed it
    }
  }

  /**
   * Ends, and tells.
   *
   * @throws IllegalStateException when the server could never be looked at
   */
  Most end() throws InterruptedException {
    close();
    thread.join();
    if (seen == 0) {
      throw new IllegalStateException("what the server holds was never seen", lastFailure);
    }
    return most;
  }

  @Override
  public void close() {
    over.set(true);
  }
}
