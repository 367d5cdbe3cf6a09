package dev.evenkeel.extension.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigRecordsTest {

  record All(
      String someName,
      int count,
      long size,
      boolean on,
      double share,
      Duration maxWait,
      List<String> tools) {}

  record WithDefaults(int maxText, Duration maxAge, List<String> tools) {
    WithDefaults() {
      this(10, Duration.ofMinutes(1), List.of("Agent"));
    }

    WithDefaults {
      if (maxText < 1) {
        throw new IllegalArgumentException("max-text is " + maxText + "; it is at least 1");
      }
    }
  }

  record Nothing() {}

  record Unsupported(Path folder) {}

  private static <C extends Record> C read(Class<C> type, Map<String, String> values) {
    return ConfigRecords.read(type, "ext", values);
  }

  record Understood(String key, String text, All expected) {}

  static Stream<Understood> understood() {
    return Stream.of(
        new Understood("some-name", " a, b ", name("a, b")),
        new Understood("some-name", "", name("")),
        new Understood("count", " 5 ", number(5, 0, 0)),
        new Understood("count", "-2147483648", number(-2147483648, 0, 0)),
        new Understood("size", "9000000000", number(0, 9_000_000_000L, 0)),
        new Understood("share", "0.25", number(0, 0, 0.25)),
        new Understood("share", "1e3", number(0, 0, 1000)),
        new Understood("on", "true", on(true)),
        new Understood("on", " false", on(false)),
        new Understood("max-wait", "250ms", wait(Duration.ofMillis(250))),
        new Understood("max-wait", "300s", wait(Duration.ofMinutes(5))),
        new Understood("max-wait", "300", wait(Duration.ofMinutes(5))),
        new Understood("max-wait", "5m", wait(Duration.ofMinutes(5))),
        new Understood("max-wait", "5 m", wait(Duration.ofMinutes(5))),
        new Understood("max-wait", "6h", wait(Duration.ofHours(6))),
        new Understood("max-wait", "7d", wait(Duration.ofDays(7))),
        new Understood("max-wait", "PT5M", wait(Duration.ofMinutes(5))),
        new Understood("tools", "Agent, Task,,", tools("Agent", "Task")),
        new Understood("tools", "", tools()));
  }

  private static All name(String name) {
    return new All(name, 0, 0, false, 0, null, List.of());
  }

  private static All number(int count, long size, double share) {
    return new All(null, count, size, false, share, null, List.of());
  }

  private static All on(boolean on) {
    return new All(null, 0, 0, on, 0, null, List.of());
  }

  private static All wait(Duration wait) {
    return new All(null, 0, 0, false, 0, wait, List.of());
  }

  private static All tools(String... tools) {
    return new All(null, 0, 0, false, 0, null, List.of(tools));
  }

  @ParameterizedTest
  @MethodSource
  void understood(Understood each) {
    assertThat(read(All.class, Map.of(each.key(), each.text()))).isEqualTo(each.expected());
  }

  record Refused(String key, String text) {}

  static Stream<Refused> aValueThatDoesNotFitIsRefusedByItsKey() {
    return Stream.of(
        new Refused("count", "many"),
        new Refused("count", ""),
        new Refused("count", "1.5"),
        new Refused("count", "9000000000"),
        new Refused("size", "1e3"),
        new Refused("share", "half"),
        new Refused("on", "yes"),
        new Refused("on", "TRUE"),
        new Refused("on", ""),
        new Refused("max-wait", "soon"),
        new Refused("max-wait", "5 weeks"),
        new Refused("max-wait", "-5s"),
        new Refused("max-wait", "9999999999999s"),
        new Refused("max-wait", ""));
  }

  @ParameterizedTest
  @MethodSource
  void aValueThatDoesNotFitIsRefusedByItsKey(Refused each) {
    assertThatThrownBy(() -> read(All.class, Map.of(each.key(), each.text())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(each.key())
        .hasMessageContaining(each.text());
  }

  @Test
  void aMissingKeyIsZeroFalseEmptyOrNull() {
    assertThat(read(All.class, Map.of())).isEqualTo(number(0, 0, 0));
    assertThat(read(Nothing.class, Map.of())).isEqualTo(new Nothing());
  }

  @Test
  void aMissingKeyLeavesTheValueOfTheConstructorWithoutParameters() {
    assertThat(read(WithDefaults.class, Map.of("max-text", "5")))
        .isEqualTo(new WithDefaults(5, Duration.ofMinutes(1), List.of("Agent")));
  }

  @Test
  void anUnknownKeyIsRefusedWithThoseThatAreKnown() {
    for (String key : List.of("max-txt", "maxText", "MAX-TEXT")) {
      assertThatThrownBy(() -> read(WithDefaults.class, Map.of(key, "5")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(key)
          .hasMessageContaining("[max-age, max-text, tools]");
    }
  }

  @Test
  void aValueThatTheRecordRefusesIsRefusedWithItsMessage() {
    assertThatThrownBy(() -> read(WithDefaults.class, Map.of("max-text", "0")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("max-text is 0; it is at least 1");
  }

  @Test
  void aTypeThatCannotBeReadIsRefused() {
    assertThatThrownBy(() -> read(Unsupported.class, Map.of("folder", "/tmp")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("folder");
  }

  record Rule(String tool, String maxAge, boolean strict) {
    Rule() {
      this("any", "", true);
    }
  }

  record WithRules(int size, Map<String, Rule> rules) {}

  @Test
  void aMapTakesWhatStandsBelowNamesOfTheUsersChoice() {
    var read =
        read(
            WithRules.class,
            Map.of(
                "size", "3",
                "rules.no-env.tool", "Read",
                "rules.no-env.max-age", "5s",
                "rules.b.strict", "false"));
    assertThat(read)
        .isEqualTo(
            new WithRules(
                3,
                Map.of("no-env", new Rule("Read", "5s", true), "b", new Rule("any", "", false))));
    assertThat(read(WithRules.class, Map.of("size", "3")).rules()).isEmpty();
  }

  @Test
  void inTheEnvironmentTheEndOfTheKeyIsTheComponent() {
    assertThat(
            read(WithRules.class, Map.of("rules-no-env-tool", "Read", "rules-no-env-max-age", "5s"))
                .rules())
        .isEqualTo(Map.of("no-env", new Rule("Read", "5s", true)));
  }

  @Test
  void aWrongKeyOrValueBelowANameIsToldInFull() {
    assertThatThrownBy(() -> read(WithRules.class, Map.of("rules.a.toool", "Read")))
        .hasMessageContaining("evenkeel.extensions.ext.rules.a.toool is no setting of ext")
        .hasMessageContaining("tool");
    assertThatThrownBy(() -> read(WithRules.class, Map.of("rules.a.strict", "maybe")))
        .hasMessageContaining("evenkeel.extensions.ext.rules.a.strict is 'maybe'");
    assertThatThrownBy(() -> read(WithRules.class, Map.of("rules.a", "x")))
        .hasMessageContaining("evenkeel.extensions.ext.rules.a is no setting");
  }
}
