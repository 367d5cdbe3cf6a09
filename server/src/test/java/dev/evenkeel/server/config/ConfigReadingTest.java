package dev.evenkeel.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The settings from system properties, the environment and the application's own properties. */
class ConfigReadingTest {

  @TempDir Path folder;
  private Sources sources;

  @BeforeEach
  void begin() {
    sources = new Sources(folder);
  }

  @Test
  void withNothingSetTheDefaultsOfTheDesignHold() {
    assertThat(sources.read())
        .isEqualTo(
            new Settings(
                sources.home.resolve(".evenkeel"),
                64L << 20,
                false,
                new Settings.State(200, 100, Duration.ofSeconds(300), 100),
                new Settings.Watch(true, Duration.ofSeconds(60), 500L << 20, true),
                new Settings.Pool(3, Duration.ofSeconds(60)),
                Map.of(),
                new Settings.Guards(Duration.ofSeconds(1), Map.of()),
                new Settings.Log(512L << 20, Duration.ofDays(7), true),
                new Settings.Access(null, List.of(), List.of()),
                sources.home.resolve(".evenkeel/extensions"),
                List.of(),
                Map.of()));
  }

  @Test
  void everyKeyCanBeSetInTheEnvironment() {
    KnownKeys.SCALARS.forEach(
        key -> {
          String value =
              switch (key) {
                case "evenkeel.data-dir" -> "/data";
                case "evenkeel.extensions-dir" -> "/jars";
                case "evenkeel.extensions-order" -> "b, a";
                case "evenkeel.debug" -> "yes";
                case "evenkeel.watch.enabled",
                    "evenkeel.watch.auto-cleanup",
                    "evenkeel.log.text-search" ->
                    "false";
                case "evenkeel.token" -> "secret";
                case "evenkeel.allowed-origins" -> "http://a, http://b";
                case "evenkeel.allowed-hosts" -> "h";
                case "evenkeel.memory-budget",
                    "evenkeel.watch.alert-threshold",
                    "evenkeel.log.max-bytes" ->
                    "17M";
                default -> "7";
              };
          sources.variable(KnownKeys.variableOf(key), value);
        });
    Duration seven = Duration.ofSeconds(7);
    assertThat(sources.read())
        .isEqualTo(
            new Settings(
                Path.of("/data"),
                17L << 20,
                true,
                new Settings.State(7, 7, seven, 7),
                new Settings.Watch(false, seven, 17L << 20, false),
                new Settings.Pool(7, seven),
                Map.of(),
                new Settings.Guards(seven, Map.of()),
                new Settings.Log(17L << 20, seven, false),
                new Settings.Access("secret", List.of("http://a", "http://b"), List.of("h")),
                Path.of("/jars"),
                List.of("b", "a"),
                Map.of()));
  }

  @Test
  void aGuardsDeadlineCanBeSetForAnEventInAFileAndInTheEnvironment() {
    var settings =
        sources
            .yaml("guards:\n  deadline: 2s\n  deadlines:\n    PreToolUse: 300ms\n")
            .variable("EVENKEEL_GUARDS_DEADLINES_STOP", "5s")
            .read();
    assertThat(settings.guards())
        .isEqualTo(
            new Settings.Guards(
                Duration.ofSeconds(2),
                Map.of("PreToolUse", Duration.ofMillis(300), "stop", Duration.ofSeconds(5))));
  }

  @Test
  void aGuardsDeadlineIsPositiveAndAtMostAMinute() {
    assertThatThrownBy(() -> sources.variable("EVENKEEL_GUARDS_DEADLINES_STOP", "61s").read())
        .hasMessageContaining("evenkeel.guards.deadlines.stop")
        .hasMessageContaining("at most 60s");
  }

  @Test
  void targetsCanBeSetInTheEnvironment() {
    var settings =
        sources
            .variable("EVENKEEL_TARGETS_MAIN_URL", "http://localhost:3000")
            .variable("EVENKEEL_TARGETS_TEAM_SERVER_URL", "https://team.example")
            .variable("EVENKEEL_TARGETS_TEAM_SERVER_TOKEN", "t0k3n")
            .variable("EVENKEEL_TARGETS_TEAM_SERVER_NAMESPACE", "/hooks")
            .variable("EVENKEEL_TARGETS_TEAM_SERVER_ACKNOWLEDGE", "always")
            .read();
    assertThat(settings.targets())
        .isEqualTo(
            Map.of(
                "main",
                new Settings.Target(
                    URI.create("http://localhost:3000"), null, "/", Settings.Acknowledge.AUTO),
                "team-server",
                new Settings.Target(
                    URI.create("https://team.example"),
                    "t0k3n",
                    "/hooks",
                    Settings.Acknowledge.ALWAYS)));
  }

  @Test
  void extensionsCanBeSetInTheEnvironment() {
    var settings =
        sources
            .variable("EVENKEEL_EXTENSIONS_TOOLS_MAX_CALLS", "5")
            .variable("EVENKEEL_EXTENSIONS__MY_EXTENSION__MAX_AGE", "6s")
            .read();
    assertThat(settings.extensions())
        .isEqualTo(
            Map.of("tools", Map.of("max-calls", "5"), "my-extension", Map.of("max-age", "6s")));
  }

