package dev.evenkeel.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.extension.Limits;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigValuesTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1048576, 1048576",
    "64M, 67108864",
    "512MB, 536870912",
    "512 mb, 536870912",
    "2KiB, 2048",
    "1g, 1073741824",
    "3b, 3"
  })
  void sizesAreReadAsUsersWriteThem(String text, long bytes) {
    assertThat(Sizes.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "M", "-1", "1.5G", "64X", "9000000000T"})
  void whatIsNoSizeIsRefused(String text) {
    assertThatThrownBy(() -> Sizes.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'" + text + "' is ");
  }

  @Test
  void theOperatorSetsCapacitiesAndTheAgeButNotHowLongOpenEntriesAreKept() {
    var state = new Settings.State(20, 10, Duration.ofSeconds(30), 100);
    Limits defaults = Limits.capacity(1000);
    Duration six = Duration.ofHours(6);
    assertThat(state.limitsOf("delegations", defaults))
        .isEqualTo(new Limits(20, Duration.ofSeconds(30), six));
    assertThat(state.limitsOf("prompts", defaults))
        .isEqualTo(new Limits(10, Duration.ofSeconds(30), six));
    assertThat(state.limitsOf("tools", defaults))
        .isEqualTo(new Limits(1000, Duration.ofSeconds(30), six));
  }

  @Test
  void anAgeThatAnExtensionAsksForStays() {
    var state = new Settings.State(20, 10, Duration.ofSeconds(300), 100);
    Limits aDay = Limits.capacity(500).withMaxAge(Duration.ofDays(1));
    assertThat(state.limitsOf("session-count", aDay)).isEqualTo(aDay);
  }
}
