package dev.evenkeel.server.hub.socketio;

import java.time.Duration;

/**
 * How the server's side of Socket.IO behaves.
 *
 * @param connectTimeout how long a connection may take until it has joined its first namespace
 * @param maxAttachments how many binary attachments a packet may announce
 * @param maxAttachmentBytes the most bytes of a packet's attachments together
 */
public record SocketConfig(Duration connectTimeout, int maxAttachments, int maxAttachmentBytes) {

  /** The timeout is that of the protocol's own implementation. */
  public static final SocketConfig DEFAULT =
      new SocketConfig(Duration.ofSeconds(45), 64, 4_000_000);

  public SocketConfig {
    if (connectTimeout.toMillis() < 1 || maxAttachments < 0 || maxAttachmentBytes < 0) {
      throw new IllegalArgumentException(
          "connect timeout %s, max attachments %d, max attachment bytes %d; at least 1 ms, 0 and 0"
              .formatted(connectTimeout, maxAttachments, maxAttachmentBytes));
    }
  }

  /** With another time for the first join. */
  public SocketConfig withConnectTimeout(Duration timeout) {
    return new SocketConfig(timeout, maxAttachments, maxAttachmentBytes);
  }
}
