package dev.evenkeel.server.extension;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.log.TestClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ConductTest {

  private final AtomicLong now = new AtomicLong();
  private final List<String> told = new ArrayList<>();
  private final Conduct conduct =
      new Conduct(
          "a",
          new CallRecord(),
          (event, data) -> told.add(event + " " + data),
          () -> CallObserver.NONE,
          new TestClock(Instant.EPOCH),
          now::get);

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      fail(new IllegalStateException("no disk"), Conduct.Saw.FILTERED);
    }
  }

  private void fail(Throwable failure, Conduct.Saw saw) {
    conduct.failed(conduct.admit(), "PreToolUse", failure, 1, saw, true);
  }

  @Test
  void aFailureIsToldOnceInTenSecondsWithHowManyThereWere() {
    fail(3);
    assertThat(told)
        .containsExactly(
            "extension_failed {\"extension\":\"a\",\"on\":\"PreToolUse\","
                + "\"reason\":\"java.lang.IllegalStateException: no disk\",\"failures\":1}");
    now.addAndGet(Duration.ofSeconds(10).toNanos());
    fail(1);
    assertThat(told).hasSize(2);
    assertThat(told.getLast()).contains("\"failures\":3");
  }

  @Test
  void aMessageOfWhoeverSawTheEventAsItCameIsNotTold() {
    var failure = new NumberFormatException("For input string: \"a-secret\"");

    fail(failure, Conduct.Saw.ALL);

    assertThat(told)
        .singleElement()
        .asString()
        .contains("java.lang.NumberFormatException at dev.evenkeel.server.extension.ConductTest")
        .doesNotContain("a-secret");
    assertThat(conduct.record().lastFailure.reason()).doesNotContain("a-secret");
  }

  @Test
  void aLongMessageIsCut() {
    var failure = new IllegalStateException("x".repeat(1 << 20));

    fail(failure, Conduct.Saw.FILTERED);

    assertThat(told.getFirst()).hasSizeLessThan(1000).contains("(1048576 characters)");
  }

  @Test
  void anExceptionWhoseMethodsThrowIsToldByItsClass() {
    fail(new Hostile(), Conduct.Saw.FILTERED);
    fail(new Hostile(), Conduct.Saw.ALL);

    assertThat(told.getFirst()).contains("\"reason\":\"" + Hostile.class.getName());
  }

  private static final class Hostile extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new StackOverflowError();
    }

    @Override
    public String toString() {
      throw new IllegalStateException();
    }

    @Override
    public StackTraceElement[] getStackTrace() {
      throw new IllegalStateException();
    }

    @Override
    public synchronized Throwable getCause() {
      return this;
    }
  }

  @Test
  void aLateCallIsToldToo() {
    conduct.late(conduct.admit(), "Stop");
    assertThat(told)
        .singleElement()
        .asString()
        .startsWith(
            "extension_failed {\"extension\":\"a\",\"on\":\"Stop\",\"reason\":\"it is late");
    assertThat(conduct.state()).isEqualTo(RunningExtension.State.STUCK);
  }

  @Test
  @DisplayName("Promise 8: that an extension pauses, and that it works again, is published")
  void aPauseAndItsEndAreTold() {
    // Given
    fail(9);
    told.clear();
    // When the tenth fails
    fail(1);
    // Then
    assertThat(told)
        .containsExactly(
            "extension_paused {\"extension\":\"a\",\"reason\":\"too many of its last calls"
                + " failed\",\"retry_in_seconds\":5}");
    // When a trial fails, it goes on pausing
    told.clear();
    now.addAndGet(Breaker.FIRST_WAIT.toNanos());
    fail(1);
    assertThat(told).noneMatch(each -> each.startsWith("extension_resumed"));
    // When one succeeds
    told.clear();
    now.addAndGet(Breaker.FIRST_WAIT.multipliedBy(2).toNanos());
    conduct.succeeded(conduct.admit(), 1);
    // Then
    assertThat(told).containsExactly("extension_resumed {\"extension\":\"a\"}");
    assertThat(conduct.state()).isEqualTo(RunningExtension.State.RUNNING);
  }
}
