package dev.evenkeel.server.guard;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.extension.HookAnswer;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.extension.Permit;
import dev.evenkeel.server.extension.Registration;
import dev.evenkeel.server.extension.RunningExtension;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One call of one guard. Whoever is first decides: the guard by its answer, or the deadline. A
 * guard that is late is interrupted, and its answer no longer counts.
 */
final class GuardCall implements Runnable {

  private enum State {
    WAITING,
    RUNNING,
    OVER
  }

  /** Whether the call begins. */
  private enum Begin {
    BEGUN,
    /** The deadline was first. */
    OVER,
    /** The extension is stuck or pauses. */
    PASSED_OVER,
    /** The extension was exchanged or switched off meanwhile. */
    GONE
  }

  /** A call that has begun. */
  private record Running(Thread thread, Permit permit) {}

  private final Function<Registration.Guard, Registration.@Nullable Guard> successor;
  private final HookEvent event;
  private final GuardCounters counters;
  private final long begun = System.nanoTime();
  private final CompletableFuture<Word> word = new CompletableFuture<>();

  // Mutable state, guarded by this
  private Registration.Guard guard;
  private State state = State.WAITING;
  private @Nullable Running running;

  /**
   * @param successor the guard that has taken a guard's place in an exchange, or null
   */
  GuardCall(
      Registration.Guard guard,
      HookEvent event,
      GuardCounters counters,
      Function<Registration.Guard, Registration.@Nullable Guard> successor) {
    this.guard = guard;
    this.successor = successor;
    this.event = event;
    this.counters = counters;
  }

  /** Completes with what the guard said, or that it did not. */
  CompletableFuture<Word> word() {
    return word;
  }

  private synchronized Registration.Guard guard() {
    return guard;
  }

  private RunningExtension extension() {
    return guard().extension();
  }

  @Override
  public void run() {
    Begin begin = begin();
    while (begin == Begin.GONE) {
      begin = exchange() ? begin() : Begin.OVER;
    }
    switch (begin) {
      case BEGUN -> judge(guard());
      case PASSED_OVER -> passOver();
      case OVER, GONE -> {}
    }
  }

  private void judge(Registration.Guard asked) {
    RunningExtension extension = asked.extension();
    Permit permit = permit();
    HookAnswer answer = null;
    Throwable failure = null;
    long start = System.nanoTime();
    try {
      answer =
          requireNonNull(
              extension.call(() -> asked.guard().judge(event)), "the guard answered null");
    } catch (Throwable e) {
      failure = e;
    }
    long nanos = System.nanoTime() - start;
    if (!end()) {
      extension.lateCallReturned(nanos);
      return;
    }
    extension.leaveBeside();
    if (failure != null || answer == null) {
      Throwable why = failure == null ? new NullPointerException() : failure;
      extension.failedBeside(permit, "the guard of " + event.name(), why, nanos);
      counters.failed();
      fail("it failed: " + why.getClass().getSimpleName());
    } else {
      extension.succeeded(permit, nanos);
      word.complete(Word.of(extension.name(), answer, took()));
    }
  }

  /** Who gets BEGUN has entered the extension, and leaves it again. */
  private synchronized Begin begin() {
    if (state != State.WAITING) {
      return Begin.OVER;
    }
    RunningExtension extension = guard.extension();
    if (!extension.enterBeside()) {
      return Begin.GONE;
    }
    Permit permit = extension.admit();
    if (permit == null) {
      extension.leaveBeside();
      return Begin.PASSED_OVER;
    }
    state = State.RUNNING;
    running = new Running(Thread.currentThread(), permit);
    extension.called();
    return Begin.BEGUN;
  }

  private synchronized Permit permit() {
    return requireNonNull(running, "the call has not begun").permit();
  }

  /** Goes on with the guard of now; without one, there is nobody left who could say anything. */
  private boolean exchange() {
    Registration.Guard next = successor.apply(guard());
    if (next == null) {
      if (giveUp()) {
        word.complete(Word.of(extension().name(), HookAnswer.none(), took()));
      }
      return false;
    }
    synchronized (this) {
      guard = next;
    }
    return true;
  }

  /** Returns false when the deadline was first. */
  private synchronized boolean end() {
    boolean inTime = state == State.RUNNING;
    state = State.OVER;
    running = null;
    // An interrupt was for the call, not for what this thread does next.
    boolean _ = Thread.interrupted();
    return inTime;
  }

  /** The extension has a call that is late and has not returned: it is not asked. */
  boolean isStuck() {
    return extension().state() == RunningExtension.State.STUCK;
  }

  void passOver() {
    if (giveUp()) {
      extension().passedOver();
      counters.passedOver();
      fail(isStuck() ? "it is stuck in an earlier call" : "it pauses after many failures");
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
      Running now = running;
      if (state != State.RUNNING || now == null) {
        return;
      }
      state = State.OVER;
      guard.extension().callIsLate(now.permit(), "the guard of " + event.name());
      guard.extension().leaveBeside();
      now.thread().interrupt();
    }
    counters.late();
    fail("it was late");
  }

  private void fail(String why) {
    Registration.Guard asked = guard();
    word.complete(Word.failed(asked.extension().name(), asked.mode(), why, took()));
  }

  private Duration took() {
    return Duration.ofNanos(System.nanoTime() - begun);
  }
}
