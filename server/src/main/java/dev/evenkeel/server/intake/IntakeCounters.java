package dev.evenkeel.server.intake;

import java.util.concurrent.atomic.LongAdder;

/**
 * What came, and what became of it. Each event is counted twice: as received when it is taken in
 * hand, and once more when it is known what became of it. When nothing is under way, {@code
 * received} is the sum of {@code accepted}, {@code merged}, {@code rejected} and {@code shed}.
 */
public final class IntakeCounters {

  private final LongAdder received = new LongAdder();
  private final LongAdder accepted = new LongAdder();
  private final LongAdder merged = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder shed = new LongAdder();
  private final LongAdder withheld = new LongAdder();

  /**
   * The sums at one moment.
   *
   * @param received came: those below, and those under way
   * @param accepted handed to the log
   * @param merged came a second time
   * @param rejected no event, or too large, or the server failed: its sender was told
   * @param shed passed over because memory was short, or a large body waited too long
   * @param withheld accepted without their payload, because a filter failed or was late
   */
  public record Sums(
      long received, long accepted, long merged, long rejected, long shed, long withheld) {}

  void received() {
    received.increment();
  }

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

  /** The sums now. What is counted meanwhile is at most missing among what became of events. */
  public Sums sums() {
    long a = accepted.sum();
    long m = merged.sum();
    long r = rejected.sum();
    long s = shed.sum();
    long w = withheld.sum();
    return new Sums(received.sum(), a, m, r, s, w);
  }
}