  @Test
  void aVariableOverridesTheKeyThatItsNameFitsThoughItCouldBeReadOtherwise() {
    var settings =
        sources
            .application("evenkeel.extensions.my-extension.max-age", "1s")
            .application("evenkeel.targets.my_target.url", "http://a")
            .variable("EVENKEEL_EXTENSIONS_MY_EXTENSION_MAX_AGE", "2s")
            .variable("EVENKEEL_TARGETS_MY_TARGET_URL", "http://b")
            .read();
    assertThat(settings.extensions()).isEqualTo(Map.of("my-extension", Map.of("max-age", "2s")));
    assertThat(settings.targets()).containsOnlyKeys("my_target");
    assertThat(settings.targets().get("my_target").url()).hasToString("http://b");
  }

  @Test
  void quotedNamesMeanTheSame() {
    var settings =
        sources
            .application("evenkeel.targets.\"main\".url", "http://a")
            .application("evenkeel.extensions.\"my-extension\".max", "1")
            .variable("EVENKEEL_EXTENSIONS__MY_EXTENSION__MAX", "2")
            .read();
    assertThat(settings.targets()).containsOnlyKeys("main");
    assertThat(settings.extensions()).isEqualTo(Map.of("my-extension", Map.of("max", "2")));
  }

  @Test
  void systemPropertiesPrecedeTheEnvironmentWhichPrecedesTheApplication() {
    sources.application("evenkeel.pool.max-connections", "4").application("evenkeel.debug", "on");
    sources.variable("EVENKEEL_POOL_MAX_CONNECTIONS", "5").variable("EVENKEEL_STATE_MAX_AGE", "9s");
    sources.system("evenkeel.pool.max-connections", "6");
    Settings settings = sources.read();
    assertThat(settings.pool().maxConnections()).isEqualTo(6);
    assertThat(settings.state().maxAge()).isEqualTo(Duration.ofSeconds(9));
    assertThat(settings.debug()).isTrue();
  }

  @Test
  void valuesOfTheProfileHoldAndThoseOfOtherProfilesDoNot() {
    var settings =
        sources
            .application("%test.evenkeel.memory-budget", "32M")
            .application("%prod.evenkeel.debug", "true")
            .read();
    assertThat(settings.memoryBudget()).isEqualTo(32L << 20);
    assertThat(settings.debug()).isFalse();
  }

  @Test
  void aBlankValueIsNone() {
    var settings =
        sources.variable("EVENKEEL_TOKEN", " ").variable("EVENKEEL_TARGETS_MAIN_URL", "").read();
    assertThat(settings.access().token()).isNull();
    assertThat(settings.targets()).isEmpty();
  }

  @Test
  void aValueMayReferToAnother() {
    sources.application("evenkeel.token", "${MY_TOKEN}").variable("MY_TOKEN", "secret");
    assertThat(sources.read().access().token()).isEqualTo("secret");
  }

