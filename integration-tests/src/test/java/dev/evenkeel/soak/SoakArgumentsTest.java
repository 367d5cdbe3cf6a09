package dev.evenkeel.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
  void whatCannotBeRunIsRefused() {
    assertThatThrownBy(() -> SoakPlan.DEFAULT.withRate(0)).hasMessageContaining("rate is 0");
    assertThatThrownBy(() -> SoakArguments.of("--rate", "many")).hasMessageContaining("many");
  }
}
