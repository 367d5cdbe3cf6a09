package dev.evenkeel.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SoakArgumentsTest {

  @Test
  void theReportSaysTheCommandWithoutWhatItAddsByItself() {
    assertThat(SoakArguments.command(List.of("--cache", "/a/file", "--rate", "5")))
        .isEqualTo("bin/evenkeel soak --rate 5");
    assertThat(SoakArguments.command(List.of())).isEqualTo("bin/evenkeel soak");
  }

  @Test
  void aChangedPlanKeepsEverythingElse() {
    SoakPlan plan = SoakPlan.DEFAULT.withRate(5).withTargets(2).withNodeOptions("--slow", "1");
    assertThat(plan.rate()).isEqualTo(5);
    assertThat(plan.targets()).isEqualTo(2);
    assertThat(plan.nodeOptions()).containsExactly("--slow", "1");
    assertThat(plan.withRate(SoakPlan.DEFAULT.rate()).withTargets(1).withNodeOptions())
        .isEqualTo(SoakPlan.DEFAULT);
  }

  @Test
  void whatIsNotSaidFollowsFromWhatIs() {
    SoakPlan few = SoakArguments.of("--events", "9000", "--rate", "50").plan();
    assertThat(few.events()).isEqualTo(9_000);
    assertThat(few.warmUp()).as("two thirds at most").isEqualTo(6_000);
    assertThat(few.rate()).isEqualTo(50);
    assertThat(few.schedule()).isEqualTo(Schedule.NONE);
    SoakPlan timed = SoakArguments.of("--duration", "2h", "--faults").plan();
    assertThat(timed.duration()).isEqualTo(Duration.ofHours(2));
    assertThat(timed.events()).as("until the time is over").isEqualTo(Long.MAX_VALUE);
    assertThat(timed.warmUp()).isEqualTo(100_000);
    assertThat(timed.schedule()).isNotEqualTo(Schedule.NONE);
  }

  @Test
  void whatCannotBeRunIsRefused() {
    assertThatThrownBy(() -> SoakPlan.DEFAULT.withRate(0)).hasMessageContaining("rate is 0");
    assertThatThrownBy(() -> SoakArguments.of("--rate", "many")).hasMessageContaining("many");
    assertThatThrownBy(() -> SoakArguments.of("--testbed", "cloud"))
        .hasMessageContaining("--testbed cloud is no form of the testbed: container or process");
    assertThatThrownBy(() -> SoakArguments.of("--events", "5000", "--duration", "5m"))
        .hasMessageContaining("cannot both be given");
    assertThatThrownBy(() -> SoakArguments.of("--duration", "5")).hasMessageContaining("30m");
    assertThatThrownBy(() -> SoakArguments.of("--surprise", "5"))
        .hasMessageContaining("--surprise is not known");
    assertThatThrownBy(() -> SoakArguments.of("--extension", "none.jar"))
        .hasMessageContaining("there is no such jar");
  }
}
