package dev.evenkeel.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A run with an extension that leaks fails, and for that reason. */
@Tag("soak")
class LeakingExtensionsTest {

  private static final SoakPlan PLAN =
      SoakPlan.DEFAULT.withLimits(Limits.DEFAULT.withRssBytes(1L << 30));

  /** What grows in the heap may show in the memory of the process, too; so may threads. */
  private static final Set<String> MEMORY = Set.of("heap-level", "rss-level");

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  private List<String> failedWith(String name, Path jar, SoakPlan plan) throws Exception {
    return SoakRuns.failed(
        SoakRuns.of(name, plan.withExtensions(List.of(jar)), folder.resolve(name)));
  }

  @Test
  void sixtyFourBytesAnEventAreFound() throws Exception {
    List<String> failed = failedWith("64-bytes", LeakingExtensions.bytes(folder, 64), PLAN);
    assertThat(failed).contains("heap-level").isSubsetOf(MEMORY);
  }

  @Test
  void sixteenBytesAnEventAreFoundInALongRun() throws Exception {
    List<String> failed =
        failedWith(
            "16-bytes", LeakingExtensions.bytes(folder, 16), PLAN.withEvents(1_000_000, 100_000));
    assertThat(failed).contains("heap-level").isSubsetOf(MEMORY);
  }

  @Test
  void aThreadFor10000EventsIsFound() throws Exception {
    List<String> failed = failedWith("threads", LeakingExtensions.threads(folder, 10_000), PLAN);
    assertThat(failed).contains("threads-level").isSubsetOf("threads-level", "rss-level");
  }

  @Test
  void aListenerForEachSessionIsFound() throws Exception {
    List<String> failed = failedWith("listeners", LeakingExtensions.listeners(folder), PLAN);
    assertThat(failed).contains("heap-level").isSubsetOf(MEMORY);
  }
}
