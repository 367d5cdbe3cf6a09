package dev.evenkeel.extensions.gitbranch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read for a folder, with repositories that the real Git made, and with hostile ones. */
@Timeout(60)
class RepositoriesTest {

  @TempDir Path temporary;

  private Path home;
  private Path outside;
  private Repositories repositories;

  @BeforeEach
  void makeFolders() throws Exception {
    home = Files.createDirectory(temporary.toRealPath().resolve("home"));
    outside = Files.createDirectory(temporary.toRealPath().resolve("outside"));
    repositories = new Repositories(new Roots(List.of(home.toString())));
  }

  private Optional<String> branchOf(Path folder) {
    return repositories.branchOf(folder.toString());
  }

  // ---- what Git makes

  @Test
  void theBranchIsThatOfTheRepositoryAroundTheFolder() throws Exception {
    var git = Git.init(home.resolve("app"), "feature/cart");
    Path deep = Files.createDirectories(home.resolve("app/src/main"));
    assertThat(branchOf(home.resolve("app"))).contains("feature/cart");
    assertThat(branchOf(deep)).contains("feature/cart");
    git.run("checkout", "-q", "-b", "other");
    assertThat(branchOf(deep)).contains("other");
  }

  /**
   * Written here and not by Git: a Java process cannot pass the letter on where the locale is C.
   */
  @Test
  void aBranchMayHaveAnyLetters() throws Exception {
    Git.init(home.resolve("app"), "main");
    Files.writeString(home.resolve("app/.git/HEAD"), "ref: refs/heads/feature/cart-é\n");
    assertThat(branchOf(home.resolve("app"))).contains("feature/cart-é");
  }

  @Test
  void aBranchWithoutACommitIsNamedToo() throws Exception {
    Files.createDirectory(home.resolve("new"));
    Git.at(home.resolve("new")).run("init", "-q", "-b", "trunk");
    assertThat(branchOf(home.resolve("new"))).contains("trunk");
  }

