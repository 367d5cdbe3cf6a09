package dev.evenkeel.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.testbed.Ports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code bin/evenkeel hook} passes events on, and is never in an agent's way. */
class HookCommandTest {

  private static final byte[] EVENT =
      "{\"hook_event_name\":\"Stop\",\"text\":\"Größe ☕\"}\n".getBytes(UTF_8);

  /** The promise of {@code hook}. */
  private static final double MOST_SECONDS = 2;

  @Test
  void theEventArrivesByteForByteAndTheAnswerIsPrinted() throws Exception {
    try (var server = HookServer.answering(200, "{\"continue\":true}\n")) {
      var result = hookTo(server).run(EVENT, "hook");

      assertThat(result.output()).isEqualTo("{\"continue\":true}\n");
      assertThatNothingFailed(result);
      var request = server.request();
      assertThat(request.path()).isEqualTo("/hooks/claude-code");
      assertThat(request.headers()).containsEntry("Content-Type", "application/json");
      assertThat(request.headers()).doesNotContainKey("Authorization");
      assertThat(request.body()).isEqualTo(EVENT);
    }
  }

  @Test
  void anEmptyAnswerPrintsNothing() throws Exception {
    try (var server = HookServer.answering(200, "")) {
      assertThatNothingHappened(hookTo(server).run(EVENT, "hook"));
    }
  }

  @Test
  void agentAndEventAreNamedInTheAddress() throws Exception {
    try (var server = HookServer.answering(200, "")) {
      hookTo(server).run(EVENT, "hook", "copilot", "preToolUse");

      assertThat(server.request().path()).isEqualTo("/hooks/copilot/preToolUse");
    }
  }

