package dev.evenkeel.server.intake;

import dev.evenkeel.server.budget.MemoryBudget;
import io.vertx.core.buffer.Buffer;
import java.util.Arrays;

/** Bytes that come piece by piece, in memory that was reserved before. One thread. */
final class ReservedBytes {

  /** All of the bytes. Whoever has them gives {@code reserved} back to the budget. */
  record Whole(byte[] bytes, long reserved) {}

  private static final int FIRST_PIECE = 8 << 10;

  /** Growing fast saves copies of large bodies, while there is memory to spare. */
  private static final int FAST = 4;

  private static final int SLOW = 2;

  private final MemoryBudget budget;

  // Mutable state, owned by the event loop; what is reserved is the length of the array
  private byte[] bytes = new byte[0];
  private int length;

  ReservedBytes(MemoryBudget budget) {
    this.budget = budget;
  }

  int length() {
    return length;
  }

  /**
   * Makes room for so many bytes in all, and for more to come.
   *
   * @param most how many there will be at most
   * @return false when there is no memory for them; then nothing has changed
   */
  boolean makeRoom(int needed, long most) {
    if (needed <= bytes.length) {
      return true;
    }
    int fast = capacity(needed, most, FAST);
    int slow = capacity(needed, most, SLOW);
    if (budget.reserveSpare(fast - bytes.length)) {
      bytes = Arrays.copyOf(bytes, fast);
      return true;
    }
    if (budget.reserve(slow - bytes.length)) {
      bytes = Arrays.copyOf(bytes, slow);
      return true;
    }
    return false;
  }

  private int capacity(int needed, long most, long times) {
    return (int) Math.max(needed, Math.min(most, Math.max(FIRST_PIECE, times * bytes.length)));
  }

  /** Adds a part of the piece; room was made for it. */
  void append(Buffer piece, int from, int to) {
    piece.getBytes(from, to, bytes, length);
    length += to - from;
  }

  /** Hands out what came, and begins anew. */
  Whole take() {
    budget.release(bytes.length - length);
    var whole = new Whole(length == bytes.length ? bytes : Arrays.copyOf(bytes, length), length);
    bytes = new byte[0];
    length = 0;
    return whole;
  }

  /** Forgets what came, and begins anew. */
  void giveBack() {
    budget.release(bytes.length);
    bytes = new byte[0];
    length = 0;
  }
}
