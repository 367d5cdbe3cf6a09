package dev.evenkeel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code bin/evenkeel}: the commands that people use. */
class EvenkeelCommandTest {

  private static final Script SCRIPT = Script.ofThisCheckout();

  @TempDir Path folder;

  // ---- help

  @ParameterizedTest
  @ValueSource(strings = {"", "help", "--help", "-h"})
  void theCommandsAreListed(String argument) throws Exception {
    var result = argument.isEmpty() ? SCRIPT.run() : SCRIPT.run(argument);

    assertThat(result.exitCode()).isZero();
    assertThat(result.error()).isEmpty();
    assertThat(result.output())
        .contains("  run ", "  dev ", "  test ", "  settings ", "  hook ", "  bench ")
        .contains("  new-extension")
        .contains("EVENKEEL_URL", "EVENKEEL_TOKEN");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run",
        "dev",
        "test",
        "settings",
        "hook",
        "bench",
        "image",
        "up",
        "new-extension",
        "conformance-server"
      })
  void eachCommandExplainsItself(String command) throws Exception {
    var result = SCRIPT.run(command, "--help");

    assertThat(result.exitCode()).isZero();
    assertThat(result.output()).startsWith("usage: bin/evenkeel " + command);
    assertThat(SCRIPT.run("help", command).output()).isEqualTo(result.output());
  }

  @Test
  void anUnknownCommandNamesTheKnownOnes() throws Exception {
    var result = SCRIPT.run("strat");

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.output()).isEmpty();
    assertThat(result.error()).contains("'strat'", "run, dev, test, settings, hook, bench");
  }

  @Test
  void theVersionIsTheProjects() throws Exception {
    assertThat(SCRIPT.run("--version").output())
        .matches("(?s)evenkeel \\d+\\.\\d+\\.\\d+.*\nJDK .*");
  }

  // ---- settings

  @Test
  void theSettingsPostEachEventToTheServer() throws Exception {
    var hooks = settings(SCRIPT);

    assertThat(names(hooks))
        .contains("PreToolUse", "PostToolUse", "UserPromptSubmit", "Stop", "SessionEnd")
        .doesNotContain("WorktreeCreate", "WorktreeRemove")
        .doesNotContain("MessageDisplay", "PermissionRequest", "PreModelSwitch");
    for (var event : names(hooks)) {
      var hook = hook(hooks, event);
      if (Set.of("SessionStart", "Setup").contains(event)) {
        assertThat(hook.path("type").asText()).isEqualTo("command");
        assertThat(hook.path("command").asText()).contains("/bin/evenkeel").endsWith(" hook");
      } else {
        assertThat(hook.path("type").asText()).as(event).isEqualTo("http");
        assertThat(hook.path("url").asText()).isEqualTo("http://127.0.0.1:8765/hooks/claude-code");
        assertThat(hook.path("timeout").asInt()).isEqualTo(5);
        assertThat(hook.has("headers")).isFalse();
      }
    }
  }

  @Test
  void allAddsEveryEventButTheOnesThatReplaceTheAgentsWorktrees() throws Exception {
    var more = names(settings(SCRIPT, "--all"));
    more.removeAll(names(settings(SCRIPT)));

    assertThat(more).containsExactly("MessageDisplay", "PermissionRequest", "PreModelSwitch");
  }

  @Test
  void theTokenIsNamedAndNotPrinted() throws Exception {
    var script = SCRIPT.with("EVENKEEL_TOKEN", "secret-1234");
    var result = script.run("settings", "claude-code");

    assertThat(result.output() + result.error()).doesNotContain("secret-1234");
    var hook = hook(settings(script), "PreToolUse");
    assertThat(hook.path("headers").path("Authorization").asText())
        .isEqualTo("Bearer $EVENKEEL_TOKEN");
    assertThat(hook.path("allowedEnvVars").path(0).asText()).isEqualTo("EVENKEEL_TOKEN");
  }

  @Test
  void theSettingsSayWhereTheyBelong() throws Exception {
    assertThat(SCRIPT.run("settings", "claude-code").error())
        .contains("~/.claude/settings.json", ".claude/settings.json");
  }

  @Test
  void theCommandHookWorksFromAPathWithSpacesAndForAnotherServer() throws Exception {
    var checkout = FakeCheckout.in(folder);
    try (var server = HookServer.answering(200, "{\"answer\":1}")) {
      var hooks = settings(checkout.script().with("EVENKEEL_URL", server.url()));
      var command = hook(hooks, "SessionStart").path("command").asText();

      var result = checkout.script().runLine("echo '{}' | " + command);

      assertThat(result.output()).isEqualTo("{\"answer\":1}");
      assertThat(server.request().path()).isEqualTo("/hooks/claude-code");
    }
  }

  // ---- run

  @Test
  void aMissingBuildIsMadeWithAJdkThatWasFound() throws Exception {
    var checkout = FakeCheckout.in(folder);
    var jdk = checkout.jdk("temurin-25", "25.0.3");

    var result = checkout.script().run("run");

    assertThat(result.exitCode()).isZero();
    assertThat(checkout.calls())
        .startsWith("maven: " + checkout.root() + " " + jdk + " ")
        .contains("package -pl server -am");
    assertThat(result.output())
        .startsWith("java: " + jdk + "/bin/java @" + checkout.root() + "/server/jvm.options -jar ");
    assertThat(result.output()).endsWith("server/target/quarkus-app/quarkus-run.jar\n");
    assertThat(result.error()).contains("for the first time", "settings claude-code");
  }

  @Test
  void aBuildThatIsNewerThanItsSourcesIsNotMadeAgain() throws Exception {
    var checkout = FakeCheckout.in(folder).built();
    checkout.jdk("temurin-25", "25.0.3");

    assertThat(checkout.script().run("run").exitCode()).isZero();
    assertThat(checkout.calls()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"server/src/main/java/A.java", "extensions/api/src/main/java/B.java", "pom.xml"})
  void aChangedSourceIsBuilt(String source) throws Exception {
    var checkout = FakeCheckout.in(folder).built();
    checkout.jdk("temurin-25", "25.0.3");
    checkout.change(source);

    var result = checkout.script().run("run");

    assertThat(result.error()).contains("building, because").contains("changed");
    assertThat(checkout.calls()).isNotEmpty();
  }

  @Test
  void aChangeInAPackageThatIsCalledTargetIsBuilt() throws Exception {
    var checkout = FakeCheckout.in(folder);
    String source = "server/src/main/java/dev/evenkeel/server/target/C.java";
    Files.createDirectories(checkout.root().resolve(source).getParent());
    checkout.change(source);
    checkout.built().jdk("temurin-25", "25.0.3");
    assertThat(checkout.script().run("run").error()).doesNotContain("building");

    checkout.change(source);

    assertThat(checkout.script().run("run").error()).contains("building, because " + source);
  }

  @Test
  void whatIsSavedWhileTheBuildRunsIsBuiltTheNextTime() throws Exception {
    var checkout = FakeCheckout.in(folder).built();
    checkout.jdk("temurin-25", "25.0.3");
    checkout.change("pom.xml");
    var saving = "echo saved >server/src/main/java/A.java";

    checkout.script().with("WHILE_IT_BUILDS", saving).run("run");

    assertThat(checkout.script().run("run").error()).contains("building, because server/src/main");
    assertThat(checkout.script().run("run").error()).doesNotContain("building, because");
  }

  @Test
  void aFolderOfCdpathIsNotTakenForTheCheckout() throws Exception {
    var checkout = FakeCheckout.in(folder).built();
    checkout.jdk("temurin-25", "25.0.3");
    Files.createDirectories(folder.resolve("elsewhere/bin"));

    var result =
        checkout
            .script()
            .with("CDPATH", folder.resolve("elsewhere").toString())
            .runLine("cd \"$(dirname \"$0\")/..\" && bin/evenkeel run");

    assertThat(result.error()).doesNotContain("building");
    assertThat(result.output()).contains("java: ");
  }

  @Test
  void aSoakThatCannotBeRunIsNotABrokenPromise() throws Exception {
    var checkout = FakeCheckout.in(folder).built();
    checkout.jdk("temurin-25", "25.0.3");
    checkout.change("pom.xml");

    var result = checkout.script().with("MAVEN_RESULT", "1").run("soak");

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.error()).contains("the build failed");
  }

  @Test
  void optionsThatWaitForADebuggerAreGivenToTheServerAlone() throws Exception {
    var checkout = FakeCheckout.in(folder).built();
    Path jdk = checkout.jdk("temurin-25", "25.0.3");
    checkout.startUpCacheFor(jdk + " 25.0.3");
    Path probe = folder.resolve("probed");
    Files.writeString(
        jdk.resolve("bin/java"),
        """
        #!/bin/sh
        case "$*" in
          *-XshowSettings*) echo "    java.home = %s"; exit ;;
          *-version*) echo "$*" >>'%s'; exit ;;
        esac
        echo "java: $0" "$@"
        """
            .formatted(jdk, probe));

    var result =
        checkout
            .script()
            .with(
                "EVENKEEL_JAVA_OPTS", "-Xmx300m -agentlib:jdwp=server=y,suspend=y -Xlog:gc:file=x")
            .run("run");

    assertThat(result.output()).contains("-agentlib:jdwp=server=y,suspend=y", "-Xlog:gc:file=x");
    assertThat(probe).content().contains("-Xmx300m").doesNotContain("jdwp", "-Xlog:gc");
  }

  @Test
  void whatDevCompiledWithoutChecksIsCompiledAgain() throws Exception {
    var checkout = FakeCheckout.in(folder).built();
    checkout.jdk("temurin-25", "25.0.3");
    Path compiled = checkout.root().resolve("extensions/api/target/classes/A.class");
    Files.createDirectories(compiled.getParent());

    assertThat(checkout.script().run("dev").exitCode()).isZero();
    Files.writeString(compiled, "unchecked");
    assertThat(checkout.calls()).contains("quarkus:dev -Pwithout-checks");
    checkout.built().change("server/src/main/java/A.java");
    checkout.script().run("run");

    assertThat(compiled).doesNotExist();
    // And what the build has checked stays
    Files.createDirectories(compiled.getParent());
    Files.writeString(compiled, "checked");
    checkout.built().change("server/src/main/java/B.java");
    checkout.script().run("run");
    assertThat(compiled).exists();
  }

  @Test
  void aRemovedSourceIsBuilt() throws Exception {
    var checkout = FakeCheckout.in(folder);
    checkout.change("server/src/main/java/A.java");
    checkout.built().jdk("temurin-25", "25.0.3");
    Files.delete(checkout.root().resolve("server/src/main/java/A.java"));

    checkout.script().run("run");

    assertThat(checkout.calls()).isNotEmpty();
  }

  @Test
  void aBuildThatFailsStartsNothing() throws Exception {
    var checkout = FakeCheckout.in(folder);
    checkout.jdk("temurin-25", "25.0.3");

    var result = checkout.script().with("MAVEN_RESULT", "1").run("run");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.output()).isEmpty();
    assertThat(result.error()).contains("the build failed", "target/build.log");
  }

  @Test
  void theStartUpCacheIsTriedOnceForEachBuild() throws Exception {
    var checkout = FakeCheckout.in(folder).built();
    checkout.jdk("temurin-25", "25.0.3");

    assertThat(checkout.script().run("run").error()).contains("no start-up cache could be made");
    assertThat(checkout.script().run("run").error()).doesNotContain("cache");
  }

  @Test
  void ownJvmOptionsComeLast() throws Exception {
    var checkout = FakeCheckout.in(folder).built();
    checkout.jdk("temurin-25", "25.0.3");

    var result = checkout.script().with("EVENKEEL_JAVA_OPTS", "-Xmx1g -Da=b").run("run");

    assertThat(result.output()).contains(" -Xmx1g -Da=b -jar ");
  }

  @Test
  void argumentsOfRunAreRefused() throws Exception {
    var result = SCRIPT.run("run", "--port=1");

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.error()).contains("'--port=1'");
  }

  @ParameterizedTest
  @CsvSource({
    "'', http://127.0.0.1:9000/",
    "0.0.0.0, http://127.0.0.1:9000/",
    "::, http://127.0.0.1:9000/",
    "::1, http://[::1]:9000/",
    "evenkeel.example, http://evenkeel.example:9000/"
  })
  void runPrintsTheAddressOfThePage(String host, String address) throws Exception {
    var checkout = FakeCheckout.in(folder).built();
    checkout.jdk("temurin-25", "25.0.3");
    var script = checkout.script().with("QUARKUS_HTTP_PORT", "9000");

    var result = script.with("QUARKUS_HTTP_HOST", host).run("run");

    assertThat(result.error()).contains("open " + address + " in a browser");
  }

  // ---- test

  @ParameterizedTest
  @ValueSource(strings = {"chromium", "google-chrome"})
  void theTestsRunInTheBrowserThatIsThere(String name) throws Exception {
    var checkout = FakeCheckout.in(folder);
    checkout.jdk("temurin-25", "25.0.3");
    var tools = checkout.tools(0, true);
    var browser = checkout.browser(name);

    var result = checkout.script().with("PATH", tools.toString()).run("test", "-pl", "server");

    assertThat(result.exitCode()).as(result.error()).isZero();
    assertThat(checkout.calls())
        .contains("verify -pl server\n", "browser: " + browser + "\n")
        .doesNotContain("apt-get");
  }

  @Test
  void theBrowserThatIsNamedComesFirst() throws Exception {
    var checkout = FakeCheckout.in(folder);
    checkout.jdk("temurin-25", "25.0.3");
    var tools = checkout.tools(0, true);
    checkout.browser("chromium");
    var named = checkout.browser("my browser");

    checkout.script().with("PATH", tools.toString()).with("CHROMIUM", named.toString()).run("test");

    assertThat(checkout.calls()).contains("browser: " + named + "\n");
  }

  @ParameterizedTest
  @CsvSource({
    "-Dtestbed=container, 0, true, 0",
    "-Dtestbed=process, 1, false, 0",
    "-B, 1, true, 1"
  })
  void theTestsHaveAContainerEngineUnlessTheyAreAskedToDoWithout(
      String argument, String engine, boolean isNeeded, int code) throws Exception {
    var checkout = FakeCheckout.in(folder);
    checkout.jdk("temurin-25", "25.0.3");
    var tools = checkout.tools(0, true);
    checkout.browser("chromium");

    var result =
        checkout
            .script()
            .with("PATH", tools.toString())
            .with("ENGINE_RESULT", engine)
            .run("test", argument);

    assertThat(result.exitCode()).as(result.error()).isEqualTo(code);
    assertThat(checkout.needsEngine()).isEqualTo(isNeeded);
    assertThat(checkout.calls().contains("maven: ")).isEqualTo(code == 0);
  }

  @Test
  void rootGetsAMissingBrowserInstalled() throws Exception {
    var checkout = FakeCheckout.in(folder);
    checkout.jdk("temurin-25", "25.0.3");
    var tools = checkout.tools(0, true);

    var result = checkout.script().with("PATH", tools.toString()).run("test");

    assertThat(result.exitCode()).as(result.error()).isZero();
    assertThat(result.error()).contains("installing Chromium");
    assertThat(checkout.calls())
        .matches("(?s)apt-get: .*update\n.*apt-get: .*install chromium\nmaven: .*")
        .contains("browser: " + tools.resolve("chromium") + "\n");
  }

  @Test
  void anyoneElseIsToldWhatToInstallBeforeAnythingIsBuilt() throws Exception {
    var checkout = FakeCheckout.in(folder);
    checkout.jdk("temurin-25", "25.0.3");
    var tools = checkout.tools(1000, true);

    var result =
        checkout.script().with("PATH", tools.toString()).with("ENGINE_RESULT", "1").run("test");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.error().lines())
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("evenkeel: the tests need more than there is here:"),
            line -> assertThat(line).startsWith("  - root: ").contains("sudo", "-pl"),
            line -> assertThat(line).contains("Chromium", "apt install chromium", "CHROMIUM"),
            line -> assertThat(line).isEqualTo("  - no engine answers"));
    assertThat(checkout.calls()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "-pl server -am, 0",
    "-pl !integration-tests, 0",
    "--projects extensions/api, 0",
    "-pl integration-tests -am, 1",
    "'-am -pl server,integration-tests', 1",
    "-B, 1"
  })
  void onlyTheIntegrationTestsNeedRoot(String arguments, int code) throws Exception {
    var checkout = FakeCheckout.in(folder);
    checkout.jdk("temurin-25", "25.0.3");
    var tools = checkout.tools(1000, true);
    checkout.browser("chromium");

    var result = checkout.script().with("PATH", tools.toString()).run(testing(arguments));

    assertThat(result.exitCode()).as(result.error()).isEqualTo(code);
    assertThat(result.error().contains("only root may make")).isEqualTo(code == 1);
    assertThat(checkout.calls().contains("maven: ")).isEqualTo(code == 0);
  }

  private static String[] testing(String arguments) {
    return ("test " + arguments).split(" ");
  }

  /** Ubuntu's package holds a script that asks for snap. */
  @Test
  void aBrowserThatDoesNotStartIsNone() throws Exception {
    var checkout = FakeCheckout.in(folder);
    checkout.jdk("temurin-25", "25.0.3");
    var tools = checkout.tools(0, false);

    var result = checkout.script().with("PATH", tools.toString()).run("test");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.error()).contains("does not start", "set CHROMIUM");
    assertThat(checkout.calls()).doesNotContain("maven");
  }

  // ---- JDK

  @Test
  void aJavaHomeThatIsTooOldIsIgnored() throws Exception {
    var checkout = FakeCheckout.in(folder);
    var old = checkout.jdk("openjdk-17", "17.0.15");
    var jdk = checkout.jdk("temurin-25", "25.0.3");

    var result = checkout.script().with("JAVA_HOME", old.toString()).run("--version");

    assertThat(result.output()).isEqualTo("evenkeel 1.2.3\nJDK 25.0.3 (" + jdk + ")\n");
  }

  @Test
  void aJavaHomeThatIsNewEnoughIsUsed() throws Exception {
    var checkout = FakeCheckout.in(folder);
    checkout.jdk("a-25", "25.0.3");
    var later = checkout.jdk("b-26", "26-ea");

    var result = checkout.script().with("JAVA_HOME", later.toString()).run("--version");

    assertThat(result.output()).contains("JDK 26-ea (" + later + ")");
  }

  @Test
  void theJavaOfThePathIsUsedWhenItIsNewEnough() throws Exception {
    var checkout = FakeCheckout.in(folder);
    checkout.jdk("a-25", "25.0.1");
    var onPath = checkout.jdk("b-25", "25.0.2");

    var result = checkout.script().with("PATH", onPath + "/bin:/usr/bin:/bin").run("--version");

    assertThat(result.output()).contains("JDK 25.0.2 (" + onPath + ")");
  }

  @Test
  void theVersionThatTheProjectIsBuiltWithWinsOverALaterOne() throws Exception {
    var checkout = FakeCheckout.in(folder);
    checkout.jdk("a-26", "26.0.1");
    var jdk = checkout.jdk("b-25", "25.0.3");

    assertThat(checkout.script().run("--version").output()).contains(jdk.toString());
  }

  @Test
  void aJdkThatSdkmanInstalledIsFound() throws Exception {
    var checkout = FakeCheckout.in(folder);
    var old = checkout.jdk("openjdk-17", "17.0.15");
    checkout.jdkOfSdkman("21.0.8-tem", "21.0.8");
    var jdk = checkout.jdkOfSdkman("25.0.3-tem", "25.0.3");

    // With no java on the path that could be new enough
    var result = checkout.script().with("PATH", old + "/bin:/usr/bin:/bin").run("--version");

    assertThat(result.output()).isEqualTo("evenkeel 1.2.3\nJDK 25.0.3 (" + jdk + ")\n");
  }

  @Test
  void aMissingJdkIsSaidWithWhatToInstall() throws Exception {
    var checkout = FakeCheckout.in(folder);
    var old = checkout.jdk("openjdk-17", "17.0.15");

    // With no java on the path that could be new enough
    var result = checkout.script().with("PATH", old + "/bin:/usr/bin:/bin").run("run");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.error()).contains("no JDK 25", "temurin-25-jdk", "sdk install java 25-tem");
    assertThat(checkout.script().with("PATH", old + "/bin:/usr/bin:/bin").run("--version").output())
        .contains("JDK: none found");
  }

  private static JsonNode settings(Script script, String... options) throws Exception {
    var arguments = new String[options.length + 2];
    arguments[0] = "settings";
    arguments[1] = "claude-code";
    System.arraycopy(options, 0, arguments, 2, options.length);
    var result = script.run(arguments);
    assertThat(result.exitCode()).isZero();
    return new ObjectMapper().readTree(result.output()).path("hooks");
  }

  private static Set<String> names(JsonNode hooks) {
    var names = new TreeSet<String>();
    hooks.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static JsonNode hook(JsonNode hooks, String event) {
    return hooks.path(event).path(0).path("hooks").path(0);
  }
}
