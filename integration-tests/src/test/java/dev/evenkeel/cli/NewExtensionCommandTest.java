package dev.evenkeel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code bin/evenkeel new-extension}: a folder to start from, which works as it is. */
class NewExtensionCommandTest {

  /** A build with an empty cache of compiled code on a busy machine, and more. */
  private static final Duration BUILD = Duration.ofMinutes(8);

  @TempDir Path folder;

  /**
   * What is installed goes to a repository of this test; what is there already is taken from the
   * user's.
   */
  private Script building(Script script) {
    Path users = Path.of(System.getProperty("user.home"), ".m2", "repository");
    return script
        .patientFor(BUILD)
        .with("JAVA_HOME", System.getProperty("java.home"))
        .with(
            "MAVEN_ARGS",
            "-Dmaven.repo.local=" + folder.resolve("m2") + " -Dmaven.repo.local.tail=" + users);
  }

  @Test
  void theNewExtensionBuildsTestsAndPackagesWithOneCommand() throws Exception {
    // Given
    Path made = folder.resolve("my work/git-notes");
    // When
    var making =
        building(Script.ofThisCheckout()).run("new-extension", "git-notes", made.toString());
    var building =
        building(new Script(made.resolve("build"), Script.ofThisCheckout().environment()));
    var result = building.run();
    // Then
    assertThat(making.exitCode()).as(making.error()).isZero();
    assertThat(making.error()).contains("local repository", "./build");
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output())
        .contains(
            "GitNotesExtensionTest", "GitNotesContractTest", "Failures: 0, Errors: 0, Skipped: 0");
    try (var jar = new JarFile(made.resolve("target/git-notes.jar").toFile())) {
      var service = jar.getEntry("META-INF/services/dev.evenkeel.extension.Extension");
      assertThat(new String(jar.getInputStream(service).readAllBytes()).strip())
          .isEqualTo("com.example.gitnotes.GitNotesExtension");
      assertThat(jar.getEntry("com/example/gitnotes/GitNotesExtension.class")).isNotNull();
      assertThat(jar.stream().map(Object::toString))
          .noneMatch(name -> name.contains("tarter") || name.contains("jackson"));
    }
    assertThat(textsIn(made))
        .noneMatch(
            text -> text.toLowerCase(Locale.ROOT).contains("tarter") || text.contains("@JDK@"));
  }

  private static List<String> textsIn(Path made) throws IOException {
    try (Stream<Path> all = Files.walk(made)) {
      return all.filter(file -> file.toString().matches(".*(\\.java|\\.xml|\\.md|build)"))
          .filter(Files::isRegularFile)
          .filter(file -> !file.startsWith(made.resolve("target")))
          .map(NewExtensionCommandTest::read)
          .toList();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatIsThereAlreadyIsNeverOverwritten() throws Exception {
    Path mine = Files.createDirectories(folder.resolve("mine"));
    Path file = Files.writeString(folder.resolve("file"), "mine");
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere"));

    for (Path taken : List.of(mine, file, link)) {
      var result = Script.ofThisCheckout().run("new-extension", "git-notes", taken.toString());

      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(result.error()).contains("is there already", taken.toString());
    }
    assertThat(mine).isEmptyDirectory();
    assertThat(file).hasContent("mine");
    assertThat(folder.resolve("nowhere")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Git",
        "git_notes",
        "-git",
        "git-",
        "git--notes",
        "x",
        "x-y",
        "1git",
        "git-1x",
        "git notes",
        "../git",
        "new",
        "im-port",
        "redact",
        "api"
      })
  void aNameThatIsNoneIsRefusedWithTheReason(String name) throws Exception {
    Path made = folder.resolve("made");
    var result = Script.ofThisCheckout().run("new-extension", name, made.toString());

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.error()).contains("'" + name + "'");
    assertThat(made).doesNotExist();
  }

  /** The shell makes the name: a Java process cannot pass it on where the locale is C. */
  @Test
  void aNameWithOtherLettersIsRefusedToo() throws Exception {
    var result =
        Script.ofThisCheckout().runLine("\"$0\" new-extension \"$(printf 'g\\303\\256t')\"");

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.error()).contains("is no name of an extension");
  }

  @Test
  void aBuildWithAnOldJavaSaysWhatIsMissing() throws Exception {
    var checkout = FakeCheckout.in(folder);
    Path old = checkout.jdk("openjdk-17", "17.0.15");
    Path build = Files.createDirectories(folder.resolve("made")).resolve("build");
    Path starter = Script.root().resolve("extensions/starter/build");
    Files.writeString(build, Files.readString(starter).replace("@JDK@", old.toString()));
    assertThat(build.toFile().setExecutable(true)).isTrue();

    var result = checkout.script().runLine("\"" + build + "\"");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.error()).contains("no JDK 25", "JAVA_HOME");
  }
}
