package dev.evenkeel.server.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.FailureMode;
import dev.evenkeel.extension.HookAnswer;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.HookGuard;
import dev.evenkeel.extension.Limits;
import dev.evenkeel.extensions.fixture.ShippedExtension;
import dev.evenkeel.server.budget.QueueState;
import dev.evenkeel.server.extension.Extensions;
import dev.evenkeel.server.extension.RunningExtension;
import dev.evenkeel.server.extension.TestExtension;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class GuardsTest {

  /** For guards of which none answers. */
  private static final GuardConfig SHORT = new GuardConfig(Duration.ofMillis(200), Map.of());

  /** For some that answer beside some that do not. */
  private static final GuardConfig ENOUGH = new GuardConfig(Duration.ofSeconds(2), Map.of());

  /** For guards that all answer. */
  private static final GuardConfig LONG = new GuardConfig(Duration.ofSeconds(60), Map.of());

  private final CompletableFuture<HookAnswer> released = new CompletableFuture<>();
  private Guards guards;
  private Extensions extensions;

  @AfterEach
  void close() {
    released.complete(HookAnswer.deny("too late"));
    if (guards != null) {
      guards.close();
    }
  }

  private void open(GuardConfig config, Extension... those) {
    extensions = TestExtension.running(those);
    guards = new Guards(extensions::guardsOf, config);
  }

  private static TestExtension guard(String name, HookGuard guard) {
    return guard(name, guard, FailureMode.OPEN);
  }

  private static TestExtension guard(String name, HookGuard guard, FailureMode mode) {
    return new TestExtension(name, context -> context.guard("PreToolUse", guard, mode));
  }

  private static HookEvent event(String session) throws Exception {
    return HookEvent.read(
        "claude-code",
        "{\"session_id\":\"%s\",\"hook_event_name\":\"PreToolUse\",\"tool_use_id\":\"t\",\"x\":1}"
            .formatted(session),
        Instant.EPOCH);
  }

  private static Judgement judged(CompletableFuture<Judgement> future) throws Exception {
    return future.get(30, TimeUnit.SECONDS);
  }

  private Judgement judge() throws Exception {
    return judged(guards.judge(event("s")));
  }

  /** Takes no notice of interrupts. */
  private HookGuard blocking() {
    return event -> released.join();
  }

  private RunningExtension extension(String name) {
    return extensions.running().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void anEventThatNobodyWantsCostsALookUp() throws Exception {
    open(SHORT, guard("g", event -> HookAnswer.deny("no")));
    HookEvent other =
        HookEvent.read("claude-code", "{\"hook_event_name\":\"Stop\"}", Instant.EPOCH);
    assertThat(guards.want(other)).isFalse();
    assertThat(guards.judge(other)).isCompletedWithValue(Judgement.NOTHING);
    assertThat(guards.counters().judged()).isZero();
  }

  @Test
  void whatAGuardSaysIsAnsweredAndBecomesADecision() throws Exception {
    // Given
    open(LONG, guard("g", event -> HookAnswer.deny("no x")));
    // When
    Judgement judgement = judge();
    // Then
    assertThat(judgement.answer()).contains("\"permissionDecision\":\"deny\"").contains("no x");
    ObjectNode decision = judgement.decisions().getFirst();
    assertThat(decision.path("duration_ms").isNumber()).isTrue();
    decision.remove("duration_ms");
    assertThat(decision)
        .hasToString(
            "{\"guard\":\"g\",\"answer\":\"deny\",\"reason\":\"no x\",\"delivered\":true,"
                + "\"event\":\"PreToolUse\",\"tool_use_id\":\"t\"}");
    assertThat(guards.counters().denied()).isEqualTo(1);
  }

  @Test
  void eachGuardsWordBecomesADecisionThatSaysWhatBecameOfIt() throws Exception {
    // Given
    open(
        LONG,
        guard("a", event -> HookAnswer.allow("fine")),
        guard("b", event -> HookAnswer.deny("no")),
        guard("c", event -> HookAnswer.deny("neither")),
        guard("d", event -> HookAnswer.none()),
        guard("e", event -> HookAnswer.deny("tried").asDryRun()),
        guard("f", event -> HookAnswer.replaceInput(event.payload())),
        guard("g", event -> HookAnswer.addContext("more")));
    // When
    Judgement judgement = judge();
    // Then
    assertThat(judgement.answer())
        .isEqualTo(
            "{\"hookSpecificOutput\":{\"hookEventName\":\"PreToolUse\",\"permissionDecision\":\"deny\","
                + "\"permissionDecisionReason\":\"no\",\"additionalContext\":\"more\"}}");
    assertThat(judgement.decisions())
        .extracting(
            each ->
                each.path("guard").asText()
                    + ' '
                    + each.path("answer").asText()
                    + ' '
                    + each.path("delivered").asText()
                    + ' '
                    + each.path("undelivered_reason").asText())
        .containsExactly(
            "a allow false overruled by b",
            "b deny true ",
            "c deny false overruled by b",
            "e deny false dry run",
            "f replace_input false the call is denied",
            "g add_context true ");
    assertThat(judgement.decisions().get(4).path("fields"))
        .hasToString("[\"session_id\",\"hook_event_name\",\"tool_use_id\",\"x\"]");
    assertThat(judgement.decisions().get(3).path("dry_run").booleanValue()).isTrue();
    assertThat(guards.counters().undelivered()).isEqualTo(4);
  }

  @Test
  void oneThatThrowsLetsPassOrDeniesAsItIsRegisteredAndTheOthersAreHeard() throws Exception {
    // Given
    HookGuard failing =
        event -> {
          throw new IllegalStateException("broken");
        };
    open(
        LONG,
        guard("a-open", failing),
        guard("b-closed", failing, FailureMode.CLOSED),
        guard("c-null", event -> null),
        guard(
            "d-error",
            event -> {
              throw new StackOverflowError();
            }),
        guard("e-good", event -> HookAnswer.addContext("heard")));
    // When
    Judgement judgement = judge();
    // Then
    assertThat(judgement.answer())
        .contains("The guard b-closed could not judge this (it failed: IllegalStateException)")
        .contains("heard");
    assertThat(judgement.decisions())
        .extracting(each -> each.path("answer").asText() + ' ' + each.path("failure").asText())
        .containsExactly(
            "none it failed: IllegalStateException",
            "deny it failed: IllegalStateException",
            "none it failed: NullPointerException",
            "none it failed: StackOverflowError",
            "add_context ");
    assertThat(guards.counters().failed()).isEqualTo(4);
    assertThat(extension("a-open").failures()).isEqualTo(1);
  }

  @Test
  void oneThatBlocksCostsItsEventTheDeadlineAndIsNotAskedUntilItReturns() throws Exception {
    // Given
    open(
        ENOUGH,
        guard("blocking", blocking()),
        guard("closed", blocking(), FailureMode.CLOSED),
        guard("good", event -> HookAnswer.addContext("heard")));
    // When
    Judgement first = judge();
    Judgement second = judge();
    // Then
    assertThat(first.answer()).contains("closed could not judge this (it was late)", "heard");
    assertThat(first.decisions())
        .extracting(each -> each.path("failure").asText())
        .containsExactly("it was late", "it was late", "");
    assertThat(second.decisions())
        .extracting(each -> each.path("failure").asText())
        .containsExactly("it is stuck in an earlier call", "it is stuck in an earlier call", "");
    assertThat(guards.counters().late()).isEqualTo(2);
    assertThat(guards.counters().passedOver()).isEqualTo(2);
    assertThat(extension("blocking").state()).isEqualTo(RunningExtension.State.STUCK);
    released.complete(HookAnswer.deny("too late"));
    await().until(() -> extension("blocking").state() == RunningExtension.State.RUNNING);
    assertThat(judge().answer()).contains("too late");
  }

  @Test
  void oneThatReactsToTheInterruptIsAskedAgainAtOnce() throws Exception {
    // Given
    var calls = new AtomicReference<>(0);
    open(
        ENOUGH,
        guard(
            "g",
            event -> {
              if (calls.getAndUpdate(n -> n + 1) == 0) {
                new CountDownLatch(1).await();
              }
              return HookAnswer.deny("no");
            }));
    // When
    assertThat(judge().answer()).isEmpty();
    await().until(() -> extension("g").state() == RunningExtension.State.RUNNING);
    // Then
    assertThat(judge().answer()).contains("no");
  }

  @Test
  void oneThatLoopsWithoutEndDelaysNoOtherExtensionsGuards() throws Exception {
    // Given
    open(
        ENOUGH,
        guard(
            "a-loop",
            event -> {
              while (event.session().id().equals("bad") && !released.isDone()) {
                Thread.onSpinWait();
              }
              return HookAnswer.none();
            }),
        guard("b-good", event -> HookAnswer.deny("no")));
    var bad = guards.judge(event("bad"));
    assertThat(judged(bad).decisions())
        .extracting(each -> each.path("guard").asText() + each.path("failure").asText())
        .containsExactly("a-loopit was late", "b-good");
    // When
    var others = new ArrayList<CompletableFuture<Judgement>>();
    for (int i = 0; i < 200; i++) {
      others.add(guards.judge(event("s" + i)));
    }
    // Then
    for (CompletableFuture<Judgement> each : others) {
      assertThat(judged(each).decisions())
          .extracting(one -> one.path("guard").asText() + one.path("failure").asText())
          .containsExactly("a-loopit is stuck in an earlier call", "b-good");
    }
  }

  @Test
  void callsOfOneExtensionThatFindNoRoomAreOverloadedAndThoseOfOthersAreNot() throws Exception {
    // Given
    open(LONG, guard("a-slow", blocking()), guard("b-good", event -> HookAnswer.none()));
    int room = GuardThreads.THREADS + GuardThreads.CAPACITY;
    var waiting = new ArrayList<CompletableFuture<Judgement>>();
    for (int i = 0; i < room; i++) {
      waiting.add(guards.judge(event("s")));
    }
    await().until(() -> extension("b-good").calls() == room);
    // When
    Judgement over = judge();
    // Then
    assertThat(over.decisions())
        .extracting(each -> each.path("guard").asText() + ": " + each.path("failure").asText())
        .containsExactly("a-slow: too many calls of it wait");
    assertThat(guards.counters().overloaded()).isEqualTo(1);
    assertThat(guards.queues())
        .contains(
            new QueueState("guard-a-slow", GuardThreads.CAPACITY, GuardThreads.CAPACITY, -1, -1));
    assertThat(waiting).noneMatch(CompletableFuture::isDone);
    released.complete(HookAnswer.deny("too late"));
    for (CompletableFuture<Judgement> each : waiting) {
      assertThat(judged(each).answer()).contains("too late");
    }
  }

  @Test
  void aCallWhoseTurnDoesNotComeInTimeIsNoFailureOfTheGuard() throws Exception {
    // Given
    open(SHORT, guard("slow", blocking()));
    var first = new ArrayList<CompletableFuture<Judgement>>();
    for (int i = 0; i < GuardThreads.THREADS + 1; i++) {
      first.add(guards.judge(event("s")));
    }
    // When
    var failures = new ArrayList<String>();
    for (CompletableFuture<Judgement> each : first) {
      failures.add(judged(each).decisions().getFirst().path("failure").asText());
    }
    // Then
    assertThat(failures.subList(0, GuardThreads.THREADS)).containsOnly("it was late");
    assertThat(failures.getLast()).isEqualTo("it was not its turn in time");
    assertThat(extension("slow").failures()).isEqualTo(GuardThreads.THREADS);
  }

  @Test
  void theDeadlineCanBeSetByEvent() throws Exception {
    // Given
    open(
        new GuardConfig(Duration.ofSeconds(60), Map.of("pretooluse", Duration.ofMillis(50))),
        guard("slow", blocking()));
    // When, then: with a minute this would not come back before the test is given up
    assertThat(judge().decisions().getFirst().path("failure").asText()).isEqualTo("it was late");
  }

  @Test
  void guardsOfShippedExtensionsRunOnTheThreadThatAsks() throws Exception {
    // Given
    var thread = new AtomicReference<Thread>();
    open(
        LONG,
        new ShippedExtension(
            guard(
                "g",
                event -> {
                  thread.set(Thread.currentThread());
                  return HookAnswer.deny("no");
                })));
    // When
    CompletableFuture<Judgement> judgement = guards.judge(event("s"));
    // Then
    assertThat(judgement).isDone();
    assertThat(thread).hasValue(Thread.currentThread());
    assertThat(guards.queues()).isEmpty();
  }

  record Seen(int count) {}

  @Test
  @DisplayName("Promise 6: guards change no bounded map")
  void aGuardReadsBoundedMapsAndCannotChangeThem() throws Exception {
    // Given
    var map = new AtomicReference<BoundedMap<String, Seen>>();
    open(
        LONG,
        new TestExtension(
            "g",
            context -> {
              map.set(context.boundedMap("m", String.class, Seen.class, Limits.capacity(9)));
              context.guard(
                  "PreToolUse",
                  event -> HookAnswer.addContext("there are " + map.get().entries().size()));
              context.guard(
                  "PreToolUse",
                  event -> {
                    map.get().put("k", new Seen(1));
                    return HookAnswer.none();
                  });
            }));
    // When
    Judgement judgement = judge();
    // Then
    assertThat(judgement.answer()).contains("there are 0");
    assertThat(judgement.decisions().getLast().path("failure").asText())
        .isEqualTo("it failed: IllegalStateException");
    assertThat(map.get().entries()).isEmpty();
  }

  @Test
  void afterTheEndNobodyWaits() throws Exception {
    open(LONG, guard("g", event -> HookAnswer.deny("no"), FailureMode.CLOSED));
    guards.close();
    assertThat(judge().answer()).contains("could not judge this");
    assertThat(List.of(guards.counters().overloaded())).containsExactly(1L);
  }
}
