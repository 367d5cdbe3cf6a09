package dev.evenkeel.server.handler;

import java.time.Duration;

/**
 * How the handler works.
 *
 * @param deadline what all processors of one event may take together
 * @param window the most events between the log and their publication
 * @param windowBytes the most bytes of payloads there, and of what came of them and is not written;
 *     one larger event goes alone
 * @param cleanupIntervalEvents after how many events the bounded maps are looked through
 * @param debug whether to log each cleanup, the handler's start and its reuse
 */
public record HandlerConfig(
    Duration deadline, int window, long windowBytes, int cleanupIntervalEvents, boolean debug) {

  /**
   * Ten seconds, a thousand events, 16 MB, a cleanup every 100 events. No agent waits for a
   * processor, so the deadline is for calls that hang: on a busy machine a good one may take a
   * second.
   */
  public static final HandlerConfig DEFAULT =
      new HandlerConfig(Duration.ofSeconds(10), 1024, 16 << 20, 100, false);

  public HandlerConfig {
    if (cleanupIntervalEvents < 1) {
      throw new IllegalArgumentException(
          "evenkeel.state.cleanup-interval-events is "
              + cleanupIntervalEvents
              + "; it has to be at least 1");
    }
  }
}
