package dev.evenkeel.extensions.gitbranch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.testkit.ExtensionHarness;
import dev.evenkeel.extension.testkit.RecordedEvents;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GitBranchExtensionTest {

  @TempDir Path temporary;

  private Path home;
  private ExtensionHarness harness;

  @BeforeEach
  void start() throws Exception {
    home = temporary.toRealPath();
    harness = ExtensionHarness.of(GitBranchExtension::new).config("roots", home.toString()).start();
  }

  @AfterEach
  void stop() {
    harness.close();
  }

  /** The branch that is attached to an event in a folder, or "none". */
  private String branchAt(Object folder) {
    var reaction =
        harness.send(
            "claude-code",
            Map.of("session_id", "s", "hook_event_name", "Stop", "cwd", folder.toString()));
    var branch = reaction.attached().get("git_branch");
    return branch == null ? "none" : branch.textValue();
  }

  @Test
  void isFoundByTheServer() {
    assertThat(ServiceLoader.load(Extension.class))
        .hasAtLeastOneElementOfType(GitBranchExtension.class)
        .extracting(Extension::name)
        .containsExactly("git-branch");
  }

  @Test
  void theBranchIsAttachedToEveryEventOfEveryAgent() throws Exception {
    Git.init(home.resolve("app"), "feature/cart");
    assertThat(branchAt(home.resolve("app"))).isEqualTo("feature/cart");
    var cursor =
        harness.send(
            "cursor",
            Map.of(
                "conversation_id",
                "c",
                "hook_event_name",
                "anything",
                "cwd",
                "",
                "workspace_roots",
                new String[] {home.resolve("app").toString()}));
    assertThat(cursor.attached().get("git_branch").textValue()).isEqualTo("feature/cart");
  }

  @Test
  void anEventWithoutAFolderHasNone() {
    assertThat(harness.send("x", "{\"hook_event_name\":\"Stop\"}").attached()).isEmpty();
    assertThat(branchAt("")).isEqualTo("none");
    assertThat(harness.map("branches").size()).isZero();
  }

  @Test
  void aBranchIsReadAgainAfterFiveMinutesAndNotBefore() throws Exception {
    var git = Git.init(home.resolve("app"), "main");
    assertThat(branchAt(home.resolve("app"))).isEqualTo("main");
    git.run("checkout", "-q", "-b", "side");
    // Each use keeps it in the map, and does not make it younger
    for (int i = 0; i < 2; i++) {
      harness.advance(Duration.ofSeconds(149));
      assertThat(branchAt(home.resolve("app"))).isEqualTo("main");
    }
    harness.advance(Duration.ofSeconds(2));
    assertThat(branchAt(home.resolve("app"))).isEqualTo("side");
  }

  @Test
  void thatThereIsNoneIsRememberedToo() throws Exception {
    Files.createDirectory(home.resolve("app"));
    assertThat(branchAt(home.resolve("app"))).isEqualTo("none");
    Git.init(home.resolve("app"), "main");
    assertThat(branchAt(home.resolve("app"))).isEqualTo("none");
    harness.advance(Duration.ofSeconds(301));
    assertThat(branchAt(home.resolve("app"))).isEqualTo("main");
  }

  @Test
  void aClockThatIsSetBackMakesWhatIsKnownOld() throws Exception {
    var git = Git.init(home.resolve("app"), "main");
    assertThat(branchAt(home.resolve("app"))).isEqualTo("main");
    git.run("checkout", "-q", "-b", "side");
    harness.setTime(harness.clock().instant().minusSeconds(3600));
    assertThat(branchAt(home.resolve("app"))).isEqualTo("side");
  }

  @Test
  void manyFoldersStayWithinTheLimits() {
    for (int i = 0; i < 2_000; i++) {
      assertThat(branchAt("/home/" + "x".repeat(200) + i)).isEqualTo("none");
    }
    assertThat(harness.map("branches").size()).isEqualTo(500);
    assertThat(harness.bytesIn("branches")).isLessThan(500 * 300);
  }

  @Test
  void aFieldOfThePayloadStays() throws Exception {
    Git.init(home.resolve("app"), "main");
    var reaction =
        harness.send("x", Map.of("cwd", home.resolve("app").toString(), "git_branch", "own"));
    assertThat(reaction.attached()).doesNotContainKey("git_branch");
  }

  static Stream<String> files() {
    return RecordedEvents.files().stream();
  }

  @ParameterizedTest
  @MethodSource("files")
  void nothingFailsOnRecordedEvents(String file) {
    harness.replay(RecordedEvents.read(file), Duration.ofMillis(10));
    assertThat(harness.failures()).isEmpty();
  }

  @Test
  void aRootIsAWholePath() {
    var builder = ExtensionHarness.of(GitBranchExtension::new).config("roots", "/srv,projects");
    assertThatThrownBy(builder::start)
        .hasMessageContaining("'projects'")
        .hasMessageContaining("whole path");
  }

  @Test
  void theHomeOfTheUserIsTheRootWhereNoneIsConfigured() {
    assertThat(new GitBranchConfig().roots()).containsExactly(System.getProperty("user.home"));
  }
}
