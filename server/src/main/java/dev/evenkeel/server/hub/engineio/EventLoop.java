package dev.evenkeel.server.hub.engineio;

import java.time.Duration;

/** A thread of the edge that runs short tasks one after the other. */
public interface EventLoop {

  /** Something that will happen, unless it is cancelled. */
  @FunctionalInterface
  interface Timer {

    /** Cancels it; after it happened, this does nothing. */
    void cancel();
  }

  /** Runs a task later, in the order of the calls. Any thread may call this. */
  void execute(Runnable task);

  /** Runs a task after the delay. Any thread may call this. */
  Timer schedule(Duration delay, Runnable task);
}
