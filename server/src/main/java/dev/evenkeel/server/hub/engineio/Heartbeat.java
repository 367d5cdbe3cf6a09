package dev.evenkeel.server.hub.engineio;

import java.time.Duration;

/**
 * Asks a client again and again whether it is there. In Engine.IO 4 it is the server who asks,
 * because browsers slow down the timers of pages in the background.
 */
final class Heartbeat {

  private final Strand strand;
  private final Duration interval;
  private final Duration timeout;
  private final Runnable ask;
  private final Runnable giveUp;

  // Mutable state, guarded by the strand
  private EventLoop.Timer timer = () -> {};
  private long round;

  /**
   * @param ask sends the question
   * @param giveUp is called when the answer did not come in time
   */
  Heartbeat(Strand strand, EngineConfig config, Runnable ask, Runnable giveUp) {
    this.strand = strand;
    this.interval = config.pingInterval();
    this.timeout = config.pingTimeout();
    this.ask = ask;
    this.giveUp = giveUp;
  }

  /** Begins, or goes on after the client has answered. */
  void rest() {
    next(
        interval,
        () -> {
          ask.run();
          next(timeout, giveUp);
        });
  }

  void stop() {
    round++;
    timer.cancel();
  }

  /** A timer that has just expired can be behind in the strand, so its round is looked at there. */
  private void next(Duration delay, Runnable step) {
    timer.cancel();
    long mine = ++round;
    timer =
        strand
            .loop()
            .schedule(
                delay,
                () ->
                    strand.execute(
                        () -> {
                          if (mine == round) {
                            step.run();
                          }
                        }));
  }
}
