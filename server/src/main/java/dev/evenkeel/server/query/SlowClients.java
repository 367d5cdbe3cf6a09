package dev.evenkeel.server.query;

import java.time.Duration;

/**
 * How slow the reader of a page may be.
 *
 * @param longest whoever has not taken a page after this time loses the connection, and the page
 *     its memory
 */
public record SlowClients(Duration longest) {

  /** Half a minute: a page of 8 MB over a line of 2 MBit/s. */
  public static final SlowClients DEFAULT = new SlowClients(Duration.ofSeconds(30));
}
