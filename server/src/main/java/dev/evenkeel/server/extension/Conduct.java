package dev.evenkeel.server.extension;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.server.extension.Breaker.Result;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How one version of an extension behaves: takes down how its calls go, tells of failures, and
 * decides whether the next call is made.
 */
final class Conduct {

  /** What a call had before it. */
  enum Saw {
    /** What is kept. */
    FILTERED,
    /** What came, with secrets that a message could carry out. */
    ALL
  }

  private static final System.Logger LOG = System.getLogger(Conduct.class.getName());

  /** Failures are told once in this time, with how many there were. */
  private static final long REPORT_INTERVAL = Duration.ofSeconds(10).toNanos();

  private final String name;
  private final CallRecord record;
  private final Breaker breaker;
  private final Announcer announcer;
  private final Supplier<CallObserver> observer;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final AtomicInteger lateCalls = new AtomicInteger();

  // Mutable state, guarded by this
  private long lastReport;
  private long unreported;

  Conduct(
      String name,
      CallRecord record,
      Announcer announcer,
      Supplier<CallObserver> observer,
      Clock clock) {
    this(name, record, announcer, observer, clock, System::nanoTime);
  }

  /**
   * @param nanoTime what pauses and reports go by
   */
  Conduct(
      String name,
      CallRecord record,
      Announcer announcer,
      Supplier<CallObserver> observer,
      Clock clock,
      LongSupplier nanoTime) {
    this.name = name;
    this.record = record;
    this.announcer = announcer;
    this.observer = observer;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.breaker = new Breaker(nanoTime);
    this.lastReport = nanoTime.getAsLong() - REPORT_INTERVAL;
  }

  CallRecord record() {
    return record;
  }

  RunningExtension.State state() {
    if (lateCalls.get() > 0) {
      return RunningExtension.State.STUCK;
    }
    return breaker.isOpen() ? RunningExtension.State.PAUSED : RunningExtension.State.RUNNING;
  }

  int lateCalls() {
    return lateCalls.get();
  }

  /** Lets a call be made now, or returns null. Who gets a permit makes one and says how it went. */
  @Nullable Permit admit() {
    return lateCalls.get() == 0 ? breaker.admit() : null;
  }

  void succeeded(Permit permit, long nanos) {
    took(nanos);
    record(permit, Result.GOOD);
  }

  /**
   * @param saw what the call had before it
   * @param counts whether it may open the breaker
   */
  void failed(Permit permit, String on, Throwable failure, long nanos, Saw saw, boolean counts) {
    took(nanos);
    record.failures.increment();
    boolean filtered = saw == Saw.FILTERED;
    String reason = filtered ? FailureText.of(failure) : FailureText.withoutMessage(failure);
    record.lastFailure = new CallRecord.Failure(clock.instant(), on, reason);
    report(on, reason, FailureText.trace(failure, filtered));
    record(permit, counts ? Result.FAILED : Result.GOOD);
  }

  void late(Permit permit, String on) {
    lateCalls.incrementAndGet();
    record.failures.increment();
    String reason = "it is late and was interrupted; it is passed over until it returns";
    record.lastFailure = new CallRecord.Failure(clock.instant(), on, reason);
    report(on, reason, "");
    record(permit, Result.LATE);
  }

  void lateCallReturned(long nanos) {
    took(nanos);
    lateCalls.decrementAndGet();
  }

  private void took(long nanos) {
    record.times.add(nanos);
    observer.get().called(name, nanos);
  }

  private void record(Permit permit, Result result) {
    if (!breaker.record(permit, result)) {
      return;
    }
    if (breaker.isOpen()) {
      String reason = "too many of its last calls failed";
      long seconds = breaker.waits().toSeconds();
      LOG.log(
          System.Logger.Level.WARNING,
          "The extension {0} pauses: {1}. One call tries again in {2} s.",
          name,
          reason,
          seconds);
      announcer.announce(
          "extension_paused", data().put("reason", reason).put("retry_in_seconds", seconds));
    } else {
      LOG.log(System.Logger.Level.INFO, "The extension {0} works again.", name);
      announcer.announce("extension_resumed", data());
    }
  }

  private void report(String on, String reason, String trace) {
    long count;
    synchronized (this) {
      unreported++;
      long now = nanoTime.getAsLong();
      if (now - lastReport < REPORT_INTERVAL) {
        return;
      }
      lastReport = now;
      count = unreported;
      unreported = 0;
    }
    LOG.log(
        System.Logger.Level.WARNING,
        "The extension "
            + name
            + " failed on "
            + on
            + ": "
            + reason
            + (count > 1 ? " (and " + (count - 1) + " times before)" : "")
            + trace);
    announcer.announce(
        "extension_failed", data().put("on", on).put("reason", reason).put("failures", count));
  }

  private ObjectNode data() {
    return JsonNodeFactory.instance.objectNode().put("extension", name);
  }
}
