package dev.evenkeel.server.extension;

import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * How much an extension may write to the log and to standard output: so many lines at once, and so
 * many more each second. The console is one for all, and who floods it would slow down everybody.
 */
public final class OutputLimit {

  /** So many lines may come at once. */
  static final int BURST = 200;

  /** So many more each second. */
  static final int LINES_A_SECOND = 50;

  private static final long NANOS_A_LINE = 1_000_000_000L / LINES_A_SECOND;

  private final LongAdder suppressed = new LongAdder();

  // Mutable state, guarded by this: when the last line would be out at the lasting rate
  private long paidUntil = System.nanoTime() - BURST * NANOS_A_LINE;

  OutputLimit() {}

  /** The limit of the extension for which this thread works, or null. */
  public static @Nullable OutputLimit ofThisThread() {
    return Thread.currentThread().getContextClassLoader() instanceof ExtensionLoader loader
        ? loader.output()
        : null;
  }

  /** Whether a line may be written; one that may not is counted. */
  public boolean admits() {
    return admits(1);
  }

  /** Whether so many lines may be written; those that may not are counted. */
  boolean admits(int lines) {
    long now = System.nanoTime();
    synchronized (this) {
      paidUntil = Math.max(paidUntil, now - BURST * NANOS_A_LINE);
      if (paidUntil - now < 0) {
        paidUntil += lines * NANOS_A_LINE;
        return true;
      }
    }
    suppressed.add(lines);
    return false;
  }

  /** How many lines were not written. */
  long suppressed() {
    return suppressed.sum();
  }
}
