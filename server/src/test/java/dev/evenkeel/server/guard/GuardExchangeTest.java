package dev.evenkeel.server.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.evenkeel.extension.HookAnswer;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.extension.Extensions;
import dev.evenkeel.server.extension.OfClassPath;
import dev.evenkeel.server.extension.TestExtension;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The extension of a guard is exchanged again and again while agents wait for its answers. */
class GuardExchangeTest {

  private static final int AGENTS = 4;
  private static final int EXCHANGES = 60;
  private static final int EVENTS_BETWEEN = 20;

  /** Denies with its version, or says that it was asked when it had been stopped. */
  private static TestExtension version(int number) {
    var stopped = new AtomicBoolean();
    return new TestExtension(
        "guarding",
        context ->
            context.guard(
                "PreToolUse",
                event -> {
                  boolean tooLate = stopped.get();
                  LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
                  return tooLate || stopped.get()
                      ? HookAnswer.deny("asked after its stop")
                      : HookAnswer.deny("version " + number);
                }),
        () -> stopped.set(true));
  }

  @Test
  @DisplayName(
      "Promise 9: each event is judged by one version of a guard, and none goes unanswered")
  void eachEventIsAnsweredByOneVersionThatRunsWhileItIsExchanged() throws Exception {
    // Given
    Extensions extensions = TestExtension.running(version(0));
    var config = new GuardConfig(Duration.ofSeconds(60), Map.of());
    var answered = new AtomicLong();
    var ended = new AtomicBoolean();
    HookEvent event =
        HookEvent.read(
            "claude-code",
            "{\"session_id\":\"s\",\"hook_event_name\":\"PreToolUse\",\"tool_use_id\":\"t\"}",
            Instant.EPOCH);
    var answers = new TreeMap<String, Integer>();
    try (var guards = new Guards(extensions::guardsOf, config);
        var agents = Executors.newFixedThreadPool(AGENTS);
        AutoCloseable _ = () -> ended.set(true)) {
      Callable<TreeMap<String, Integer>> agent =
          () -> {
            var own = new TreeMap<String, Integer>();
            while (!ended.get()) {
              Judgement judgement = guards.judge(event).get(60, TimeUnit.SECONDS);
              own.merge(judgement.answer(), 1, Integer::sum);
              answered.incrementAndGet();
            }
            return own;
          };
      var all = new ArrayList<java.util.concurrent.Future<TreeMap<String, Integer>>>();
      for (int i = 0; i < AGENTS; i++) {
        all.add(agents.submit(agent));
      }
      // When
      for (int number = 1; number <= EXCHANGES; number++) {
        long before = answered.get();
        await().until(() -> answered.get() >= before + EVENTS_BETWEEN);
        extensions.switchboard().exchange(Set.of("guarding"), OfClassPath.of(version(number)));
      }
      ended.set(true);
      for (var each : all) {
        each.get().forEach((answer, count) -> answers.merge(answer, count, Integer::sum));
      }
      // Then
      assertThat(answers.values().stream().mapToLong(Integer::longValue).sum())
          .isEqualTo(answered.get())
          .isGreaterThanOrEqualTo((long) EXCHANGES * EVENTS_BETWEEN);
      assertThat(answers.keySet())
          .allMatch(answer -> answer.contains("\"permissionDecision\":\"deny\""))
          .allMatch(answer -> answer.contains("version "))
          .hasSizeGreaterThanOrEqualTo(EXCHANGES);
      assertThat(guards.counters().failed() + guards.counters().late()).isZero();
      assertThat(guards.counters().passedOver() + guards.counters().overloaded()).isZero();
    }
    extensions.close();
  }
}
