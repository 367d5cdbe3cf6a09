package dev.evenkeel.server.log;

import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.log.EventLog.Appended;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sees to it that agents are answered also while the disk neither takes the log nor refuses it.
 * When the writer has not come back from one thing within a second, those that wait for it are
 * answered as if the disk had not taken their events. These stay where they are in the line: they
 * are written, once and in their places, when the disk goes on, and go on from memory when it fails
 * in the end. A line that is long and moves is none of that.
 *
 * <p>The second is counted in looks, one every {@value #INTERVAL_MILLIS} ms: while the whole
 * process stands still nobody looks, and nothing is late.
 */
final class AppendWatch implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(AppendWatch.class.getName());
  private static final long INTERVAL_MILLIS = 100;

  /** A second: {@code bin/evenkeel hook} gives up after 1.8, and guards and filters need some. */
  private static final int PATIENCE_LOOKS = 10;

  private static final long RESTS = -1;

  private final Work work;
  private final MemoryBudget budget;
  private final LogCounters counters;
  private final Path file;
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().name("log-watch").daemon().factory());

  // Mutable state; atWorkSince is the writer's, the others are the watch's, and any thread reads
  private final AtomicLong looks = new AtomicLong();
  private volatile long atWorkSince = RESTS;
  private volatile boolean hangs;

  AppendWatch(Work work, MemoryBudget budget, LogCounters counters, Path file) {
    this.work = work;
    this.budget = budget;
    this.counters = counters;
    this.file = file;
  }

  void start() {
    var _ =
        timer.scheduleWithFixedDelay(
            this::look, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** The writer begins with something. */
  void begins() {
    atWorkSince = looks.get();
  }

  /** The writer waits for something to do. */
  void rests() {
    atWorkSince = RESTS;
  }

  /** Whether the writer has not come back from what it does for longer than an agent waits. */
  boolean hangs() {
    return hangs;
  }

  /** Gives back what an event that was answered early had reserved. */
  void giveBack(Append append) {
    append.giveBack(budget);
  }

  private void look() {
    try {
      long now = looks.incrementAndGet();
      long since = atWorkSince;
      note(since != RESTS && now - since > PATIENCE_LOOKS);
      if (hangs) {
        work.atWriter().forEach(this::answer);
        work.waiting().forEach(this::answer);
      }
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "The watch over the log's writer failed", e);
    }
  }

  private void note(boolean now) {
    if (now && !hangs) {
      LOG.log(
          System.Logger.Level.ERROR,
          "The disk has not answered for {0} s: the log {1} is not written. Agents are answered;"
              + " their events wait in memory and are not kept until it answers.",
          Duration.ofMillis(PATIENCE_LOOKS * INTERVAL_MILLIS).toSeconds(),
          file);
    } else if (!now && hangs) {
      LOG.log(System.Logger.Level.INFO, "The disk answers again.");
    }
    hangs = now;
  }

  private void answer(Append append) {
    switch (append.answerBeforeItIsWritten(budget)) {
      case ANSWERED -> {}
      case WAITS -> {
        counters.unlogged.increment();
        append.answer().complete(Appended.UNLOGGED);
      }
      case WITHDRAWN -> {
        work.remove(append);
        append.answer().complete(Appended.LOST);
      }
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
