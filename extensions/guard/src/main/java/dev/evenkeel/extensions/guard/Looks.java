package dev.evenkeel.extensions.guard;

/**
 * How often the patterns of all rules together may still look at a character of one event. Guards
 * are asked where agents wait, and other agents' events behind them: {@value #OF_AN_EVENT} looks
 * take some tens of milliseconds, whatever the rules and the texts are.
 */
final class Looks {

  /** An event of 64 KB has enough for sixty plain patterns over all of its text. */
  static final int OF_AN_EVENT = 4_000_000;

  // Mutable state, owned by the thread that judges the event
  private int left;

  Looks(int most) {
    left = most;
  }

  void take() {
    if (left <= 0) {
      throw new OverException();
    }
    left--;
  }

  boolean areOver() {
    return left <= 0;
  }

  int left() {
    return left;
  }

  /** There are none left. */
  static final class OverException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OverException() {
      super("too many looks", null, false, false);
    }
  }
}
