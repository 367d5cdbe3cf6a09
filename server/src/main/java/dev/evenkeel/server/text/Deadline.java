package dev.evenkeel.server.text;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** How long a search may take. What runs on a connection when the time is over is interrupted. */
public final class Deadline {

  private static final System.Logger LOG = System.getLogger(Deadline.class.getName());
  private static final ScheduledThreadPoolExecutor TIMER = timer();

  private final LongSupplier nanoTime;
  private final long end;

  private Deadline(LongSupplier nanoTime, Duration time) {
    this.nanoTime = nanoTime;
    this.end = nanoTime.getAsLong() + time.toNanos();
  }

  private static ScheduledThreadPoolExecutor timer() {
    var timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("search-deadline").daemon().factory());
    timer.setRemoveOnCancelPolicy(true);
    timer.setKeepAliveTime(10, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    return timer;
  }

  /** So long from now on. */
  public static Deadline in(Duration time) {
    return in(time, System::nanoTime);
  }

  /** So long from now on, by this clock. */
  public static Deadline in(Duration time, LongSupplier nanoTime) {
    return new Deadline(nanoTime, time);
  }

  /** Whether the time is over. */
  public boolean isOver() {
    return leftNanos() <= 0;
  }

  long leftNanos() {
    return end - nanoTime.getAsLong();
  }

  /** Interrupts what runs on this connection when the time is over, until the guard is closed. */
  Guard guard(Connection connection) throws SQLException {
    return new Guard(connection.createStatement());
  }

  /** A connection that is watched. */
  final class Guard implements AutoCloseable {
    private final Statement statement;
    private final Future<?> alarm;

    // Mutable state, guarded by this: after the end nobody else's statement may be interrupted
    private @Nullable Statement watched;

    private Guard(Statement statement) {
      this.statement = statement;
      this.watched = statement;
      this.alarm = TIMER.schedule(this::interrupt, Math.max(0, leftNanos()), TimeUnit.NANOSECONDS);
    }

    private synchronized void interrupt() {
      if (watched != null) {
        try {
          watched.cancel();
        } catch (SQLException e) {
          LOG.log(System.Logger.Level.WARNING, "a search cannot be interrupted", e);
        }
      }
    }

    @Override
    public void close() throws SQLException {
      alarm.cancel(false);
      synchronized (this) {
        watched = null;
      }
      statement.close();
    }
  }
}
