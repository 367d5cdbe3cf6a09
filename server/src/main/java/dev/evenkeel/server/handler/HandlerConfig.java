package dev.evenkeel.server.handler;

import java.time.Duration;

/**
 * How the handler works.
 *
 * @param deadline what all processors of one event may take together
 * @param window the most events between the log and their publication
 * @param windowBytes the most bytes of payloads there; one larger event goes alone
 * @param cleanupIntervalEvents after how many events the bounded maps are looked through
 * @param debug whether to log each cleanup, the handler's start and its reuse
 */
public record HandlerConfig(
    Duration deadline, int window, long windowBytes, int cleanupIntervalEvents, boolean debug) {

  /** One second, a thousand events, 16 MB, a cleanup every 100 events. */
  public static final HandlerConfig DEFAULT =
      new HandlerConfig(Duration.ofSeconds(1), 1024, 16 << 20, 100, false);

  public HandlerConfig {
    if (cleanupIntervalEvents < 1) {
      throw new IllegalArgumentException(
          "evenkeel.state.cleanup-interval-events is "
              + cleanupIntervalEvents
              + "; it has to be at least 1");
    }
  }
}
