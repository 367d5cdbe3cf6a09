package dev.evenkeel.extension;

/** What the agent is told when a guard throws, is late, or cannot be called. */
public enum FailureMode {
  /** Nothing: the agent goes on as without the guard. */
  OPEN,
  /** That the guard could not judge: a denial that says why. */
  CLOSED
}
