package dev.evenkeel.extension.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {

  @Test
  void whatIsNullIsNamedWithWhatToDo() {
    assertThatThrownBy(() -> Arguments.given("the event of a guard", null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the event of a guard is null")
        .hasMessageContaining("give the setting a default");
    assertThatThrownBy(() -> Arguments.period(null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the period of a task is null");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT-1S", "P36501D", "PT2562047788015215H"})
  void aPeriodThatCannotBeWaitedForIsRefusedWithItsValue(Duration period) {
    assertThatThrownBy(() -> Arguments.period(period))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is " + period)
        .hasMessageContaining("at most 36500 days");
  }

  @Test
  void whatIsRightIsTakenAsItIs() {
    assertThat(Arguments.given("the event of a guard", "Stop")).isEqualTo("Stop");
    assertThat(Arguments.period(Duration.ofNanos(1))).isEqualTo(Duration.ofNanos(1));
    assertThat(Arguments.period(Arguments.LONGEST_PERIOD)).isEqualTo(Arguments.LONGEST_PERIOD);
  }
}
