package dev.evenkeel.server.extension;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.extension.Breaker.Result;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BreakerTest {

  private final AtomicLong now = new AtomicLong();
  private final Breaker breaker = new Breaker(now::get);

  private void record(Result result, int times) {
    for (int i = 0; i < times; i++) {
      boolean _ = breaker.record(result);
    }
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  @Test
  @DisplayName("Promise 8: an extension pauses when 10 of its last 20 calls fail")
  void halfOfTheLastCallsMayNotFail() {
    record(Result.GOOD, 10);
    record(Result.FAILED, 9);
    assertThat(breaker.admits()).isTrue();
    assertThat(breaker.record(Result.FAILED)).isTrue();
    assertThat(breaker.admits()).isFalse();
  }

  @Test
  void failuresThatAreLongAgoDoNotCount() {
    record(Result.FAILED, 9);
    record(Result.GOOD, 20);
    record(Result.FAILED, 9);
    assertThat(breaker.admits()).isTrue();
  }

  @Test
  @DisplayName("Promise 8: an extension pauses after 3 late calls of its last 20")
  void threeLateCallsAreTooMany() {
    record(Result.LATE, 2);
    assertThat(breaker.admits()).isTrue();
    record(Result.LATE, 1);
    assertThat(breaker.isOpen()).isTrue();
  }

  @Test
  void afterAWhileOneCallTriesAndClosesIt() {
    record(Result.FAILED, 10);
    pass(Breaker.FIRST_WAIT.minusNanos(1));
    assertThat(breaker.admits()).isFalse();
    pass(Duration.ofNanos(1));
    assertThat(breaker.admits()).isTrue();
    assertThat(breaker.admits()).as("a second trial at the same time").isFalse();
    assertThat(breaker.record(Result.GOOD)).isTrue();
    assertThat(breaker.isOpen()).isFalse();
    record(Result.FAILED, 9);
    assertThat(breaker.admits()).as("it begins anew").isTrue();
  }

  @Test
  @DisplayName("Promise 8: each failed trial doubles the wait")
  void eachTrialThatFailsDoublesTheWaitUpToALimit() {
    record(Result.FAILED, 10);
    Duration wait = Breaker.FIRST_WAIT;
    for (int i = 0; i < 10; i++) {
      pass(wait);
      assertThat(breaker.admits()).isTrue();
      assertThat(breaker.record(Result.LATE)).isFalse();
      wait = wait.multipliedBy(2);
      wait = wait.compareTo(Breaker.LONGEST_WAIT) > 0 ? Breaker.LONGEST_WAIT : wait;
      pass(wait.minusNanos(1));
      assertThat(breaker.admits()).as("before the end of a wait of %s", wait).isFalse();
      pass(Duration.ofNanos(1).minus(wait));
    }
    assertThat(wait).isEqualTo(Breaker.LONGEST_WAIT);
  }

  @Test
  void callsThatBeganBeforeItOpenedDecideNothing() {
    record(Result.FAILED, 10);
    record(Result.GOOD, 3);
    assertThat(breaker.isOpen()).isTrue();
    pass(Breaker.FIRST_WAIT);
    assertThat(breaker.admits()).isTrue();
  }
}
