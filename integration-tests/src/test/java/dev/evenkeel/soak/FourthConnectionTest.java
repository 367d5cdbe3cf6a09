package dev.evenkeel.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A run in which a target sees a fourth socket fails, and by nothing else. */
@Tag("control")
class FourthConnectionTest {

  /** Too short to judge growth. */
  private static final SoakPlan PLAN =
      SoakPlan.DEFAULT
          .withEvents(6_000, 6_000)
          .withRate(1_500)
          .withEvidence(Duration.ZERO)
          .withLimits(Limits.DEFAULT.withRssBytes(1L << 30));

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  @Test
  void aFourthConnectionBesideThePoolFailsTheRunByThatPromiseAlone() throws Exception {
    SoakPlan plan = PLAN.withSchedule(Schedule.NONE.with(2_000, new FourthConnection()));
    List<Verdict> verdicts = SoakRuns.of("fourth-connection", plan, folder);
    assertThat(SoakRuns.failed(verdicts)).containsExactly("few-connections");
    assertThat(verdicts)
        .filteredOn(each -> each.name().equals("few-connections"))
        .allMatch(each -> each.figure().equals("4 at once"));
    ReportFiles report = SoakRuns.report("fourth-connection");
    report.assertComplete(1);
    report.assertHistograms();
  }
}