  @Test
  void anEventOfFiveMegabytesArrivesWhole() throws Exception {
    var event = new byte[5_000_000];
    new Random(5).nextBytes(event);
    try (var server = HookServer.answering(200, "{}")) {
      assertThat(hookTo(server).run(event, "hook").output()).isEqualTo("{}");
      assertThat(server.request().body()).isEqualTo(event);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {302, 400, 401, 413, 500, 503})
  void theBodyOfAnErrorDoesNotReachTheAgent(int status) throws Exception {
    try (var server = HookServer.answering(status, "{\"error\":\"no\"}")) {
      assertThatNothingHappened(hookTo(server).run(EVENT, "hook"));
    }
  }

  @Test
  void withoutAServerNothingHappens() throws Exception {
    var script = Script.ofThisCheckout().with("EVENKEEL_URL", "http://127.0.0.1:" + Ports.free());

    assertThatNothingHappened(script.run(EVENT, "hook"));
  }

  @Test
  void anAddressThatIsNoneIsNoFailure() throws Exception {
    assertThatNothingHappened(
        Script.ofThisCheckout().with("EVENKEEL_URL", "no address").run(EVENT, "hook"));
  }

  @Test
  void aServerThatHangsIsLeft() throws Exception {
    try (var server = HookServer.hanging()) {
      var promised = promisedTime();

      var result = hookTo(server).run(EVENT, "hook");

      assertThatNothingHappened(result);
      assertThat(server.request().body()).isEqualTo(EVENT);
      assertThat(result.duration()).isLessThan(promised.join().multipliedBy(2));
    }
  }

  @Test
  @EnabledIf("timeoutIsInstalled")
  void anAgentThatNeverEndsTheEventIsLeft() throws Exception {
    try (var server = HookServer.answering(200, "{}")) {
      var promised = promisedTime();

      var result = hookTo(server).runWithOpenInput("hook");

      assertThatNothingHappened(result);
      assertThat(result.duration()).isLessThan(promised.join().multipliedBy(2));
    }
  }

  /** As on macOS. */
  @Test
  void whereThereIsNoTimeoutPerlLeavesAnAgentThatNeverEndsTheEvent(@TempDir Path tools)
      throws Exception {
    provide(tools, "curl", "perl");
    try (var server = HookServer.answering(200, "{}")) {
      var promised = promisedTime();

      var result = hookTo(server).with("PATH", tools.toString()).runWithOpenInput("hook");

      assertThatNothingHappened(result);
      assertThat(result.duration()).isLessThan(promised.join().multipliedBy(2));
    }
  }

  /** All that can wait is limited: what the limits add up to is the same on a slow machine. */
  @ParameterizedTest
  @CsvSource({"curl, curl", "wget, cat wget"})
  @EnabledIf("timeoutIsInstalled")
  void whatItWaitsForTakesTwoSecondsInAllAtMost(String client, String steps, @TempDir Path home)
      throws Exception {
    provide(home, "mktemp", "rm");
    for (var step : steps.split(" ")) {
      tool(home, step, "echo " + step + " >>\"$HOME/steps\"\nexec " + usual(step) + " \"$@\"");
    }
    tool(home, "timeout", "echo \"$1\" >>\"$HOME/limits\"\nexec " + usual("timeout") + " \"$@\"");
    try (var server = HookServer.hanging()) {
      var script = hookTo(server).with("PATH", home.toString()).with("HOME", home.toString());

      assertThatNothingHappened(script.run(EVENT, "hook"));

      assertThat(Files.readAllLines(home.resolve("steps"))).containsExactly(steps.split(" "));
      var limits = Files.readAllLines(home.resolve("limits"));
      assertThat(limits).hasSameSizeAs(steps.split(" "));
      assertThat(limits.stream().mapToDouble(Double::parseDouble).sum())
          .isPositive()
          .isLessThanOrEqualTo(MOST_SECONDS);
    }
  }

  @Test
  void whereThereIsNoTimeoutCurlLimitsItself(@TempDir Path home) throws Exception {
    tool(home, "curl", "echo \"$*\" >\"$HOME/options\"\nexec " + usual("curl") + " \"$@\"");
    try (var server = HookServer.hanging()) {
      var script = hookTo(server).with("PATH", home.toString()).with("HOME", home.toString());

      assertThatNothingHappened(script.run(EVENT, "hook"));

      var limit = Files.readString(home.resolve("options")).split("--max-time ")[1].split(" ")[0];
      assertThat(Double.parseDouble(limit)).isPositive().isLessThanOrEqualTo(MOST_SECONDS);
    }
  }

  @Test
  void closedStandardInputIsNoFailure() throws Exception {
    try (var server = HookServer.answering(200, "{}")) {
      assertThatNothingHappened(hookTo(server).runLine("exec \"$0\" hook <&-"));
    }
  }

  @Test
  void anAgentThatNoLongerReadsIsNoFailure() throws Exception {
    try (var server = HookServer.answering(200, "{}")) {
      assertThatNothingHappened(hookTo(server).runLine("echo '{}' | \"$0\" hook >&-"));
    }
  }

  @Test
  void theTokenIsSentAndInNoCommandLine() throws Exception {
    try (var server = HookServer.hanging()) {
      var script = hookTo(server).with("EVENKEEL_TOKEN", "secret-1234");

      var call = CompletableFuture.supplyAsync(() -> runHook(script), Thread::startVirtualThread);
      assertThat(server.request().headers()).containsEntry("Authorization", "Bearer secret-1234");
      assertThat(commandLines()).anyMatch(line -> line.contains(server.url()));
      assertThat(commandLines()).noneMatch(line -> line.contains("secret-1234"));

      server.close();
      assertThat(call.join().exitCode()).isZero();
    }
  }

  @Test
  void wgetStandsInForCurl(@TempDir Path tools) throws Exception {
    provide(tools, "timeout", "wget", "mktemp", "rm", "cat");
    try (var server = HookServer.answering(200, "{\"a\":1}")) {
      var script =
          hookTo(server).with("PATH", tools.toString()).with("EVENKEEL_TOKEN", "secret-1234");

      var result = script.run(EVENT, "hook");

      assertThat(result.output()).isEqualTo("{\"a\":1}");
      assertThatNothingFailed(result);
      var request = server.request();
      assertThat(request.body()).isEqualTo(EVENT);
      assertThat(request.headers()).containsEntry("Authorization", "Bearer secret-1234");
    }
  }

  @Test
  void withoutCurlAndWgetNothingHappens(@TempDir Path tools) throws Exception {
    try (var server = HookServer.answering(200, "{}")) {
      assertThatNothingHappened(hookTo(server).with("PATH", tools.toString()).run(EVENT, "hook"));
    }
  }

  @Test
  void theUsersCurlSettingsAndProxyAreNotUsed(@TempDir Path home) throws Exception {
    Files.writeString(home.resolve(".curlrc"), "include\nverbose\n");
    try (var server = HookServer.answering(200, "{}")) {
      var script =
          hookTo(server).with("HOME", home.toString()).with("http_proxy", "http://127.0.0.1:1");

      assertThat(script.run(EVENT, "hook").output()).isEqualTo("{}");
    }
  }

  static boolean timeoutIsInstalled() {
    return Files.exists(Path.of("/usr/bin/timeout"));
  }

  private static Script hookTo(HookServer server) {
    return Script.ofThisCheckout().with("EVENKEEL_URL", server.url() + "/");
  }

  private static Script.Result runHook(Script script) {
    try {
      return script.run(EVENT, "hook");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void assertThatNothingHappened(Script.Result result) {
    assertThat(result.output()).isEmpty();
    assertThatNothingFailed(result);
  }

  private static void assertThatNothingFailed(Script.Result result) {
    assertThat(result.error()).isEmpty();
    assertThat(result.exitCode()).isZero();
  }

  private static List<String> commandLines() {
    return ProcessHandle.allProcesses()
        .map(process -> process.info().commandLine().orElse(""))
        .toList();
  }

  /** What this machine takes just now for the time that is promised. */
  private static CompletableFuture<Duration> promisedTime() {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return Script.ofThisCheckout().runLine("sleep " + MOST_SECONDS).duration();
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        },
        Thread::startVirtualThread);
  }

  /** A folder for the path that holds these tools and no others. */
  private static void provide(Path folder, String... tools) throws Exception {
    for (var tool : tools) {
      tool(folder, tool, "exec " + usual(tool) + " \"$@\"");
    }
  }

  private static Path usual(String tool) {
    var usual = Path.of("/usr/bin", tool);
    return Files.exists(usual) ? usual : Path.of("/bin", tool);
  }

  private static void tool(Path folder, String name, String text) throws Exception {
    var script = folder.resolve(name);
    Files.writeString(script, "#!/bin/sh\n" + text + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
