package dev.evenkeel.server.intake;

import static dev.evenkeel.server.intake.IntakeFixture.outcome;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.HookAnswer;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.HookGuard;
import dev.evenkeel.extensions.fixture.ShippedExtension;
import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.extension.TestExtension;
import dev.evenkeel.server.intake.Intake.Outcome;
import dev.evenkeel.server.log.AcceptedEvent;
import dev.evenkeel.server.log.EventLog;
import dev.evenkeel.server.log.EventLog.Appended;
import dev.evenkeel.server.log.SqliteEventLog;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IntakeGuardsTest {

  private static final String EVENT =
      "{\"session_id\":\"s\",\"hook_event_name\":\"PreToolUse\",\"tool_use_id\":\"%s\","
          + "\"tool_name\":\"Bash\",\"x\":\"hunter2\"}";
  private static final HookGuard DENYING = event -> HookAnswer.deny("no " + event.text("x"));

  @TempDir Path dir;

  private final CountDownLatch gate = new CountDownLatch(1);
  private IntakeFixture fixture;

  @AfterEach
  void close() {
    gate.countDown();
    if (fixture != null) {
      fixture.close();
    }
  }

  private void open(Extension... extensions) throws Exception {
    openThrough(log -> log, extensions);
  }

  private void openThrough(Function<SqliteEventLog, EventLog> before, Extension... extensions)
      throws Exception {
    fixture =
        new IntakeFixture(
            dir, new MemoryBudget(64 << 20), Ticker.systemTicker(), before, extensions);
  }

  private static TestExtension guard(HookGuard guard) {
    return new TestExtension("guarding", context -> context.guard("PreToolUse", guard));
  }

  private CompletableFuture<Outcome> ask(String json) {
    return fixture.intake.takeAndAnswer(Intake.of("claude-code", null), json.getBytes(UTF_8));
  }

  private static String denial(String reason) {
    return "{\"hookSpecificOutput\":{\"hookEventName\":\"PreToolUse\",\"permissionDecision\":\"deny\","
        + "\"permissionDecisionReason\":\""
        + reason
        + "\"}}";
  }

  @Test
  void theAgentIsAnsweredAndTheDecisionIsKeptWithItsEvent() throws Exception {
    // Given
    open(guard(DENYING));
    // When
    Outcome outcome = outcome(ask(EVENT.formatted("t")));
    // Then
    assertThat(outcome).isEqualTo(new Outcome.Taken(Appended.LOGGED, denial("no hunter2")));
    AcceptedEvent kept = fixture.log.take();
    assertThat(kept.event().toolUseId()).isEqualTo("t");
    assertThat(kept.decisions()).hasSize(1);
    ObjectNode decision = kept.decisions().getFirst();
    assertThat(decision.path("reason").textValue()).isEqualTo("no hunter2");
    assertThat(decision.path("delivered").booleanValue()).isTrue();
  }

  @Test
  @DisplayName("Promise 6: guards see the event as it came")
  void guardsSeeTheEventAsItCameAndWhatTheySayIsFilteredLikeTheEvent() throws Exception {
    // Given
    var redacting =
        new TestExtension(
            "redacting",
            context ->
                context.filter(
                    event ->
                        HookEvent.restore(
                            event.session(),
                            event.name(),
                            event.time(),
                            event.cwd(),
                            event.toolUseId(),
                            event.json().replace("hunter2", "***").getBytes(UTF_8))));
    open(redacting, guard(DENYING));
    // When
    Outcome outcome = outcome(ask(EVENT.formatted("t")));
    // Then
    assertThat(outcome.answer()).isEqualTo(denial("no hunter2"));
    AcceptedEvent kept = fixture.log.take();
    assertThat(kept.event().text("x")).isEqualTo("***");
    assertThat(kept.decisions().getFirst().path("reason").textValue()).isEqualTo("no ***");
  }

  @Test
  void whereTheFilterFailsNothingOfTheReasonIsKept() throws Exception {
    // Given
    var failing =
        new TestExtension(
            "failing",
            context ->
                context.filter(
                    event -> {
                      throw new IllegalStateException("no");
                    }));
    open(failing, guard(DENYING));
    // When
    Outcome outcome = outcome(ask(EVENT.formatted("t")));
    // Then
    assertThat(outcome.answer()).isEqualTo(denial("no hunter2"));
    ObjectNode decision = fixture.log.take().decisions().getFirst();
    assertThat(decision.path("reason").textValue()).isEqualTo("[withheld]");
    assertThat(decision.path("guard").textValue()).isEqualTo("guarding");
    // The event has lost its payload, once
    assertThat(fixture.intake.counters().withheld()).isEqualTo(1);
  }

  @Test
  void aDuplicateGetsTheAnswerOfTheFirstAndTheGuardIsAskedOnce() throws Exception {
    // Given
    var asked = new AtomicInteger();
    open(
        guard(
            event -> {
              asked.incrementAndGet();
              gate.await();
              return HookAnswer.deny("no");
            }));
    // When
    var first = ask(EVENT.formatted("t"));
    var second = ask(EVENT.formatted("t"));
    await().untilAtomic(asked, org.hamcrest.Matchers.is(1));
    assertThat(second).isNotDone();
    gate.countDown();
    // Then
    assertThat(outcome(second)).isEqualTo(new Outcome.Merged(denial("no")));
    assertThat(outcome(first)).isEqualTo(new Outcome.Taken(Appended.LOGGED, denial("no")));
    assertThat(asked).hasValue(1);
    assertThat(fixture.intake.counters().merged()).isEqualTo(1);
  }

  @Test
  void whatCameWithoutWaitingForAnAnswerIsShownToNoGuardAndDoesNotSilenceWhoWaits()
      throws Exception {
    // Given
    var asked = new AtomicInteger();
    open(
        guard(
            event -> {
              asked.incrementAndGet();
              return HookAnswer.deny("no");
            }));
    // When
    Outcome batched = outcome(fixture.post(EVENT.formatted("t")));
    // Then
    assertThat(batched).isEqualTo(new Outcome.Taken(Appended.LOGGED, ""));
    assertThat(asked).hasValue(0);
    assertThat(outcome(ask(EVENT.formatted("t"))).answer()).isEqualTo(denial("no"));
  }

  @Test
  void aLargeBodyIsJudgedLikeASmallOne() throws Exception {
    // Given
    open(new ShippedExtension(guard(event -> HookAnswer.deny("size " + event.size()))));
    String large = EVENT.formatted("t").replace("hunter2", "x".repeat(1 << 20));
    // When
    Outcome outcome = outcome(ask(large));
    // Then
    assertThat(outcome.answer()).isEqualTo(denial("size " + large.length()));
    assertThat(fixture.log.take().decisions()).hasSize(1);
  }

  @Test
  void theAnswerGoesOutAlsoWhereTheEventIsLostOrTheLogFails() throws Exception {
    // Given
    openThrough(
        log ->
            IntakeFixture.appendingThrough(
                log,
                event ->
                    switch (event.toolUseId()) {
                      case "lost" -> CompletableFuture.completedFuture(Appended.LOST);
                      case "unlogged" -> CompletableFuture.completedFuture(Appended.UNLOGGED);
                      case "throws" -> throw new IllegalStateException("broken");
                      default ->
                          CompletableFuture.failedFuture(new IllegalStateException("broken"));
                    }),
        guard(DENYING));
    // When, then
    String denial = denial("no hunter2");
    assertThat(outcome(ask(EVENT.formatted("lost")))).isEqualTo(new Outcome.Shed(denial));
    assertThat(outcome(ask(EVENT.formatted("lost")))).isEqualTo(new Outcome.Shed(denial));
    assertThat(outcome(ask(EVENT.formatted("unlogged"))))
        .isEqualTo(new Outcome.Taken(Appended.UNLOGGED, denial));
    assertThat(outcome(ask(EVENT.formatted("fails"))))
        .isEqualTo(new Outcome.Rejected("the server failed to keep it", denial));
    assertThat(outcome(ask(EVENT.formatted("throws"))))
        .isEqualTo(new Outcome.Rejected("the server failed to keep it", denial));
    assertThat(fixture.intake.counters()).isEqualTo(new IntakeCounters.Sums(5, 1, 0, 2, 2, 0));
  }

  @Test
  void theAnswersOfOtherSessionsDoNotWaitForABlockedGuard() throws Exception {
    // Given
    open(
        guard(
            event -> {
              if (event.session().id().equals("slow")) {
                gate.await();
              }
              return HookAnswer.deny("no");
            }));
    var slow = ask(EVENT.formatted("t").replace("\"s\"", "\"slow\""));
    // When
    for (int i = 0; i < 100; i++) {
      assertThat(outcome(ask(EVENT.formatted("t" + i))).answer()).isEqualTo(denial("no"));
    }
    // Then
    assertThat(slow).isNotDone();
    gate.countDown();
    assertThat(outcome(slow).answer()).isEqualTo(denial("no"));
  }
}
