package dev.evenkeel.server.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CallTimesTest {

  private final CallTimes times = new CallTimes();

  @Test
  void itShowsNothingBeforeTheFirstCall() {
    assertThat(times.summary()).isEqualTo(new CallTimes.Summary(0, 0, 0));
  }

  @Test
  void quantilesAreRightToAnEighth() {
    for (int i = 1; i <= 1000; i++) {
      times.add(TimeUnit.MICROSECONDS.toNanos(i * 100L));
    }
    CallTimes.Summary summary = times.summary();
    assertThat(summary.p50Millis()).isCloseTo(50, within(50 / 8.0));
    assertThat(summary.p99Millis()).isCloseTo(99, within(99 / 8.0));
    assertThat(summary.maxMillis()).isEqualTo(100);
  }

  @Test
  void aSingleCallIsAllOfThem() {
    times.add(TimeUnit.MILLISECONDS.toNanos(3));
    assertThat(times.summary()).isEqualTo(new CallTimes.Summary(3, 3, 3));
  }

  @Test
  void noTimeIsTooShortOrTooLong() {
    for (long nanos : new long[] {-1, 0, 1, 999, 8000, Long.MAX_VALUE}) {
      times.add(nanos);
    }
    assertThat(times.summary().maxMillis()).isEqualTo(Long.MAX_VALUE / 1e6);
  }
}
