package dev.evenkeel.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code evenkeel.yaml} and the ancestor's file. */
class ConfigFilesTest {

  @TempDir Path folder;
  private Sources sources;

  @BeforeEach
  void begin() {
    sources = new Sources(folder);
  }

  private Path ownFile() {
    return sources.workingDir.resolve("evenkeel.yaml");
  }

  private Path ancestorsFile() {
    return sources.workingDir.resolve(".claude-mpm/configuration.yaml");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        evenkeel:
          debug: yes
          pool:
            max-connections: 2
          targets:
            main: {url: "http://a:1"}
          allowed-hosts: [one, "*.two"]
          extensions:
            tools:
              max-calls: 5
          log:
        """,
        """
        debug: true
        pool: {max-connections: 2}
        targets.main.url: http://a:1
        allowed-hosts:
          - one
          - "*.two"
        extensions:
          tools.max-calls: 5
        """
      })
  void theYamlFileIsReadWithAndWithoutItsRoot(String text) {
    Settings settings = sources.yaml(text).read();
    assertThat(settings.debug()).isTrue();
    assertThat(settings.pool().maxConnections()).isEqualTo(2);
    assertThat(settings.targets().get("main").url()).hasToString("http://a:1");
    assertThat(settings.access().allowedHosts()).containsExactly("one", "*.two");
    assertThat(settings.extensions().get("tools")).containsEntry("max-calls", "5");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing\n", "---\n", "evenkeel:\n"})
  void anEmptyFileSetsNothing(String text) {
    assertThat(sources.yaml(text).read().pool().maxConnections()).isEqualTo(3);
  }

  @Test
  void environmentThenWorkingDirectoryThenDataDirectoryThenAncestorThenApplication() {
    // Given
    sources.variable("EVENKEEL_DATA_DIR", "../data").variable("EVENKEEL_STATE_MAX_PROMPTS", "1");
    sources.yaml("state: {max-prompts: 2, max-delegations: 2}");
    sources.file(
        folder.resolve("data/evenkeel.yaml"),
        "state: {max-prompts: 3, max-delegations: 3, max-age: 3s}");
    sources.ancestors(
        """
        memory_monitoring:
          max_prompt_tracking: 4
          max_delegation_tracking: 4
          max_cache_age_seconds: 4
          cleanup_interval_events: 4
        """);
    sources.file(
        sources.home.resolve(".claude-mpm/configuration.yaml"),
        "memory_monitoring: {cleanup_interval_events: 5, interval_seconds: 5}");
    sources
        .application("evenkeel.watch.interval", "6s")
        .application("evenkeel.pool.cleanup-interval", "6s");
    // When
    Settings settings = sources.read();
    // Then
    assertThat(settings.state()).isEqualTo(new Settings.State(2, 1, Duration.ofSeconds(3), 4));
    assertThat(settings.watch().interval()).isEqualTo(Duration.ofSeconds(5));
    assertThat(settings.pool().cleanupInterval()).isEqualTo(Duration.ofSeconds(6));
  }

  @Test
  void theWorkingDirectorysFileSaysWhereTheDataDirectorysIs() {
    sources.yaml("data-dir: ../data");
    sources.file(folder.resolve("data/evenkeel.yaml"), "debug: true");
    assertThat(sources.read().debug()).isTrue();
  }

  @Test
  void theDataDirectorysFileCannotSayWhereTheDataDirectoryIs() {
    Path file = sources.home.resolve(".evenkeel/evenkeel.yaml");
    sources.file(file, "\ndata-dir: /else");
    assertThatThrownBy(sources::read)
        .hasMessage(
            "evenkeel.data-dir is in the data directory, where it comes too late;"
                + " set it elsewhere (set in %s:2)",
            file);
  }

  @Test
  void anUnknownKeyIsToldWithFileAndLine() {
    sources.yaml("evenkeel:\n  pool:\n    max-conections: 3\n");
    assertThatThrownBy(sources::read)
        .hasMessage(
            "evenkeel.pool.max-conections (set in %s:3) is no setting;"
                + " the nearest is evenkeel.pool.max-connections",
            ownFile());
  }

  @Test
  void aWrongValueIsToldWithFileAndLine() {
    sources.yaml("# limits\npool:\n  max-connections: 0\n");
    assertThatThrownBy(sources::read)
        .hasMessage(
            "evenkeel.pool.max-connections is 0; a pool needs at least 1 (set in %s:3)", ownFile());
  }

  @Test
  void malformedYamlIsToldWithFileAndLine() {
    sources.yaml("debug: true\npool: [1, 2\ntoken: x\n");
    assertThatThrownBy(sources::read)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("(?s)\\Q" + ownFile() + "\\E:[23]: this is no YAML: .{10,200}")
        .hasMessageNotContaining("reader");
  }

  @Test
  void aKeyThatIsThereTwiceIsToldWithItsLine() {
    sources.yaml("debug: true\ndebug: false\n");
    assertThatThrownBy(sources::read)
        .hasMessageStartingWith(ownFile() + ":2: ")
        .hasMessageContaining("debug");
  }

  @Test
  void aKeyThatIsThereTwiceInTwoWaysIsToldWithItsLine() {
    sources.yaml("pool: {max-connections: 1}\npool.max-connections: 2\n");
    assertThatThrownBy(sources::read)
        .hasMessage(ownFile() + ":2: pool.max-connections is there twice");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "just a text",
        "- debug",
        "debug: true\n---\ndebug: false\n",
        "token: &t secret\nextensions: {a: {b: *t}}\n"
      })
  void whatIsNoListOfKeysIsRefused(String text) {
    sources.yaml(text);
    assertThatThrownBy(sources::read)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("(?s)\\Q" + ownFile() + "\\E:[1-3]: .*");
  }

  @Test
  void whatIsTooDeepOrTooLargeIsRefused() {
    sources.yaml("[".repeat(100));
    assertThatThrownBy(sources::read).hasMessageContaining("evenkeel.yaml");
    sources.yaml("#".repeat(2 << 20));
    assertThatThrownBy(sources::read).hasMessageContaining("more than 1 MB");
  }

  @Test
  void everyKeyOfTheAncestorIsTakenOver() {
    sources.ancestors(
        """
        version: 4
        memory_monitoring:
          enabled: false
          max_delegation_tracking: 20
          max_prompt_tracking: 10
          max_cache_age_seconds: 30
          cleanup_interval_events: 50
          interval_seconds: 15
          alert_threshold_mb: 500
          auto_cleanup: false
          something_else: 1
        socket_io:
          port: 8765
          connection_pool:
            enabled: true
            max_connections: 2
            cleanup_interval_seconds: 40
            reconnection: false
        """);
    Settings settings = sources.read();
    assertThat(settings.state()).isEqualTo(new Settings.State(20, 10, Duration.ofSeconds(30), 50));
    assertThat(settings.watch())
        .isEqualTo(new Settings.Watch(false, Duration.ofSeconds(15), 500L << 20, false));
    assertThat(settings.pool()).isEqualTo(new Settings.Pool(2, Duration.ofSeconds(40)));
  }

  @Test
  void aDisabledPoolOfTheAncestorIsOneConnection() {
    sources.ancestors("socket_io: {connection_pool: {enabled: false, max_connections: 5}}");
    assertThat(sources.read().pool().maxConnections()).isEqualTo(1);
  }

  @Test
  void theAncestorsReconnectionIsRefusedWithTheReason() {
    sources.ancestors("socket_io:\n  connection_pool:\n    reconnection: true\n");
    assertThatThrownBy(sources::read)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("socket_io.connection_pool.reconnection is true;")
        .hasMessageContaining("never reconnects by itself")
        .hasMessageContaining("replaces dead connections")
        .hasMessageEndingWith("(set in %s:3)", ancestorsFile());
  }

  @Test
  void aWrongValueOfTheAncestorIsToldWithFileAndLine() {
    sources.ancestors("memory_monitoring:\n  max_prompt_tracking: many\n");
    assertThatThrownBy(sources::read)
        .hasMessage(
            "memory_monitoring.max_prompt_tracking is 'many'; write a whole number (set in %s:2)",
            ancestorsFile());
    sources.ancestors("memory_monitoring:\n  max_prompt_tracking: 0\n");
    assertThatThrownBy(sources::read)
        .hasMessage(
            "evenkeel.state.max-prompts is 0; a map needs at least 1 (set in %s:2)",
            ancestorsFile());
  }

  @Test
  void theAncestorsPortIsATargetAndItsDebugIsOurs() {
    sources.variable("CLAUDE_MPM_SOCKETIO_PORT", "8766").variable("CLAUDE_MPM_HOOK_DEBUG", "true");
    Settings settings = sources.read();
    assertThat(settings.targets().get("claude-mpm").url()).hasToString("http://localhost:8766");
    assertThat(settings.debug()).isTrue();
    assertThat(sources.variable("EVENKEEL_DEBUG", "false").read().debug()).isFalse();
  }

  @Test
  void aPortOfTheAncestorThatIsNoneIsTold() {
    sources.variable("CLAUDE_MPM_SOCKETIO_PORT", "eight");
    assertThatThrownBy(sources::read)
        .hasMessage("CLAUDE_MPM_SOCKETIO_PORT is 'eight'; it is a port, like 8765, or not set");
  }
}
