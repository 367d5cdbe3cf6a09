package dev.evenkeel.server.guard;

import java.util.concurrent.atomic.LongAdder;

/** What guards were asked and said. */
public final class GuardCounters {

  private final LongAdder judged = new LongAdder();
  private final LongAdder denied = new LongAdder();
  private final LongAdder asked = new LongAdder();
  private final LongAdder allowed = new LongAdder();
  private final LongAdder contexts = new LongAdder();
  private final LongAdder inputs = new LongAdder();
  private final LongAdder undelivered = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder late = new LongAdder();
  private final LongAdder overloaded = new LongAdder();
  private final LongAdder passedOver = new LongAdder();

  /**
   * The sums at one moment, since the start.
   *
   * @param judged events that were shown to guards
   * @param denied guards' denials that reached the agent
   * @param asked questions that did
   * @param allowed permissions that did
   * @param contexts added contexts that did
   * @param inputs replaced inputs that did
   * @param undelivered answers that were overruled, tried out, or that the agent does not take
   * @param failed calls that threw
   * @param late calls that were late
   * @param overloaded calls that did not begin in time, or for which there was no room
   * @param passedOver calls that were not made because the extension was stuck
   */
  public record Sums(
      long judged,
      long denied,
      long asked,
      long allowed,
      long contexts,
      long inputs,
      long undelivered,
      long failed,
      long late,
      long overloaded,
      long passedOver) {}

  void judged() {
    judged.increment();
  }

  void delivered(Decision.Answer answer) {
    switch (answer) {
      case DENY -> denied.increment();
      case ASK -> asked.increment();
      case ALLOW -> allowed.increment();
      case ADD_CONTEXT -> contexts.increment();
      case REPLACE_INPUT -> inputs.increment();
      case NONE -> {}
    }
  }

  void undelivered() {
    undelivered.increment();
  }

  void failed() {
    failed.increment();
  }

  void late() {
    late.increment();
  }

  void overloaded() {
    overloaded.increment();
  }

  void passedOver() {
    passedOver.increment();
  }

  Sums sums() {
    return new Sums(
        judged.sum(),
        denied.sum(),
        asked.sum(),
        allowed.sum(),
        contexts.sum(),
        inputs.sum(),
        undelivered.sum(),
        failed.sum(),
        late.sum(),
        overloaded.sum(),
        passedOver.sum());
  }
}