  @Test
  void aValueThatRefersToNothingIsToldAsItIs() {
    sources.application("evenkeel.token", "${MY_TOKEN}");
    assertThatThrownBy(sources::read)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "evenkeel.token refers to something that is not set: ${MY_TOKEN}"
                + " (set in application.properties)");
  }

  @Test
  void theTildeIsTheHomeAndOtherPathsBeginInTheWorkingDirectory() {
    assertThat(sources.variable("EVENKEEL_DATA_DIR", "~/data").read().dataDir())
        .isEqualTo(sources.home.resolve("data"));
    assertThat(sources.variable("EVENKEEL_DATA_DIR", "../data").read().dataDir())
        .isEqualTo(folder.resolve("data"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "EVENKEEL_URL",
        "EVENKEEL_JAVA_OPTS",
        "EVENKEEL_PUBLISHED_PORT",
        "EVENKEEL_GRAFANA_PUBLISHED_PORT",
        "EVENKEEL_TARGET_IMAGE",
        "EVENKEEL_SERVICE_HOST",
        "EVENKEEL_SERVICE_PORT_HTTP",
        "EVENKEEL_PORT",
        "EVENKEEL_PORT_8765_TCP_ADDR"
      })
  void variablesOfTheCommandLineAndOfKubernetesAreLeftAlone(String variable) {
    assertThat(sources.variable(variable, "tcp://10.0.0.1:8765").read()).isNotNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          evenkeel.pool.max-conections         | evenkeel.pool.max-connections
          evenkeel.max-age                     | evenkeel.log.max-age
          evenkeel.state.maxDelegations        | evenkeel.state.max-delegations
          evenkeel.targets.main.ulr            | evenkeel.targets.main.url
          evenkeel.target.url                  | evenkeel.targets.<name>.url
          evenkeel.allowed-hosts[0]            | evenkeel.allowed-hosts
          evenkeel.port                        | quarkus.http.port
          """)
  void anUnknownPropertyStopsTheStartWithItsPlaceAndTheNearestKnown(String key, String nearest) {
    sources.application(key, "x");
    assertThatThrownBy(sources::read)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "%s (set in application.properties) is no setting; the nearest is %s", key, nearest);
  }

  @Test
  void anUnknownSystemPropertyStopsTheStart() {
    sources.system("evenkeel.tokn", "x");
    assertThatThrownBy(sources::read)
        .hasMessage(
            "evenkeel.tokn (set in the system properties) is no setting;"
                + " the nearest is evenkeel.token");
  }

  @ParameterizedTest
  @CsvSource({
    "EVENKEEL_DATADIR, EVENKEEL_DATA_DIR",
    "EVENKEEL_TARGETS_MAIN_ULR, EVENKEEL_TARGETS_MAIN_URL",
    "EVENKEEL_LOG_MAX_BYTE, EVENKEEL_LOG_MAX_BYTES",
    "EVENKEEL_PORT, QUARKUS_HTTP_PORT"
  })
  void anUnknownVariableStopsTheStartWithTheNearestKnown(String variable, String nearest) {
    sources.variable(variable, "9000");
    assertThatThrownBy(sources::read)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "%s (an environment variable) is no setting; the nearest is %s", variable, nearest);
  }

  @Test
  void allUnknownKeysAreToldAtOnce() {
    sources.variable("EVENKEEL_TOKN", "x").application("evenkeel.debgu", "x");
    assertThatThrownBy(sources::read)
        .hasMessageContaining("EVENKEEL_TOKN")
        .hasMessageContaining("evenkeel.debgu");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          evenkeel.pool.max-connections | 0 | is 0; a pool needs at least 1
          evenkeel.pool.max-connections | 65 | is 65; at most 64 are possible
          evenkeel.pool.max-connections | many | : 'many' is no whole number up to 2147483647
          evenkeel.pool.cleanup-interval | 0s | is 0 ms; it has to be longer than nothing
          evenkeel.state.max-delegations | 0 | is 0; a map needs at least 1
          evenkeel.state.max-prompts | -1 | is -1; a map needs at least 1
          evenkeel.state.max-age | soon | : 'soon' is no duration; write 250ms, 30s, 5m, 6h or 7d
          evenkeel.state.cleanup-interval-events | 0 | is 0; it has to be at least 1
          evenkeel.watch.enabled | perhaps | : 'perhaps' is neither true nor false
          evenkeel.watch.interval | -PT1S | is -1000 ms; it has to be longer than nothing
          evenkeel.watch.alert-threshold | 500 | is 500; a number alone is bytes: write it like 500MB
          evenkeel.log.max-bytes | 1M | is 1048576; the log needs at least 16 MB
          evenkeel.log.max-bytes | lots | : 'lots' is no size; write 500MB, 64M or 1g
          evenkeel.log.max-age | 0 | is 0 ms; it has to be longer than nothing
          evenkeel.memory-budget | 1000 | is 1000; the server needs at least 1 MB
          evenkeel.targets.main.url | localhost:3000 | is 'localhost:3000'; write it like http://host:port
          evenkeel.targets.main.url | http://h/ns | is 'http://h/ns'; it ends with the port. A Socket.IO namespace goes into evenkeel.targets.main.namespace
          evenkeel.targets.a b.url | http://h | names a target 'a b'; a name is up to 64 letters, digits, '-' and '_'
          """)
  void aWrongValueStopsTheStartWithWhatToDo(String key, String value, String complaint) {
    sources.application(key, value);
    String separator = complaint.startsWith(":") ? "" : " ";
    assertThatThrownBy(sources::read)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(key + separator + complaint + " (set in application.properties)");
  }

  @Test
  void aWrongVariableIsNamedAsTheUserWroteIt() {
    sources.variable("EVENKEEL_POOL_MAX_CONNECTIONS", "0");
    assertThatThrownBy(sources::read)
        .hasMessage(
            "evenkeel.pool.max-connections is 0; a pool needs at least 1"
                + " (set in the environment as EVENKEEL_POOL_MAX_CONNECTIONS)");
  }

  @Test
  void aTargetWithoutUrlStopsTheStart() {
    sources.variable("EVENKEEL_TARGETS_MAIN_TOKEN", "x");
    assertThatThrownBy(sources::read)
        .hasMessageStartingWith("evenkeel.targets.main.url is not set; a target needs one");
  }

  @Test
  void aSecretStandsInNoMessageAndNoPrint() {
    sources.variable("EVENKEEL_TOKEN", "se cret");
    assertThatThrownBy(sources::read)
        .hasMessageNotContaining("cret ")
        .hasMessageContaining("space");
    sources.variable("EVENKEEL_TOKEN", "secret").variable("EVENKEEL_TARGETS_A_URL", "http://a");
    assertThat(sources.variable("EVENKEEL_TARGETS_A_TOKEN", "secret").read().toString())
        .doesNotContain("secret");
  }
}
