package dev.evenkeel.soak;

/**
 * A fault that happened.
 *
 * @param fromMillis since the run began
 * @param untilMillis when it was lifted, or its last blow fell
 * @param levelMillis when everything had caught up; -1 when it never did
 * @param lost events that a receiver lacks for good by then
 * @param repeats that came in its course
 */
record FaultRow(
    String name,
    String what,
    long fromMillis,
    long untilMillis,
    long levelMillis,
    long lost,
    long repeats) {

  /** How long after that everything had caught up, in milliseconds; -1 when it never did. */
  long backAfterMillis() {
    return levelMillis < 0 ? -1 : levelMillis - untilMillis;
  }
}
