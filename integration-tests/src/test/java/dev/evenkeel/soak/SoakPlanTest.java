package dev.evenkeel.soak;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SoakPlanTest {

  private record NamedFault(String name, boolean needsProcess) implements Fault {

    @Override
    public String what() {
      return name;
    }

    @Override
    public void happen(Scene scene) {}
  }

  private static final SoakPlan PLAN =
      SoakPlan.DEFAULT.withSchedule(
          Schedule.NONE
              .with(1_000, new NamedFault("anywhere", false))
              .with(2_000, new NamedFault("at-a-process", true)));

  @Test
  void everyFaultHappensToAProcess() {
    assertThat(PLAN.possible()).isEqualTo(PLAN.schedule());
    assertThat(PLAN.passedOver().isEmpty()).isTrue();
  }

  @Test
  void aContainerIsSparedWhatNeedsAProcess() {
    SoakPlan inContainer = PLAN.withContainer();
    assertThat(inContainer.possible().entries())
        .extracting(each -> each.fault().name())
        .containsExactly("anywhere");
    assertThat(inContainer.passedOver().entries())
        .extracting(each -> each.fault().name())
        .containsExactly("at-a-process");
  }
}
