package dev.evenkeel.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The 150,000 events of the short run, to the server in a container of its own image with 256 MB;
 * each promise is a test.
 */
@Tag("soak")
@DisabledIfSystemProperty(named = "testbed", matches = "process")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContainerSoakTest {

  private static final SoakPlan PLAN =
      SoakPlan.DEFAULT
          .withContainer()
          .withRate(1_000)
          .withLimits(Limits.DEFAULT.withRssBytesPer100k(ShortSoakTest.BUILD_RSS_SLOPE));

  private List<Verdict> verdicts = List.of();

  @BeforeAll
  void run(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder) throws Exception {
    verdicts = SoakRuns.of("container", PLAN, folder);
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
