package dev.evenkeel.server.target;

import java.time.Duration;

/**
 * How each target's connections are used. The first two are what people set; the rest is for tests
 * and rare cases.
 *
 * @param maxConnections the most connections to one target, and so its slots
 * @param cleanupInterval a connection that had nothing to send for so long is closed
 * @param windowEvents the most events of a slot that wait for their acknowledgement. With 64 the
 *     client reaches its full rate of about 20,000 events a second
 * @param windowBytes the most bytes of them; a larger event goes alone
 * @param acknowledgeTimeout after so long without an acknowledgement the connection is replaced
 * @param acknowledgeProbe how long {@link Acknowledge#AUTO} waits for the first one
 * @param backoffMin the first pause after a failure; each further one is twice as long
 * @param backoffMax the longest pause
 * @param connectTimeout the time from the first packet until the target has let us in
 * @param closeTimeout how long a close waits for the target's confirmation
 */
public record PoolConfig(
    int maxConnections,
    Duration cleanupInterval,
    int windowEvents,
    int windowBytes,
    Duration acknowledgeTimeout,
    Duration acknowledgeProbe,
    Duration backoffMin,
    Duration backoffMax,
    Duration connectTimeout,
    Duration closeTimeout) {

  /** The most connections that can be set: there are 256 lanes to share out. */
  public static final int MOST_CONNECTIONS = 64;

  /** What holds when nothing is set. */
  public static final PoolConfig DEFAULT =
      new PoolConfig(
          3,
          Duration.ofSeconds(60),
          64,
          1 << 20,
          Duration.ofSeconds(10),
          Duration.ofSeconds(2),
          Duration.ofMillis(100),
          Duration.ofSeconds(30),
          Duration.ofSeconds(10),
          Duration.ofSeconds(3));

  public PoolConfig {
    atLeast("max-connections", maxConnections, 1, "a pool needs at least 1");
    if (maxConnections > MOST_CONNECTIONS) {
      throw new IllegalArgumentException(
          "evenkeel.pool.max-connections is "
              + maxConnections
              + "; at most "
              + MOST_CONNECTIONS
              + " are possible");
    }
    atLeast("window-events", windowEvents, 1, "at least 1 event has to be on its way");
    atLeast("window-bytes", windowBytes, 1, "at least 1 byte has to be on its way");
    if (windowEvents > 10_000 || windowBytes > 8 << 20) {
      throw new IllegalArgumentException(
          "evenkeel.pool.window-events and window-bytes are "
              + windowEvents
              + " and "
              + windowBytes
              + "; at most 10000 and 8388608 are possible");
    }
    positive("cleanup-interval", cleanupInterval);
    positive("acknowledge-timeout", acknowledgeTimeout);
    positive("acknowledge-probe", acknowledgeProbe);
    positive("backoff-min", backoffMin);
    positive("backoff-max", backoffMax);
    positive("connect-timeout", connectTimeout);
    positive("close-timeout", closeTimeout);
    if (backoffMax.compareTo(backoffMin) < 0) {
      throw new IllegalArgumentException(
          "evenkeel.pool.backoff-max is " + backoffMax + "; backoff-min is greater: " + backoffMin);
    }
  }

  private static void atLeast(String key, int value, int least, String why) {
    if (value < least) {
      throw new IllegalArgumentException("evenkeel.pool." + key + " is " + value + "; " + why);
    }
  }

  private static void positive(String key, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(
          "evenkeel.pool." + key + " is " + value + "; it needs to be longer than nothing");
    }
  }

  /** The same with another number of connections. */
  public PoolConfig withMaxConnections(int value) {
    return new PoolConfig(
        value,
        cleanupInterval,
        windowEvents,
        windowBytes,
        acknowledgeTimeout,
        acknowledgeProbe,
        backoffMin,
        backoffMax,
        connectTimeout,
        closeTimeout);
  }

  /** The same with another time after which an idle connection is closed. */
  public PoolConfig withCleanupInterval(Duration value) {
    return new PoolConfig(
        maxConnections,
        value,
        windowEvents,
        windowBytes,
        acknowledgeTimeout,
        acknowledgeProbe,
        backoffMin,
        backoffMax,
        connectTimeout,
        closeTimeout);
  }

  /** The same with another window. */
  public PoolConfig withWindow(int events, int bytes) {
    return new PoolConfig(
        maxConnections,
        cleanupInterval,
        events,
        bytes,
        acknowledgeTimeout,
        acknowledgeProbe,
        backoffMin,
        backoffMax,
        connectTimeout,
        closeTimeout);
  }

  /** The same with other waits for acknowledgements. */
  public PoolConfig withAcknowledge(Duration timeout, Duration probe) {
    return new PoolConfig(
        maxConnections,
        cleanupInterval,
        windowEvents,
        windowBytes,
        timeout,
        probe,
        backoffMin,
        backoffMax,
        connectTimeout,
        closeTimeout);
  }

  /** The same with other pauses after failures. */
  public PoolConfig withBackoff(Duration min, Duration max) {
    return new PoolConfig(
        maxConnections,
        cleanupInterval,
        windowEvents,
        windowBytes,
        acknowledgeTimeout,
        acknowledgeProbe,
        min,
        max,
        connectTimeout,
        closeTimeout);
  }

  /** The same with other waits for a connection to open and to close. */
  public PoolConfig withTimeouts(Duration connect, Duration close) {
    return new PoolConfig(
        maxConnections,
        cleanupInterval,
        windowEvents,
        windowBytes,
        acknowledgeTimeout,
        acknowledgeProbe,
        backoffMin,
        backoffMax,
        connect,
        close);
  }
}
