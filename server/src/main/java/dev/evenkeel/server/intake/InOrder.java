package dev.evenkeel.server.intake;

import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.budget.QueueState;
import dev.evenkeel.server.intake.Intake.Format;
import dev.evenkeel.server.intake.Intake.Outcome;
import dev.evenkeel.server.intake.Intake.Taking;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A line for the events of one sender, which are taken in the order in which they came: behind one
 * that is read or filtered on a pool the next ones wait. Any thread may call it; none is held up.
 */
public final class InOrder {

  /** So many of a line wait at most; more are shed. */
  static final int CAPACITY = 1024;

  private final Intake intake;
  private final InAll inAll;

  // Mutable state, guarded by this
  private final Queue<Waiting> waiting = new ArrayDeque<>(0);
  private boolean busy;

  private record Waiting(Format format, byte[] body, CompletableFuture<Outcome> outcome) {}

  /** What waits in all lines together. Whoever hands in a body has its bytes from the budget. */
  static final class InAll {

    // Mutable state, lock-free
    private final LongAdder events = new LongAdder();
    private final LongAdder bytes = new LongAdder();

    private void add(int count, long more) {
      events.add(count);
      bytes.add(more);
    }

    QueueState state(MemoryBudget budget) {
      return new QueueState("events-in-order", events.sum(), -1, bytes.sum(), budget.capacity());
    }
  }

  /**
   * @param inAll counts what waits, in this line and in others
   */
  InOrder(Intake intake, InAll inAll) {
    this.intake = intake;
    this.inAll = inAll;
  }

  /**
   * Takes one event as {@link Intake#take} does.
   *
   * @param body in UTF-8; it must not be changed afterwards
   */
  public CompletableFuture<Outcome> take(Format format, byte[] body) {
    synchronized (this) {
      if (busy) {
        return await(format, body);
      }
      busy = true;
    }
    Taking first = intake.begin(format, body);
    goOnAfter(first);
    return first.outcome();
  }

  private CompletableFuture<Outcome> await(Format format, byte[] body) {
    if (waiting.size() >= CAPACITY) {
      return CompletableFuture.completedFuture(intake.shed());
    }
    var outcome = new CompletableFuture<Outcome>();
    waiting.add(new Waiting(format, body, outcome));
    inAll.add(1, body.length);
    return outcome;
  }

  /**
   * Begins those that wait, up to one that is not placed at once: that one goes on with the rest.
   */
  private void goOnAfter(Taking taking) {
    Taking before = taking;
    while (before.placed().isDone()) {
      Waiting next = next();
      if (next == null) {
        return;
      }
      before = intake.begin(next.format(), next.body());
      complete(next.outcome(), before.outcome());
    }
    Taking last = before;
    var _ = last.placed().whenComplete((placed, failure) -> goOnAfter(last));
  }

  private synchronized @Nullable Waiting next() {
    Waiting next = waiting.poll();
    if (next == null) {
      busy = false;
    } else {
      inAll.add(-1, -next.body().length);
    }
    return next;
  }

  private static void complete(CompletableFuture<Outcome> outcome, CompletableFuture<Outcome> by) {
    var _ =
        by.whenComplete(
            (result, failure) -> {
              if (failure == null) {
                outcome.complete(result);
              } else {
                outcome.completeExceptionally(failure);
              }
            });
  }
}