  @Test
  void aBranchWhoseReferenceIsPackedIsNamedToo() throws Exception {
    var git = Git.init(home.resolve("app"), "main");
    git.run("pack-refs", "--all");
    assertThat(Files.exists(home.resolve("app/.git/refs/heads/main"))).isFalse();
    assertThat(branchOf(home.resolve("app"))).contains("main");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sha1", "sha256"})
  void aDetachedHeadIsTheShortHashOfItsCommit(String format) throws Exception {
    Files.createDirectory(home.resolve("app"));
    var git = Git.at(home.resolve("app"));
    git.run("init", "-q", "--object-format=" + format);
    git.run("commit", "-q", "--allow-empty", "-m", "first");
    git.run("checkout", "-q", "--detach");
    assertThat(branchOf(home.resolve("app")))
        .contains(git.run("rev-parse", "HEAD").substring(0, 7));
  }

  @Test
  void aWorktreeHasABranchOfItsOwn() throws Exception {
    var git = Git.init(home.resolve("app"), "main");
    git.run("worktree", "add", "-q", "-b", "side", home.resolve("trees/side").toString());
    git.run("worktree", "add", "-q", "--detach", home.resolve("trees/none").toString());
    assertThat(branchOf(home.resolve("trees/side"))).contains("side");
    assertThat(branchOf(home.resolve("trees/none")))
        .contains(git.run("rev-parse", "HEAD").substring(0, 7));
    assertThat(branchOf(home.resolve("app"))).contains("main");
  }

  @Test
  void aSubmoduleHasABranchOfItsOwn() throws Exception {
    Git.init(home.resolve("library"), "lib-main");
    var git = Git.init(home.resolve("app"), "main");
    git.run("submodule", "add", "-q", home.resolve("library").toString(), "vendor/library");
    assertThat(branchOf(home.resolve("app/vendor/library"))).contains("lib-main");
    assertThat(branchOf(home.resolve("app/vendor"))).contains("main");
  }

  @Test
  void aFolderOutsideOfARepositoryHasNone() throws Exception {
    assertThat(branchOf(home)).isEmpty();
    assertThat(branchOf(home.resolve("gone/away"))).isEmpty();
  }

  @Test
  void aFolderMayBeNamedThroughALinkBelowTheRoots() throws Exception {
    Git.init(home.resolve("app"), "main");
    Files.createSymbolicLink(home.resolve("link"), home.resolve("app"));
    assertThat(branchOf(home.resolve("link"))).contains("main");
  }

  @Test
  void aRootMayBeALinkItself() throws Exception {
    Git.init(home.resolve("app"), "main");
    Path link = Files.createSymbolicLink(temporary.resolve("home-link"), home);
    var throughLink = new Repositories(new Roots(List.of(link.toString())));
    assertThat(throughLink.branchOf(link.resolve("app").toString())).contains("main");
    assertThat(throughLink.branchOf(home.resolve("app").toString())).contains("main");
  }

  // ---- what is not followed

  @Test
  void aFolderOutsideOfTheRootsIsNotLookedAt() throws Exception {
    Git.init(outside.resolve("app"), "secret");
    Git.init(temporary.toRealPath().resolve("home-2"), "secret");
    assertThat(branchOf(outside.resolve("app"))).isEmpty();
    assertThat(branchOf(temporary.toRealPath().resolve("home-2"))).isEmpty();
    assertThat(repositories.branchOf(home + "/../outside/app")).isEmpty();
  }

  @Test
  void aRepositoryAroundTheRootIsNotLookedAt() throws Exception {
    Git.init(temporary.toRealPath(), "secret");
    assertThat(branchOf(home)).isEmpty();
  }

  @Test
  void aLinkThatLeadsOutIsNotFollowed() throws Exception {
    Git.init(outside.resolve("app"), "secret");
    Files.createSymbolicLink(home.resolve("link"), outside.resolve("app"));
    assertThat(branchOf(home.resolve("link"))).isEmpty();
  }

  @Test
  void aGitLinkThatLeadsOutIsNotFollowed() throws Exception {
    Git.init(outside.resolve("app"), "secret");
    Files.createDirectory(home.resolve("app"));
    Files.createSymbolicLink(home.resolve("app/.git"), outside.resolve("app/.git"));
    assertThat(branchOf(home.resolve("app"))).isEmpty();
  }

  @Test
  void aGitFileThatLeadsOutIsNotFollowed() throws Exception {
    Git.init(outside.resolve("app"), "secret");
    Files.createDirectory(home.resolve("app"));
    for (String target : List.of(outside + "/app/.git", "../../outside/app/.git")) {
      Files.writeString(home.resolve("app/.git"), "gitdir: " + target + "\n");
      assertThat(branchOf(home.resolve("app"))).as(target).isEmpty();
    }
  }

  @Test
  void aGitFileThatLeadsOutThroughALinkIsNotFollowed() throws Exception {
    Git.init(outside.resolve("app"), "secret");
    Files.createDirectory(home.resolve("app"));
    Files.createSymbolicLink(home.resolve("inside"), outside);
    Files.writeString(home.resolve("app/.git"), "gitdir: " + home + "/inside/app/.git\n");
    assertThat(branchOf(home.resolve("app"))).isEmpty();
  }

  @Test
  void aHeadThatIsALinkIsNotFollowed() throws Exception {
    Git.init(outside.resolve("app"), "secret");
    Git.init(home.resolve("app"), "main");
    Files.delete(home.resolve("app/.git/HEAD"));
    Files.createSymbolicLink(home.resolve("app/.git/HEAD"), outside.resolve("app/.git/HEAD"));
    assertThat(branchOf(home.resolve("app"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "relative/app",
        "C:\\Users\\dev\\app",
        "\\\\server\\share\\app",
        "//server/share",
        "/proc/self/root",
        "~",
        "file:///home",
        "/home/\u0000app"
      })
  void whatIsNoWholePathBelowARootIsIgnored(String folder) {
    assertThat(repositories.branchOf(folder)).isEmpty();
  }

  // ---- what is not read

  @Test
  void aFifoIsNotOpened() throws Exception {
    Git.init(home.resolve("app"), "main");
    Files.delete(home.resolve("app/.git/HEAD"));
    makeFifo(home.resolve("app/.git/HEAD"));
    assertThat(branchOf(home.resolve("app"))).isEmpty();
    Files.createDirectory(home.resolve("other"));
    makeFifo(home.resolve("other/.git"));
    assertThat(branchOf(home.resolve("other"))).isEmpty();
  }

  private static void makeFifo(Path path) throws Exception {
    assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
  }

  @Test
  void aDeviceIsNotOpened() throws Exception {
    var everywhere = new Repositories(new Roots(List.of("/")));
    Files.createDirectory(home.resolve("app"));
    Files.createSymbolicLink(home.resolve("app/.git"), Path.of("/dev/zero"));
    assertThat(everywhere.branchOf(home.resolve("app").toString())).isEmpty();
  }

  @Test
  void aHugeFileIsNotRead() throws Exception {
    Git.init(home.resolve("app"), "main");
    Files.writeString(
        home.resolve("app/.git/HEAD"), "ref: refs/heads/main\n" + "x".repeat(10_000_000));
    assertThat(branchOf(home.resolve("app"))).isEmpty();
    Files.createDirectory(home.resolve("other"));
    Files.writeString(
        home.resolve("other/.git"), "gitdir: " + home + "/app/.git\n" + "\n".repeat(10_000));
    assertThat(branchOf(home.resolve("other"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "root:x:0:0:root:/root:/bin/sh",
        "ref: refs/heads/",
        "ref: refs/heads/a\u001b[31m",
        "ref: ../../../etc/passwd",
        "ref: refs/heads/.invalid",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "0123456789abcdef",
        "0123456789abcdef0123456789abcdef0123456789"
      })
  void aHeadThatIsNoneOfGitsSaysNothing(String head) throws Exception {
    Git.init(home.resolve("app"), "main");
    Files.writeString(home.resolve("app/.git/HEAD"), head + "\n");
    assertThat(branchOf(home.resolve("app"))).isEmpty();
  }

  @Test
  void aHeadThatIsNotReadableOrNotUtf8SaysNothingOrWhatItCan() throws Exception {
    Git.init(home.resolve("app"), "main");
    Files.delete(home.resolve("app/.git/HEAD"));
    Files.createDirectory(home.resolve("app/.git/HEAD"));
    assertThat(branchOf(home.resolve("app"))).isEmpty();
    Files.delete(home.resolve("app/.git/HEAD"));
    assertThat(branchOf(home.resolve("app"))).isEmpty();
    Files.write(home.resolve("app/.git/HEAD"), new byte[] {(byte) 0xFF, (byte) 0xFE, 0, 'r'});
    assertThat(branchOf(home.resolve("app"))).isEmpty();
  }

  @Test
  void linksThatGoInACircleEnd() throws Exception {
    Files.createSymbolicLink(home.resolve("a"), home.resolve("b"));
    Files.createSymbolicLink(home.resolve("b"), home.resolve("a"));
    assertThat(branchOf(home.resolve("a"))).isEmpty();
    Files.createDirectory(home.resolve("app"));
    Files.createSymbolicLink(home.resolve("app/.git"), home.resolve("app/.git"));
    assertThat(branchOf(home.resolve("app"))).isEmpty();
    Files.createDirectory(home.resolve("self"));
    Files.writeString(home.resolve("self/.git"), "gitdir: .git\n");
    assertThat(branchOf(home.resolve("self"))).isEmpty();
  }

  @Test
  void aVeryDeepFolderIsClimbedOnlySoFar() throws Exception {
    Git.init(home.resolve("app"), "main");
    Path deep = Files.createDirectories(home.resolve("app/" + "d/".repeat(100)));
    assertThat(branchOf(deep)).isEmpty();
    assertThat(branchOf(Files.createDirectories(home.resolve("app/" + "e/".repeat(60)))))
        .contains("main");
  }
}
