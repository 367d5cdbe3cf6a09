package dev.evenkeel.server.hub.engineio;

import java.time.Duration;

/**
 * How the server's side of Engine.IO behaves. The first three are told to each client.
 *
 * @param pingInterval how long after a client's last answer it is asked again whether it is there
 * @param pingTimeout how long its answer may take. On a websocket the question can only be written
 *     when the client has read what is before it; the time begins then
 * @param maxPayload the most bytes of one message from a client, and of one request in long polling
 * @param upgradeTimeout how long a change from long polling to a websocket may take
 * @param maxSessions how many clients may be connected at a time
 * @param maxUnreadReplies the most bytes of answers that may wait for a client to read them; a
 *     client that goes on asking beyond it is closed, because it does not read
 * @param readTimeout how long nothing may be read of what is before the question until it can be
 *     written to a websocket. It frees what nobody else looks after: an application closes its
 *     clients that do not read earlier
 */
public record EngineConfig(
    Duration pingInterval,
    Duration pingTimeout,
    int maxPayload,
    Duration upgradeTimeout,
    int maxSessions,
    long maxUnreadReplies,
    Duration readTimeout) {

  /** The intervals are those of the protocol's own implementation. */
  public static final EngineConfig DEFAULT =
      new EngineConfig(
          Duration.ofSeconds(25),
          Duration.ofSeconds(20),
          1_000_000,
          Duration.ofSeconds(10),
          2_000,
          4 << 20,
          Duration.ofSeconds(120));

  public EngineConfig {
    if (pingInterval.toMillis() < 1
        || pingTimeout.toMillis() < 1
        || upgradeTimeout.toMillis() < 1
        || readTimeout.toMillis() < 1) {
      throw new IllegalArgumentException(
          "ping interval %s, ping timeout %s, upgrade timeout %s, read timeout %s; each is at least 1 ms"
              .formatted(pingInterval, pingTimeout, upgradeTimeout, readTimeout));
    }
    if (maxPayload < 1 || maxSessions < 1 || maxUnreadReplies < 1) {
      throw new IllegalArgumentException(
          "max payload %d, max sessions %d, max unread replies %d; each is at least 1"
              .formatted(maxPayload, maxSessions, maxUnreadReplies));
    }
  }

  /** With other times for the heartbeat. */
  public EngineConfig withHeartbeat(Duration interval, Duration timeout) {
    return new EngineConfig(
        interval, timeout, maxPayload, upgradeTimeout, maxSessions, maxUnreadReplies, readTimeout);
  }

  /** With room for another number of clients. */
  public EngineConfig withMaxSessions(int sessions) {
    return new EngineConfig(
        pingInterval,
        pingTimeout,
        maxPayload,
        upgradeTimeout,
        sessions,
        maxUnreadReplies,
        readTimeout);
  }

  /** With another limit for answers that nobody reads. */
  public EngineConfig withMaxUnreadReplies(long bytes) {
    return new EngineConfig(
        pingInterval, pingTimeout, maxPayload, upgradeTimeout, maxSessions, bytes, readTimeout);
  }

  /** With another time for a change of the transport. */
  public EngineConfig withUpgradeTimeout(Duration timeout) {
    return new EngineConfig(
        pingInterval, pingTimeout, maxPayload, timeout, maxSessions, maxUnreadReplies, readTimeout);
  }

  /** With another time for a client that does not read. */
  public EngineConfig withReadTimeout(Duration timeout) {
    return new EngineConfig(
        pingInterval,
        pingTimeout,
        maxPayload,
        upgradeTimeout,
        maxSessions,
        maxUnreadReplies,
        timeout);
  }
}
