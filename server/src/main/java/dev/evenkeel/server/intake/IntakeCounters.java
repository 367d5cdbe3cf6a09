package dev.evenkeel.server.intake;

import java.util.concurrent.atomic.LongAdder;

/** What became of the events that came. Each is counted once, when that is known. */
public final class IntakeCounters {

  private final LongAdder accepted = new LongAdder();
  private final LongAdder merged = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder shed = new LongAdder();
  private final LongAdder withheld = new LongAdder();

  /**
   * The sums at one moment.
   *
   * @param received the others together
   * @param accepted handed to the log
   * @param merged came a second time
   * @param rejected no event, or too large, or the server failed: its sender was told
   * @param shed passed over because memory was short
   * @param withheld accepted without their payload, because a filter failed or was late
   */
  public record Sums(
      long received, long accepted, long merged, long rejected, long shed, long withheld) {}

  void accepted() {
    accepted.increment();
  }

  void merged() {
    merged.increment();
  }

  void rejected() {
    rejected.increment();
  }

  void shed() {
    shed.increment();
  }

  void withheld() {
    withheld.increment();
  }

  /** The sums now. They add up. */
  public Sums sums() {
    long a = accepted.sum();
    long m = merged.sum();
    long r = rejected.sum();
    long s = shed.sum();
    return new Sums(a + m + r + s, a, m, r, s, withheld.sum());
  }
}
