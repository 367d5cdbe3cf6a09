package dev.evenkeel.server.intake;

import dev.evenkeel.server.budget.QueueState;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where large bodies are read and filtered, off the event loops: few at once. Each waits a while
 * for its turn, and is passed over then, because others wait for the memory that it holds.
 */
final class LargeBodies implements AutoCloseable {

  /** Bodies that are worked on at once, as far as {@link #atWork} lets them. */
  static final int AT_ONCE = 2;

  /**
   * How long a body waits for its turn: longer than {@code bin/evenkeel hook} waits for the answer,
   * because an event is worth keeping that its agent waits for no longer.
   */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Duration patience;
  private final IntakePool pool = new IntakePool("intake-pool", AT_ONCE);

  /**
   * The bytes of bodies that are worked on at once: as many as the largest has. While one is
   * filtered it takes several times its size, beside the others that wait.
   */
  private final Semaphore atWork = new Semaphore(Intake.MAX_BYTES, true);

  LargeBodies() {
    this(PATIENCE);
  }

  LargeBodies(Duration patience) {
    this.patience = patience;
  }

  /**
   * Works on a body when it is its turn, on a thread of the pool.
   *
   * @param work what is done with it; completes with what came of it
   * @param otherwise what came of it when its turn did not come in time, or too many wait
   */
  <T> CompletableFuture<T> take(
      int bytes, Supplier<CompletableFuture<T>> work, Supplier<T> otherwise) {
    var turn = new Turn<>(Math.min(bytes, Intake.MAX_BYTES), work, otherwise);
    turn.await();
    return turn.outcome;
  }

  QueueState state() {
    return pool.state();
  }

  @Override
  public void close() {
    pool.close();
  }

  /** A body that waits for its turn. */
  private final class Turn<T> implements Runnable {
    private final int bytes;
    private final Supplier<CompletableFuture<T>> work;
    private final Supplier<T> otherwise;
    private final long until = System.nanoTime() + patience.toNanos();
    private final CompletableFuture<T> outcome = new CompletableFuture<>();

    // Mutable state, lock-free: the first to come decides whether it is worked on
    private final AtomicBoolean decided = new AtomicBoolean();
    private volatile @Nullable Future<?> timer;

    Turn(int bytes, Supplier<CompletableFuture<T>> work, Supplier<T> otherwise) {
      this.bytes = bytes;
      this.work = work;
      this.otherwise = otherwise;
    }

    void await() {
      try {
        timer = pool.after(patience, this::lostPatience);
        pool.execute(this);
      } catch (RejectedExecutionException e) {
        passOver();
      }
    }

    private void lostPatience() {
      pool.forget(this);
      passOver();
    }

    private void passOver() {
      if (decide()) {
        outcome.complete(otherwise.get());
      }
    }

    private boolean decide() {
      Future<?> waiting = timer;
      if (waiting != null) {
        waiting.cancel(false);
      }
      return decided.compareAndSet(false, true);
    }

    @Override
    public void run() {
      if (!acquire()) {
        passOver();
        return;
      }
      CompletableFuture<T> worked;
      try {
        if (!decide()) {
          return;
        }
        worked = work.get();
      } catch (RuntimeException | Error e) {
        worked = CompletableFuture.failedFuture(e);
      } finally {
        atWork.release(bytes);
      }
      var _ =
          worked.whenComplete(
              (result, failure) -> {
                if (failure == null) {
                  outcome.complete(result);
                } else {
                  outcome.completeExceptionally(failure);
                }
              });
    }

    private boolean acquire() {
      try {
        return atWork.tryAcquire(bytes, until - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }
}
