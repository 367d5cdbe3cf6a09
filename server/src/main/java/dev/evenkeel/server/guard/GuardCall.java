package dev.evenkeel.server.guard;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.extension.HookAnswer;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.extension.Registration;
import dev.evenkeel.server.extension.RunningExtension;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One call of one guard. Whoever is first decides: the guard by its answer, or the deadline. A
 * guard that is late is interrupted, and its answer no longer counts.
 */
final class GuardCall implements Runnable {

  private static final System.Logger LOG = System.getLogger(GuardCall.class.getName());

  private enum State {
    WAITING,
    RUNNING,
    OVER
  }

  private final Registration.Guard guard;
  private final HookEvent event;
  private final GuardCounters counters;
  private final long begun = System.nanoTime();
  private final CompletableFuture<Word> word = new CompletableFuture<>();

  // Mutable state, guarded by this
  private State state = State.WAITING;
  private @Nullable Thread thread;

  GuardCall(Registration.Guard guard, HookEvent event, GuardCounters counters) {
    this.guard = guard;
    this.event = event;
    this.counters = counters;
  }

  /** Completes with what the guard said, or that it did not. */
  CompletableFuture<Word> word() {
    return word;
  }

  private RunningExtension extension() {
    return guard.extension();
  }

  @Override
  public void run() {
    if (isStuck()) {
      passOver();
      return;
    }
    if (!begin()) {
      return;
    }
    HookAnswer answer = null;
    Throwable failure = null;
    try {
      answer = requireNonNull(guard.guard().judge(event), "the guard answered null");
    } catch (Throwable e) {
      failure = e;
    }
    if (!end()) {
      extension().lateCallReturned();
    } else if (answer == null) {
      failed(failure);
    } else {
      word.complete(Word.of(extension().name(), answer, took()));
    }
  }

  private synchronized boolean begin() {
    if (state != State.WAITING) {
      return false;
    }
    state = State.RUNNING;
    thread = Thread.currentThread();
    extension().called();
    return true;
  }

  /** Returns false when the deadline was first. */
  private synchronized boolean end() {
    boolean inTime = state == State.RUNNING;
    state = State.OVER;
    thread = null;
    // An interrupt was for the call, not for what this thread does next.
    boolean _ = Thread.interrupted();
    return inTime;
  }

  private void failed(@Nullable Throwable failure) {
    extension().failed();
    counters.failed();
    LOG.log(
        System.Logger.Level.WARNING,
        "The guard " + extension().name() + " failed on " + event.name(),
        failure);
    fail(failure == null ? "it failed" : "it failed: " + failure.getClass().getSimpleName());
  }

  /** The extension has a call that is late and has not returned: it is not asked. */
  boolean isStuck() {
    return extension().state() == RunningExtension.State.STUCK;
  }

  void passOver() {
    if (giveUp()) {
      extension().passedOver();
      counters.passedOver();
      fail("it is stuck in an earlier call");
    }
  }

  /** There is no room for the call. */
  void overloaded() {
    if (giveUp()) {
      counters.overloaded();
      fail("too many calls of it wait");
    }
  }

  private synchronized boolean giveUp() {
    boolean waits = state == State.WAITING;
    state = waits ? State.OVER : state;
    return waits;
  }

  /** The deadline has passed. */
  void late() {
    if (giveUp()) {
      counters.overloaded();
      fail("it was not its turn in time");
      return;
    }
    synchronized (this) {
      Thread running = thread;
      if (state != State.RUNNING || running == null) {
        return;
      }
      state = State.OVER;
      extension().callIsLate();
      extension().failed();
      running.interrupt();
    }
    counters.late();
    LOG.log(
        System.Logger.Level.WARNING,
        "The guard {0} is late on {1} and was interrupted; it is not asked until it returns.",
        extension().name(),
        event.name());
    fail("it was late");
  }

  private void fail(String why) {
    word.complete(Word.failed(extension().name(), guard.mode(), why, took()));
  }

  private Duration took() {
    return Duration.ofNanos(System.nanoTime() - begun);
  }
}
