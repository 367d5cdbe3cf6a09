package dev.evenkeel.extensions.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.FailureMode;
import dev.evenkeel.extension.HookAnswer;
import dev.evenkeel.extension.testkit.ExtensionHarness;
import dev.evenkeel.extension.testkit.RecordedEvent;
import dev.evenkeel.extension.testkit.RecordedEvents;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class GuardExtensionTest {

  private static ExtensionHarness started(String... config) {
    var builder = ExtensionHarness.of(GuardExtension::new);
    for (int i = 0; i < config.length; i += 2) {
      builder.config(config[i], config[i + 1]);
    }
    return builder.start();
  }

  private static Map<String, Object> bash(String command) {
    return call("Bash", Map.of("command", command));
  }

  private static Map<String, Object> call(String tool, Map<String, ?> input) {
    return Map.of(
        "session_id", "s1",
        "hook_event_name", "PreToolUse",
        "cwd", "/work/app",
        "tool_name", tool,
        "tool_input", input);
  }

  private static List<HookAnswer> answers(ExtensionHarness harness, Map<String, Object> event) {
    var reaction = harness.send("claude-code", event);
    assertThat(reaction.failures()).isEmpty();
    return reaction.answers();
  }

  @Test
  void itIsOffUnlessSomebodyWantsIt() {
    assertThat(new GuardExtension().enabledByDefault()).isFalse();
    assertThat(new GuardExtension().name()).isEqualTo("guard");
  }

  @Test
  void aRuleAnswersWhereAllOfItsConditionsMatch() {
    var harness =
        started(
            "rules.no-env.tool", "Read|Edit|mcp__files__*",
            "rules.no-env.path", "*/.env",
            "rules.no-env.answer", "ask",
            "rules.no-env.reason", "That file has secrets.");
    HookAnswer asked = HookAnswer.ask("That file has secrets.");
    assertThat(answers(harness, call("Read", Map.of("file_path", "/work/app/.env"))))
        .containsExactly(asked);
    assertThat(answers(harness, call("Edit", Map.of("file_path", "src/../.env"))))
        .containsExactly(asked);
    assertThat(answers(harness, call("mcp__files__read", Map.of("path", ".env"))))
        .containsExactly(asked);
    assertThat(answers(harness, call("Read", Map.of("file_path", "/work/app/.envrc")))).isEmpty();
    assertThat(answers(harness, call("Write", Map.of("file_path", "/work/app/.env")))).isEmpty();
  }

  @Test
  void aPatternIsFoundInAnyTextOfTheInput() {
    var harness =
        started(
            "rules.prod.pattern", "\\bprod-[a-z]+\\b", "rules.prod.reason", "Not in production.");
    assertThat(answers(harness, bash("ssh prod-web uptime")))
        .containsExactly(HookAnswer.deny("Not in production."));
    assertThat(answers(harness, call("Deep", Map.of("a", List.of(Map.of("b", "prod-db"))))))
        .hasSize(1);
    assertThat(answers(harness, bash("ssh staging uptime"))).isEmpty();
  }

  @Test
  void rulesCanBeForAnAgentOrASession() {
    var harness =
        started(
            "rules.a.agent",
            "codex",
            "rules.a.tool",
            "*",
            "rules.b.session",
            "s*",
            "rules.b.tool",
            "Web*");
    assertThat(answers(harness, bash("ls"))).isEmpty();
    assertThat(harness.send("codex", bash("ls")).answers())
        .containsExactly(HookAnswer.deny("The rule a says so."));
    assertThat(answers(harness, call("WebFetch", Map.of("url", "x"))))
        .containsExactly(HookAnswer.deny("The rule b says so."));
  }

  @Test
  void denialsGoBeforeQuestionsAndQuestionsBeforePermissionsWhateverTheirNames() {
    var harness =
        started(
            "rules.a.tool",
            "Bash",
            "rules.a.answer",
            "allow",
            "rules.b.tool",
            "Bash",
            "rules.b.pattern",
            "ask|deny",
            "rules.b.answer",
            "ask",
            "rules.c.tool",
            "Bash",
            "rules.c.pattern",
            "deny");
    assertThat(answers(harness, bash("ls")))
        .containsExactly(HookAnswer.allow("The rule a says so."));
    assertThat(answers(harness, bash("ask")))
        .containsExactly(HookAnswer.ask("The rule b says so."));
    assertThat(answers(harness, bash("deny")))
        .containsExactly(HookAnswer.deny("The rule c says so."));
  }

  @Test
  void aRuleThatAllowsTakesACommandOutOfTheShippedSet() {
    var harness =
        started(
            "rules.mirror.pattern", "^git push --force origin scratch$",
            "rules.mirror.answer", "allow");
    assertThat(answers(harness, bash("git push --force origin scratch")))
        .containsExactly(HookAnswer.allow("The rule mirror says so."));
    assertThat(answers(harness, bash("git push --force origin main")))
        .singleElement()
        .isInstanceOf(HookAnswer.Deny.class);
  }

  @Test
  void theShippedSetCanBeSwitchedOffAndAllCanBeTriedOut() {
    assertThat(answers(started("destructive", "false"), bash("rm -rf /"))).isEmpty();
    assertThat(answers(started("dry-run", "true"), bash("rm -rf /")))
        .singleElement()
        .isInstanceOfSatisfying(
            HookAnswer.DryRun.class,
            dry -> assertThat(dry.answer()).isInstanceOf(HookAnswer.Deny.class));
    assertThat(answers(started("dry-run", "true"), bash("ls"))).isEmpty();
  }

  /** What an extension registers is seen by a context only; this one takes down the modes. */
  private static List<FailureMode> modesOf(GuardConfig config) {
    var modes = new ArrayList<FailureMode>();
    var context =
        (ExtensionContext)
            Proxy.newProxyInstance(
                ExtensionContext.class.getClassLoader(),
                new Class<?>[] {ExtensionContext.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("guard")) {
                    modes.add((FailureMode) arguments[2]);
                  }
                  return method.getName().equals("config") ? config : null;
                });
    new GuardExtension().start(context);
    return modes;
  }

  @Test
  void aGuardThatFailsDeniesWhereItIsToldTo() {
    assertThat(modesOf(new GuardConfig(true, false, true, Map.of())))
        .hasSameSizeAs(GuardExtension.EVENTS)
        .containsOnly(FailureMode.CLOSED);
    assertThat(modesOf(new GuardConfig()))
        .hasSameSizeAs(GuardExtension.EVENTS)
        .containsOnly(FailureMode.OPEN);
  }

  @Test
  void otherAgentsCallsAreJudgedToo() {
    var harness = started();
    for (Map.Entry<String, Map<String, ?>> each :
        Map.<String, Map<String, ?>>of(
                "gemini-cli",
                Map.of(
                    "hook_event_name", "BeforeTool",
                    "tool_name", "run_shell_command",
                    "tool_input", Map.of("command", "git push -f")),
                "cursor",
                Map.of("hook_event_name", "beforeShellExecution", "command", "git push -f"),
                "copilot",
                Map.of(
                    "hook_event_name", "preToolUse",
                    "toolName", "bash",
                    "toolArgs", "{\"command\":\"git push -f\"}"))
            .entrySet()) {
      assertThat(harness.send(each.getKey(), each.getValue()).answers())
          .as(each.getKey())
          .singleElement()
          .isInstanceOf(HookAnswer.Deny.class);
    }
  }

  @Test
  void aWrongRuleIsRefusedWithItsKey() {
    assertThatThrownBy(() -> started("rules.x.tool", "Bash", "rules.x.answer", "maybe"))
        .hasMessageContaining("evenkeel.extensions.guard.rules.x.answer is 'maybe'");
    assertThatThrownBy(() -> started("rules.x.pattern", "("))
        .hasMessageContaining("evenkeel.extensions.guard.rules.x.pattern")
        .hasMessageContaining("no regular expression");
    assertThatThrownBy(() -> started("rules.x.answer", "deny"))
        .hasMessageContaining("would match every call");
  }

  @Test
  @Timeout(60)
  void anExpressionThatWouldRunForeverIsGivenUpAndCountsWhereItForbids() {
    String evil = "a".repeat(16 << 20);
    assertThat(answers(started("rules.x.pattern", "^(a+)+$"), bash(evil + "!"))).isNotEmpty();
    assertThat(
            answers(
                started(
                    "rules.x.pattern",
                    "^(a|a)*$",
                    "rules.x.answer",
                    "allow",
                    "destructive",
                    "false"),
                bash(evil + "!")))
        .isEmpty();
    assertThat(answers(started("rules.x.pattern", "(.*.*.*)=(.*.*)x"), bash("a".repeat(4000))))
        .isNotEmpty();
  }

  @Test
  void ofTheRecordedSessionsOnlyTheForcedPushIsAnswered() {
    var harness = started();
    var denied = new ArrayList<String>();
    for (String file : RecordedEvents.files()) {
      for (RecordedEvent each : RecordedEvents.read(file)) {
        harness
            .send(each.at(Instant.EPOCH))
            .answers()
            .forEach(answer -> denied.add(file + ' ' + answer.getClass().getSimpleName()));
      }
    }
    assertThat(harness.failures()).isEmpty();
    assertThat(denied).contains("claude-code-2.1.197-guarded.jsonl Deny");
    assertThat(denied).allMatch(each -> each.endsWith("guarded.jsonl Deny"));
  }
}
