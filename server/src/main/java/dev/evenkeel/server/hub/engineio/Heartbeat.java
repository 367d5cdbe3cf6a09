package dev.evenkeel.server.hub.engineio;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Asks a client again and again whether it is there. In Engine.IO 4 it is the server who asks,
 * because browsers slow down the timers of pages in the background.
 *
 * <p>The time for the answer begins when the question has left, not while it waits behind what the
 * client has not read: who pauses is there, and so is who reads something large slowly.
 */
final class Heartbeat {

  private final Strand strand;
  private final Duration interval;
  private final Duration timeout;
  private final Duration readTimeout;
  private final LongSupplier progress;
  private final Runnable ask;
  private final Consumer<String> giveUp;

  // Mutable state, guarded by the strand
  private EventLoop.Timer timer = () -> {};
  private long round;
  private boolean asking;

  /**
   * @param progress grows while the client reads
   * @param ask sends the question; {@link #asked} has to be called when it has left
   * @param giveUp is given the reason when the client did not read or answer in time
   */
  Heartbeat(
      Strand strand,
      EngineConfig config,
      LongSupplier progress,
      Runnable ask,
      Consumer<String> giveUp) {
    this.strand = strand;
    this.interval = config.pingInterval();
    this.timeout = config.pingTimeout();
    this.readTimeout = config.readTimeout();
    this.progress = progress;
    this.ask = ask;
    this.giveUp = giveUp;
  }

  /** Begins, or goes on after the client has answered. */
  void rest() {
    asking = false;
    next(
        interval,
        () -> {
          asking = true;
          awaitReading();
          ask.run();
        });
  }

  private void awaitReading() {
    long before = progress.getAsLong();
    next(
        readTimeout,
        () -> {
          if (progress.getAsLong() == before) {
            giveUp.accept(CloseReason.DOES_NOT_READ);
          } else {
            awaitReading();
          }
        });
  }

  /** The question has left: from now on the answer is due. */
  void asked() {
    if (asking) {
      asking = false;
      next(timeout, () -> giveUp.accept(CloseReason.PING_TIMEOUT));
    }
  }

  void stop() {
    asking = false;
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
