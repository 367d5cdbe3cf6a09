package dev.evenkeel.server.log;

import dev.evenkeel.extension.Session;

/**
 * A share of all sessions: every {@code slots}th lane, beginning with {@code slot}.
 *
 * @param slot which share, 0 to {@code slots} - 1
 * @param slots how many shares there are, 1 to {@value #COUNT}
 */
public record Lanes(int slot, int slots) {

  /** How many lanes the sessions are spread over. */
  public static final int COUNT = 256;

  /** All sessions. */
  public static final Lanes ALL = new Lanes(0, 1);

  public Lanes {
    if (slots < 1 || slots > COUNT || slot < 0 || slot >= slots) {
      throw new IllegalArgumentException("slot " + slot + " of " + slots);
    }
  }

  /** The lane of a session: the same in every run of the server. */
  public static int of(Session session) {
    int hash = 31 * session.source().hashCode() + session.id().hashCode();
    hash ^= hash >>> 16;
    hash *= 0x85ebca6b;
    hash ^= hash >>> 13;
    return hash & (COUNT - 1);
  }

  /** Whether a lane belongs to this share. */
  public boolean include(int lane) {
    return lane % slots == slot;
  }
}
