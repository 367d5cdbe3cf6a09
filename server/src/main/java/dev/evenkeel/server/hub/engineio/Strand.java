package dev.evenkeel.server.hub.engineio;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs the tasks of one session one at a time and in order, on an event loop that can change while
 * it lives: a session begins on the loop of its first request, and moves to that of its websocket,
 * so that nothing has to cross threads from then on.
 */
final class Strand {

  /** After so many tasks other sessions of the loop have their turn. */
  private static final int TURN = 256;

  private final Runnable afterTurn;

  // Mutable state. Tasks: any thread. The loop: changed by a task of this strand only.
  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private volatile EventLoop loop;

  /**
   * @param afterTurn runs after the last of a few tasks that ran in a row: here what they produced
   *     is sent together
   */
  Strand(EventLoop loop, Runnable afterTurn) {
    this.loop = loop;
    this.afterTurn = afterTurn;
  }

  /** Runs a task on the loop, never within this call. */
  void execute(Runnable task) {
    tasks.add(task);
    if (scheduled.compareAndSet(false, true)) {
      loop.execute(this::run);
    }
  }

  /** The loop that its tasks run on now. */
  EventLoop loop() {
    return loop;
  }

  /** Goes on on another loop after the task that calls this. */
  void moveTo(EventLoop other) {
    loop = other;
  }

  private void run() {
    EventLoop mine = loop;
    try {
      for (int i = 0; i < TURN && loop.equals(mine); i++) {
        Runnable task = tasks.poll();
        if (task == null) {
          break;
        }
        task.run();
      }
      if (loop.equals(mine)) {
        afterTurn.run();
      }
    } finally {
      goOn(mine);
    }
  }

  private void goOn(EventLoop mine) {
    if (!loop.equals(mine)) {
      loop.execute(this::run); // also when there is no task: the new loop sends what is left
      return;
    }
    scheduled.set(false);
    if (!tasks.isEmpty() && scheduled.compareAndSet(false, true)) {
      loop.execute(this::run);
    }
  }
}
