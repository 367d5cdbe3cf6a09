package dev.evenkeel.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A run in which the process is too large leaves what it takes to find out why. */
@Tag("soak")
class EvidenceTest {

  /** No server is as small as this. */
  private static final long TOO_SMALL = 1L << 20;

  private static final SoakPlan PLAN =
      SoakPlan.DEFAULT
          .withEvents(6_000, 2_000)
          .withRate(1_000)
          .withEvidence(Duration.ofSeconds(2))
          .withLimits(Limits.DEFAULT.withRssBytes(TOO_SMALL));

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  @Test
  void whatIsTooLargeLeavesClassHistogramsAndAFlightRecording() throws Exception {
    List<String> failed = SoakRuns.failed(SoakRuns.of("evidence", PLAN, folder));
    assertThat(failed).contains("rss-limit");
    ReportFiles report = SoakRuns.report("evidence");
    report.assertComplete(failed.size());
    report.assertHistograms();
    report.assertRecording();
  }
}
