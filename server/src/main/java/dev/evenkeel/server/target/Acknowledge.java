package dev.evenkeel.server.target;

/** Whether events are counted as delivered when the target acknowledges them. */
public enum Acknowledge {
  /**
   * Finds out whether the target acknowledges, and asks for it again with each event. That it does
   * is remembered over a restart, until it lets three connections go without an acknowledgement.
   */
  AUTO,
  /** Waits for acknowledgements: delivery is at least once. */
  ALWAYS,
  /** Asks for none: what was on the way when a connection broke may be lost. */
  NEVER
}
