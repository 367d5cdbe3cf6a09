package dev.evenkeel.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * 150,000 events, as many as a busy machine sends in two hours; each promise is a test. A growth
 * that may be chance is left to the long run; one that is none fails here, too.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ShortSoakTest {

  /**
   * In the 50,000 events that are judged here the memory of the process still moves by 10 MB and
   * more: a slope of 1 MB in 100,000 events can only be told in the long run.
   */
  static final long BUILD_RSS_SLOPE = 30L << 20;

  private static final SoakPlan PLAN =
      SoakPlan.DEFAULT
          .withRate(2_500)
          .withLimits(Limits.DEFAULT.withRssBytesPer100k(BUILD_RSS_SLOPE));

  private List<Verdict> verdicts = List.of();

  @BeforeAll
  void run(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder) throws Exception {
    verdicts = SoakRuns.of("short", PLAN, folder);
  }

  List<Verdict> verdicts() {
    return verdicts;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("verdicts")
  void isKept(Verdict verdict) {
    assertThat(verdict.outcome())
        .as(verdict.toString())
        .isIn(Verdict.Outcome.PASSED, Verdict.Outcome.UNSURE);
  }
}
