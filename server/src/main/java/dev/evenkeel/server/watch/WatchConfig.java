package dev.evenkeel.server.watch;

import java.time.Duration;

/**
 * How the server watches itself.
 *
 * @param enabled whether samples are taken by themselves and alerts given
 * @param interval how long from one sample to the next
 * @param alertThresholdBytes resident memory above which there is an alert
 * @param autoCleanup whether an alert also looks through the bounded maps and gives memory back
 */
public record WatchConfig(
    boolean enabled, Duration interval, long alertThresholdBytes, boolean autoCleanup) {

  /** Every minute, 500 MB, with cleanup. */
  public static final WatchConfig DEFAULT =
      new WatchConfig(true, Duration.ofSeconds(60), 500L << 20, true);

  public WatchConfig {
    if (interval.toMillis() < 1) {
      throw new IllegalArgumentException(
          "evenkeel.watch.interval is " + interval + "; it has to be at least a millisecond");
    }
    if (alertThresholdBytes < 1) {
      throw new IllegalArgumentException(
          "evenkeel.watch.alert-threshold is "
              + alertThresholdBytes
              + "; it has to be at least one byte. To have no alerts, set evenkeel.watch.enabled to"
              + " false");
    }
  }
}
