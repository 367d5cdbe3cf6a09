package dev.evenkeel.server.hub.vertx;

import dev.evenkeel.server.hub.engineio.WaitingBytes;
import io.vertx.core.buffer.Buffer;
import java.util.Arrays;

/** Bytes that come piece by piece, and count as waiting for as long as they are kept here. */
final class Gathered {

  private static final int FIRST_PIECE = 1 << 10;
  private static final byte[] NOTHING = {};

  private final WaitingBytes.Held held;
  private final int most;

  // Mutable state, guarded by the loop of its user; what is held is the length of the array
  private byte[] bytes = NOTHING;
  private int length;

  /**
   * @param most how many there will be at most
   */
  Gathered(WaitingBytes.Held held, int most) {
    this.held = held;
    this.most = most;
  }

  int length() {
    return length;
  }

  /** Adds a piece, or returns false when there is no room for it; then nothing has changed. */
  boolean add(Buffer piece) {
    int needed = length + piece.length();
    if (needed > bytes.length) {
      int doubled = Math.min(most, Math.max(FIRST_PIECE, 2 * bytes.length));
      int capacity = Math.max(needed, doubled);
      if (!held.become(capacity)) {
        return false;
      }
      bytes = Arrays.copyOf(bytes, capacity);
    }
    piece.getBytes(bytes, length);
    length = needed;
    return true;
  }

  /** All that came; they stay here until {@link #forget}. */
  byte[] whole() {
    return Arrays.copyOf(bytes, length);
  }

  void forget() {
    bytes = NOTHING;
    length = 0;
    held.free();
  }
}
