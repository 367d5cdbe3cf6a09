package dev.evenkeel.server.extension;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.extension.Breaker.Result;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BreakerTest {

  private final AtomicLong now = new AtomicLong();
  private final Breaker breaker = new Breaker(now::get);

  private void record(Result result, int times) {
    for (int i = 0; i < times; i++) {
      boolean _ = breaker.record(breaker.admit(), result);
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
    assertThat(breaker.admit()).isNotNull();
    assertThat(breaker.record(breaker.admit(), Result.FAILED)).isTrue();
    assertThat(breaker.admit()).isNull();
  }

  @Test
  void failuresThatAreLongAgoDoNotCount() {
    record(Result.FAILED, 9);
    record(Result.GOOD, 20);
    record(Result.FAILED, 9);
    assertThat(breaker.admit()).isNotNull();
  }

  @Test
  @DisplayName("Promise 8: an extension pauses after 3 late calls of its last 20")
  void threeLateCallsAreTooMany() {
    record(Result.LATE, 2);
    assertThat(breaker.admit()).isNotNull();
    record(Result.LATE, 1);
    assertThat(breaker.isOpen()).isTrue();
  }

  @Test
  void afterAWhileOneCallTriesAndClosesIt() {
    record(Result.FAILED, 10);
    pass(Breaker.FIRST_WAIT.minusNanos(1));
    assertThat(breaker.admit()).isNull();
    pass(Duration.ofNanos(1));
    Permit trial = breaker.admit();
    assertThat(trial).isNotNull();
    assertThat(breaker.admit()).as("a second trial at the same time").isNull();
    assertThat(breaker.record(trial, Result.GOOD)).isTrue();
    assertThat(breaker.isOpen()).isFalse();
    record(Result.FAILED, 9);
    assertThat(breaker.admit()).as("it begins anew").isNotNull();
  }

  @Test
  @DisplayName("Promise 8: each failed trial doubles the wait")
  void eachTrialThatFailsDoublesTheWaitUpToALimit() {
    record(Result.FAILED, 10);
    Duration wait = Breaker.FIRST_WAIT;
    for (int i = 0; i < 10; i++) {
      pass(wait);
      Permit trial = breaker.admit();
      assertThat(trial).isNotNull();
      assertThat(breaker.record(trial, Result.LATE)).isFalse();
      wait = wait.multipliedBy(2);
      wait = wait.compareTo(Breaker.LONGEST_WAIT) > 0 ? Breaker.LONGEST_WAIT : wait;
      pass(wait.minusNanos(1));
      assertThat(breaker.admit()).as("before the end of a wait of %s", wait).isNull();
      pass(Duration.ofNanos(1).minus(wait));
    }
    assertThat(wait).isEqualTo(Breaker.LONGEST_WAIT);
  }

  @Test
  void callsThatBeganBeforeItOpenedDecideNothing() {
    Permit before = breaker.admit();
    record(Result.FAILED, 10);
    assertThat(breaker.record(before, Result.GOOD)).isFalse();
    assertThat(breaker.isOpen()).isTrue();
    pass(Breaker.FIRST_WAIT);
    assertThat(breaker.admit()).isNotNull();
  }

  @Test
  void aCallThatBeganBeforeItOpenedAndIsGoodWhileAnotherTriesDoesNotCloseIt() {
    // Given
    Permit before = breaker.admit();
    record(Result.FAILED, 10);
    pass(Breaker.FIRST_WAIT);
    Permit trial = breaker.admit();
    // When
    assertThat(breaker.record(before, Result.GOOD)).isFalse();
    // Then
    assertThat(breaker.isOpen()).isTrue();
    assertThat(breaker.admit()).as("a second trial at the same time").isNull();
    assertThat(breaker.record(trial, Result.FAILED)).isFalse();
    assertThat(breaker.waits()).isEqualTo(Breaker.FIRST_WAIT.multipliedBy(2));
  }

  @ParameterizedTest
  @EnumSource(names = {"FAILED", "LATE"})
  void aCallThatBeganBeforeItOpenedAndFailsWhileAnotherTriesTakesNothingFromTheTrial(
      Result result) {
    // Given
    Permit before = breaker.admit();
    record(Result.FAILED, 10);
    pass(Breaker.FIRST_WAIT);
    Permit trial = breaker.admit();
    // When
    assertThat(breaker.record(before, result)).isFalse();
    // Then
    assertThat(breaker.waits()).isEqualTo(Breaker.FIRST_WAIT);
    assertThat(breaker.record(trial, Result.GOOD)).as("the trial closes it").isTrue();
    assertThat(breaker.isOpen()).isFalse();
  }

  @Test
  void callsThatBeganBeforeItOpenedDoNotOpenItAgain() {
    // Given
    Permit before = breaker.admit();
    record(Result.FAILED, 10);
    pass(Breaker.FIRST_WAIT);
    record(Result.GOOD, 1);
    assertThat(breaker.isOpen()).isFalse();
    // When
    for (int i = 0; i < 10; i++) {
      assertThat(breaker.record(before, Result.FAILED)).isFalse();
    }
    // Then
    assertThat(breaker.isOpen()).isFalse();
  }
}
