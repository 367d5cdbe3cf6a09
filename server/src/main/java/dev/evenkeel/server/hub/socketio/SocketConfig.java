package dev.evenkeel.server.hub.socketio;

import java.time.Duration;

/**
 * How the server's side of Socket.IO behaves.
 *
 * @param connectTimeout how long a connection may take until it has joined its first namespace
 * @param maxAttachments how many binary attachments a packet may announce
 * @param maxAttachmentBytes the most bytes of a packet's attachments together
 * @param maxWaitingBytes the most bytes of attachments of all clients together that wait for the
 *     rest of their packets
 */
public record SocketConfig(
    Duration connectTimeout, int maxAttachments, int maxAttachmentBytes, long maxWaitingBytes) {

  /** The timeout is that of the protocol's own implementation. */
  public static final SocketConfig DEFAULT =
      new SocketConfig(Duration.ofSeconds(45), 64, 4_000_000, 16 << 20);

  public SocketConfig {
    if (connectTimeout.toMillis() < 1
        || maxAttachments < 0
        || maxAttachmentBytes < 0
        || maxWaitingBytes < 0) {
      throw new IllegalArgumentException(
          "connect timeout %s, max attachments %d, max attachment bytes %d, max waiting bytes %d; at least 1 ms, 0, 0 and 0"
              .formatted(connectTimeout, maxAttachments, maxAttachmentBytes, maxWaitingBytes));
    }
  }

  /** With another time for the first join. */
  public SocketConfig withConnectTimeout(Duration timeout) {
    return new SocketConfig(timeout, maxAttachments, maxAttachmentBytes, maxWaitingBytes);
  }

  /** With another limit for what all clients hold of unfinished packets. */
  public SocketConfig withMaxWaitingBytes(long bytes) {
    return new SocketConfig(connectTimeout, maxAttachments, maxAttachmentBytes, bytes);
  }
}
