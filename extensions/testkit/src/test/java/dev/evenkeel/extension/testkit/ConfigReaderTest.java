package dev.evenkeel.extension.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigReaderTest {

  record Plain(
      String someName,
      int count,
      long size,
      boolean on,
      double share,
      Duration maxWait,
      List<String> tools) {}

  record WithDefaults(int maxText, List<String> tools) {
    WithDefaults() {
      this(10, List.of("Agent"));
    }

    WithDefaults {
      if (maxText < 1) {
        throw new IllegalArgumentException("max-text is " + maxText);
      }
    }
  }

  @Test
  void everyTypeIsReadByItsKebabCaseKey() {
    assertThat(
            ConfigReader.read(
                Plain.class,
                Map.of(
                    "some-name", "x",
                    "count", "2",
                    "size", "3",
                    "on", "true",
                    "share", "0.5",
                    "max-wait", "300s",
                    "tools", "Agent, Task")))
        .isEqualTo(
            new Plain("x", 2, 3, true, 0.5, Duration.ofMinutes(5), List.of("Agent", "Task")));
  }

  @Test
  void durationsAreShortOrIso() {
    for (String text : List.of("300s", "5m", "PT5M", "300000ms")) {
      assertThat(ConfigReader.read(Plain.class, Map.of("max-wait", text)).maxWait())
          .isEqualTo(Duration.ofMinutes(5));
    }
  }

  @Test
  void aMissingKeyIsZeroFalseEmptyOrNull() {
    assertThat(ConfigReader.read(Plain.class, Map.of()))
        .isEqualTo(new Plain(null, 0, 0, false, 0, null, List.of()));
  }

  @Test
  void aMissingKeyLeavesTheValueOfTheConstructorWithoutParameters() {
    assertThat(ConfigReader.read(WithDefaults.class, Map.of("max-text", "5")))
        .isEqualTo(new WithDefaults(5, List.of("Agent")));
  }

  @Test
  void anUnknownKeyIsRefusedByName() {
    assertThatThrownBy(() -> ConfigReader.read(WithDefaults.class, Map.of("max-txt", "5")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("max-txt")
        .hasMessageContaining("max-text");
  }

  @Test
  void aValueThatDoesNotFitIsRefused() {
    for (String key : List.of("count", "size", "on", "share", "max-wait")) {
      assertThatThrownBy(() -> ConfigReader.read(Plain.class, Map.of(key, "some")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(key);
    }
    assertThatThrownBy(() -> ConfigReader.read(WithDefaults.class, Map.of("max-text", "0")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("max-text is 0");
  }

  @Test
  void configurationThatNobodyReadsIsRefused() {
    class Silent implements Extension {
      @Override
      public void start(ExtensionContext context) {}
    }
    assertThatThrownBy(() -> ExtensionHarness.of(Silent::new).config("a", "b").start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[a]");
  }

  record Rule(String tool, boolean strict) {}

  record WithRules(Map<String, Rule> rules) {}

  @Test
  void aMapTakesWhatStandsBelowNamesOfTheUsersChoice() {
    assertThat(
            ConfigReader.read(
                WithRules.class,
                Map.of("rules.a-b.tool", "Read", "rules.a-b.strict", "true", "rules-c-tool", "x")))
        .isEqualTo(new WithRules(Map.of("a-b", new Rule("Read", true), "c", new Rule("x", false))));
    assertThat(ConfigReader.read(WithRules.class, Map.of()).rules()).isEmpty();
    assertThatThrownBy(() -> ConfigReader.read(WithRules.class, Map.of("rules.a.toool", "Read")))
        .hasMessageContaining("rules.a.[toool]");
  }
}
