package dev.evenkeel.server.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.extension.testkit.ExtensionHarness;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The server's reader and the testkit's are two; each case here is asked of both. */
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

  /** Who reads. */
  enum Reader {
    SERVER {
      @Override
      <C extends Record> C read(Class<C> type, Map<String, String> values) {
        return ConfigRecords.read(type, "ext", values);
      }
    },
    TESTKIT {
      @Override
      <C extends Record> C read(Class<C> type, Map<String, String> values) {
        var read = new AtomicReference<C>();
        var builder =
            ExtensionHarness.of(
                () -> new TestExtension("ext", context -> read.set(context.config(type))));
        values.forEach(builder::config);
        builder.start().close();
        return read.get();
      }
    };

    abstract <C extends Record> C read(Class<C> type, Map<String, String> values);
  }

  private static All all(String key, String text, Reader reader) {
    return reader.read(All.class, Map.of(key, text));
  }

  record Understood(Reader reader, String key, String text, All expected) {}

  static Stream<Understood> understood() {
    return Stream.of(Reader.values())
        .flatMap(
            reader ->
                Stream.of(
                    new Understood(reader, "some-name", " a, b ", name("a, b")),
                    new Understood(reader, "some-name", "", name("")),
                    new Understood(reader, "count", " 5 ", number(5, 0, 0)),
                    new Understood(reader, "count", "-2147483648", number(-2147483648, 0, 0)),
                    new Understood(reader, "size", "9000000000", number(0, 9_000_000_000L, 0)),
                    new Understood(reader, "share", "0.25", number(0, 0, 0.25)),
                    new Understood(reader, "share", "1e3", number(0, 0, 1000)),
                    new Understood(reader, "on", "true", on(true)),
                    new Understood(reader, "on", " false", on(false)),
                    new Understood(reader, "max-wait", "250ms", wait(Duration.ofMillis(250))),
                    new Understood(reader, "max-wait", "300s", wait(Duration.ofMinutes(5))),
                    new Understood(reader, "max-wait", "300", wait(Duration.ofMinutes(5))),
                    new Understood(reader, "max-wait", "5m", wait(Duration.ofMinutes(5))),
                    new Understood(reader, "max-wait", "5 m", wait(Duration.ofMinutes(5))),
                    new Understood(reader, "max-wait", "6h", wait(Duration.ofHours(6))),
                    new Understood(reader, "max-wait", "7d", wait(Duration.ofDays(7))),
                    new Understood(reader, "max-wait", "PT5M", wait(Duration.ofMinutes(5))),
                    new Understood(reader, "tools", "Agent, Task,,", tools("Agent", "Task")),
                    new Understood(reader, "tools", "", tools())));
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
    assertThat(all(each.key(), each.text(), each.reader())).isEqualTo(each.expected());
  }

  record Refused(Reader reader, String key, String text) {}

  static Stream<Refused> aValueThatDoesNotFitIsRefusedByItsKey() {
    return Stream.of(Reader.values())
        .flatMap(
            reader ->
                Stream.of(
                    new Refused(reader, "count", "many"),
                    new Refused(reader, "count", ""),
                    new Refused(reader, "count", "1.5"),
                    new Refused(reader, "count", "9000000000"),
                    new Refused(reader, "size", "1e3"),
                    new Refused(reader, "share", "half"),
                    new Refused(reader, "on", "yes"),
                    new Refused(reader, "on", "TRUE"),
                    new Refused(reader, "on", ""),
                    new Refused(reader, "max-wait", "soon"),
                    new Refused(reader, "max-wait", "5 weeks"),
                    new Refused(reader, "max-wait", "-5s"),
                    new Refused(reader, "max-wait", "9999999999999s"),
                    new Refused(reader, "max-wait", "")));
  }

  @ParameterizedTest
  @MethodSource
  void aValueThatDoesNotFitIsRefusedByItsKey(Refused each) {
    assertThatThrownBy(() -> all(each.key(), each.text(), each.reader()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(each.key())
        .hasMessageContaining(each.text());
  }

  static Stream<Reader> readers() {
    return Stream.of(Reader.values());
  }

  @ParameterizedTest
  @MethodSource("readers")
  void aMissingKeyIsZeroFalseEmptyOrNull(Reader reader) {
    assertThat(reader.read(All.class, Map.of())).isEqualTo(number(0, 0, 0));
    assertThat(reader.read(Nothing.class, Map.of())).isEqualTo(new Nothing());
  }

  @ParameterizedTest
  @MethodSource("readers")
  void aMissingKeyLeavesTheValueOfTheConstructorWithoutParameters(Reader reader) {
    assertThat(reader.read(WithDefaults.class, Map.of("max-text", "5")))
        .isEqualTo(new WithDefaults(5, Duration.ofMinutes(1), List.of("Agent")));
  }

  @ParameterizedTest
  @MethodSource("readers")
  void anUnknownKeyIsRefusedWithThoseThatAreKnown(Reader reader) {
    for (String key : List.of("max-txt", "maxText", "MAX-TEXT")) {
      assertThatThrownBy(() -> reader.read(WithDefaults.class, Map.of(key, "5")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(key)
          .hasMessageContaining("[max-age, max-text, tools]");
    }
  }

  @ParameterizedTest
  @MethodSource("readers")
  void aValueThatTheRecordRefusesIsRefusedWithItsMessage(Reader reader) {
    assertThatThrownBy(() -> reader.read(WithDefaults.class, Map.of("max-text", "0")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("max-text is 0; it is at least 1");
  }

  @ParameterizedTest
  @MethodSource("readers")
  void aTypeThatCannotBeReadIsRefused(Reader reader) {
    assertThatThrownBy(() -> reader.read(Unsupported.class, Map.of("folder", "/tmp")))
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
        ConfigRecords.read(
            WithRules.class,
            "x",
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
    assertThat(ConfigRecords.read(WithRules.class, "x", Map.of("size", "3")).rules()).isEmpty();
  }

  @Test
  void inTheEnvironmentTheEndOfTheKeyIsTheComponent() {
    assertThat(
            ConfigRecords.read(
                    WithRules.class,
                    "x",
                    Map.of("rules-no-env-tool", "Read", "rules-no-env-max-age", "5s"))
                .rules())
        .isEqualTo(Map.of("no-env", new Rule("Read", "5s", true)));
  }

  @Test
  void aWrongKeyOrValueBelowANameIsToldInFull() {
    assertThatThrownBy(
            () -> ConfigRecords.read(WithRules.class, "x", Map.of("rules.a.toool", "Read")))
        .hasMessageContaining("evenkeel.extensions.x.rules.a.toool is no setting of x")
        .hasMessageContaining("tool");
    assertThatThrownBy(
            () -> ConfigRecords.read(WithRules.class, "x", Map.of("rules.a.strict", "maybe")))
        .hasMessageContaining("evenkeel.extensions.x.rules.a.strict is 'maybe'");
    assertThatThrownBy(() -> ConfigRecords.read(WithRules.class, "x", Map.of("rules.a", "x")))
        .hasMessageContaining("evenkeel.extensions.x.rules.a is no setting");
  }
}
