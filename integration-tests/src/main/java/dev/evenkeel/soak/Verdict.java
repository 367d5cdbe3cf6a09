package dev.evenkeel.soak;

/**
 * What a run shows about one promise.
 *
 * @param name a short one, {@code heap-level}
 * @param promise what was promised, in a sentence
 * @param figure what was measured, with its unit
 * @param limit what it may be at most
 * @param detail what helps to find the cause; empty when there is nothing to say
 */
public record Verdict(
    String name, String promise, String figure, String limit, Outcome outcome, String detail) {

  /** How it came out. */
  public enum Outcome {
    /** The promise was kept. */
    PASSED,
    /** It was broken. */
    FAILED,
    /** What was measured is above the limit, but may be so by chance. */
    UNSURE,
    /** The run was too short, or of another kind, to tell. */
    NOT_JUDGED
  }

  static Verdict of(
      String name, String promise, String figure, String limit, boolean passed, String detail) {
    Outcome outcome = passed ? Outcome.PASSED : Outcome.FAILED;
    return new Verdict(name, promise, figure, limit, outcome, detail);
  }

  static Verdict unsure(String name, String promise, String figure, String limit, String detail) {
    return new Verdict(name, promise, figure, limit, Outcome.UNSURE, detail);
  }

  static Verdict notJudged(String name, String promise, String limit, String why) {
    return new Verdict(name, promise, "-", limit, Outcome.NOT_JUDGED, why);
  }

  /** Whether the run does not fail by it. */
  public boolean isGood() {
    return outcome != Outcome.FAILED;
  }

  /** Whether it was neither kept nor broken. */
  boolean isOpen() {
    return outcome == Outcome.UNSURE || outcome == Outcome.NOT_JUDGED;
  }

  @Override
  public String toString() {
    return "%-10s %-20s %s (limit %s)%s"
        .formatted(outcome, name, figure, limit, detail.isEmpty() ? "" : ": " + detail);
  }
}
