package dev.evenkeel.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.soak.fault.Faults;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * 1,000,000 events, as many as a busy machine sends in 13 hours, with faults meanwhile; each
 * promise is a test.
 */
@Tag("soak")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LongSoakTest {

  private static final long EVENTS = 1_000_000;

  private static final SoakPlan PLAN =
      SoakPlan.DEFAULT
          .withEvents(EVENTS, 100_000)
          .withRate(800)
          .withSchedule(Schedule.spread(EVENTS / 50, EVENTS * 8 / 10, Faults.anywhere()));

  private List<Verdict> verdicts = List.of();

  @BeforeAll
  void run(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder) throws Exception {
    verdicts = SoakRuns.of("long", PLAN, folder);
  }

  List<Verdict> verdicts() {
    return verdicts;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("verdicts")
  void isKept(Verdict verdict) {
    assertThat(verdict.outcome()).as(verdict.toString()).isEqualTo(Verdict.Outcome.PASSED);
  }
}
