package dev.evenkeel.server.intake;

import static dev.evenkeel.server.intake.IntakeFixture.outcome;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.intake.Intake.Outcome;
import dev.evenkeel.server.log.EventLog.Appended;
import dev.evenkeel.server.log.FailingDisk;
import dev.evenkeel.server.log.LogStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IntakeTest {

  private static final Outcome LOGGED = new Outcome.Taken(Appended.LOGGED);
  private static final Outcome MERGED = new Outcome.Merged();
  private static final Outcome SHED = new Outcome.Shed();

  @TempDir Path dir;

  private final AtomicLong nanos = new AtomicLong();
  private final Ticker ticker = nanos::get;
  private IntakeFixture fixture;

  @AfterEach
  void close() {
    if (fixture != null) {
      fixture.close();
    }
  }

  private IntakeFixture open() throws Exception {
    fixture = new IntakeFixture(dir, new MemoryBudget(64 << 20), ticker, log -> log);
    return fixture;
  }

  private static String tool(String session, String event, String id, String more) {
    return "{\"session_id\":\"%s\",\"hook_event_name\":\"%s\",\"tool_use_id\":\"%s\",\"x\":\"%s\"}"
        .formatted(session, event, id, more);
  }

  private static String large(int bytes) {
    return "{\"session_id\":\"s\",\"hook_event_name\":\"Stop\",\"x\":\""
        + "x".repeat(bytes)
        + "\"}";
  }

  private IntakeCounters.Sums sums() {
    return fixture.intake.counters();
  }

  // Merging

  @Test
  void theSameToolEventWithinTwoSecondsIsOne() throws Exception {
    // Given
    open();
    // When
    Outcome first = outcome(fixture.post(tool("s", "PreToolUse", "t", "x")));
    nanos.addAndGet(Duration.ofMillis(1_999).toNanos());
    Outcome second = outcome(fixture.post(tool("s", "PreToolUse", "t", "x")));
    outcome(fixture.post("{\"hook_event_name\":\"Stop\"}"));
    // Then
    assertThat(first).isEqualTo(LOGGED);
    assertThat(second).isEqualTo(MERGED);
    assertThat(sums()).isEqualTo(new IntakeCounters.Sums(3, 2, 1, 0, 0, 0));
    assertThat(fixture.kept(2)).extracting(HookEvent::name).containsExactly("PreToolUse", "Stop");
  }

  @Test
  void twoSecondsLaterItIsAnother() throws Exception {
    // Given
    open();
    outcome(fixture.post(tool("s", "PreToolUse", "t", "x")));
    nanos.addAndGet(Duration.ofMillis(1_500).toNanos());
    assertThat(outcome(fixture.post(tool("s", "PreToolUse", "t", "x")))).isEqualTo(MERGED);
    // When: two seconds after the first, not after the last
    nanos.addAndGet(Duration.ofMillis(600).toNanos());
    // Then
    assertThat(outcome(fixture.post(tool("s", "PreToolUse", "t", "x")))).isEqualTo(LOGGED);
  }

  @Test
  void otherBytesOrAnotherSessionEventOrCallAreAnotherEvent() throws Exception {
    // Given
    open();
    outcome(fixture.post(tool("s", "PreToolUse", "t", "x")));
    // When, then
    assertThat(outcome(fixture.post(tool("s", "PreToolUse", "t", "y")))).isEqualTo(LOGGED);
    assertThat(outcome(fixture.post(tool("s2", "PreToolUse", "t", "x")))).isEqualTo(LOGGED);
    assertThat(outcome(fixture.post(tool("s", "PostToolUse", "t", "x")))).isEqualTo(LOGGED);
    assertThat(outcome(fixture.post(tool("s", "PreToolUse", "t2", "x")))).isEqualTo(LOGGED);
    assertThat(
            outcome(
                fixture.intake.take(
                    Intake.of("codex", null), tool("s", "PreToolUse", "t", "x").getBytes(UTF_8))))
        .isEqualTo(LOGGED);
    assertThat(sums().merged()).isZero();
  }

  @Test
  void anotherEventOfTheSameCallBetweenThemDoesNotHideThatTwoAreTheSame() throws Exception {
    // Given
    open();
    outcome(fixture.post(tool("s", "PreToolUse", "t", "x")));
    outcome(fixture.post(tool("s", "PreToolUse", "t", "y")));
    // When, then
    assertThat(outcome(fixture.post(tool("s", "PreToolUse", "t", "x")))).isEqualTo(MERGED);
    assertThat(outcome(fixture.post(tool("s", "PreToolUse", "t", "y")))).isEqualTo(MERGED);
  }

  @Test
  void whatHasNoToolUseIdIsNeverMerged() throws Exception {
    // Given
    open();
    String prompt = "{\"session_id\":\"s\",\"hook_event_name\":\"UserPromptSubmit\"}";
    // When, then
    assertThat(outcome(fixture.post(prompt))).isEqualTo(LOGGED);
    assertThat(outcome(fixture.post(prompt))).isEqualTo(LOGGED);
    assertThat(sums().accepted()).isEqualTo(2);
  }

  @Test
  void theAnswerToTheSecondWaitsForTheAppendOfTheFirst() throws Exception {
    // Given
    var gate = new CompletableFuture<Void>();
    fixture =
        new IntakeFixture(
            dir,
            new MemoryBudget(64 << 20),
            ticker,
            log ->
                IntakeFixture.appendingThrough(
                    log, event -> gate.thenCompose(opened -> log.append(event))));
    // When
    var first = fixture.post(tool("s", "PreToolUse", "t", "x"));
    var second = fixture.post(tool("s", "PreToolUse", "t", "x"));
    // Then
    assertThat(first).isNotDone();
    assertThat(second).isNotDone();
    assertThat(sums()).isEqualTo(new IntakeCounters.Sums(2, 0, 0, 0, 0, 0));
    gate.complete(null);
    assertThat(outcome(second)).isEqualTo(MERGED);
    assertThat(outcome(first)).isEqualTo(LOGGED);
  }

  @Test
  void whereTheFirstIsLostOrFailsSoDoesTheSecond() throws Exception {
    // Given
    var append = new CompletableFuture<Appended>();
    fixture =
        new IntakeFixture(
            dir,
            new MemoryBudget(64 << 20),
            ticker,
            log ->
                IntakeFixture.appendingThrough(
                    log,
                    event ->
                        event.toolUseId().equals("lost")
                            ? append
                            : CompletableFuture.failedFuture(new IllegalStateException("broken"))));
    // When
    var lost = fixture.post(tool("s", "PreToolUse", "lost", "x"));
    var lostToo = fixture.post(tool("s", "PreToolUse", "lost", "x"));
    append.complete(Appended.LOST);
    var failed = fixture.post(tool("s", "PreToolUse", "failed", "x"));
    var failedToo = fixture.post(tool("s", "PreToolUse", "failed", "x"));
    // Then
    assertThat(outcome(lost)).isEqualTo(SHED);
    assertThat(outcome(lostToo)).isEqualTo(SHED);
    assertThatThrownBy(() -> outcome(failed)).hasRootCauseMessage("broken");
    assertThatThrownBy(() -> outcome(failedToo)).hasRootCauseMessage("broken");
    assertThat(sums()).isEqualTo(new IntakeCounters.Sums(4, 0, 0, 2, 2, 0));
  }

  // Shedding and refusing

  @Test
  void whenMemoryIsShortTheLeastValuableAreShedAndOthersAreTaken() throws Exception {
    // Given
    open();
    fixture.budget.reserve(58 << 20);
    // When, then
    for (String least : List.of("MessageDisplay", "PostToolBatch")) {
      assertThat(outcome(fixture.post(tool("s", least, "t", "x")))).isEqualTo(SHED);
    }
    assertThat(outcome(fixture.post(tool("s", "PreToolUse", "t", "x")))).isEqualTo(LOGGED);
    fixture.budget.release(58 << 20);
    assertThat(outcome(fixture.post(tool("s", "MessageDisplay", "t", "x")))).isEqualTo(LOGGED);
    assertThat(sums()).isEqualTo(new IntakeCounters.Sums(4, 2, 0, 0, 2, 0));
  }

  @Test
  void whatIsNoEventIsRejectedWithAReason() throws Exception {
    open();
    for (String none : List.of("", "[]", "null", "{", "{}{}", "\"a\"", "{\"a\":\"\u0000\"}")) {
      assertThat(outcome(fixture.post(none)))
          .isInstanceOfSatisfying(
              Outcome.Rejected.class, rejected -> assertThat(rejected.error()).isNotEmpty());
    }
    assertThat(sums()).isEqualTo(new IntakeCounters.Sums(7, 0, 0, 7, 0, 0));
  }

  @Test
  void aReaderThatFailsCostsOneEventAndIsCounted() throws Exception {
    // Given
    open();
    Intake.Format failing =
        (body, time) -> {
          throw new IllegalStateException("a bug");
        };
    // When, then: on the event loop, and on the pool
    for (int size : List.of(10, 100_000)) {
      assertThat(outcome(fixture.intake.take(failing, new byte[size])))
          .isInstanceOfSatisfying(
              Outcome.Rejected.class, rejected -> assertThat(rejected.error()).contains("a bug"));
    }
    assertThat(sums().rejected()).isEqualTo(2);
  }

  // Large bodies

  @Test
  void aBodyOfMoreThan64KilobytesIsReadOnThePool() throws Exception {
    // Given
    open();
    var threads = new ArrayList<String>();
    Intake.Format format =
        (body, time) -> {
          threads.add(Thread.currentThread().getName());
          return HookEvent.read("claude-code", null, body, time);
        };
    byte[] small = large(0).getBytes(UTF_8);
    byte[] largest = large((64 << 10) - small.length).getBytes(UTF_8);
    byte[] larger = large((64 << 10) - small.length + 1).getBytes(UTF_8);
    // When
    assertThat(outcome(fixture.intake.take(format, largest))).isEqualTo(LOGGED);
    assertThat(outcome(fixture.intake.take(format, larger))).isEqualTo(LOGGED);
    // Then
    assertThat(threads.get(0)).isEqualTo(Thread.currentThread().getName());
    assertThat(threads.get(1)).startsWith("intake-pool-");
    assertThat(fixture.kept(2)).extracting(HookEvent::size).containsExactly(65_536, 65_537);
  }

  @Test
  void aLargeBodyWhoseTurnDoesNotComeIsShedAndCounted() throws Exception {
    // Given as many bodies at work as may be, none of which comes to its end
    open();
    var release = new CountDownLatch(1);
    var read = new LongAdder();
    Intake.Format slow =
        (body, time) -> {
          read.increment();
          try {
            release.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return HookEvent.read("claude-code", null, body, time);
        };
    byte[] body = large(100_000).getBytes(UTF_8);
    var taken = new ArrayList<CompletableFuture<Outcome>>();
    while (read.sum() < LargeBodies.AT_ONCE) {
      long before = read.sum();
      CompletableFuture<Outcome> next = fixture.intake.take(slow, body);
      await().until(() -> read.sum() > before || next.isDone());
      taken.add(next);
    }
    // When
    taken.add(fixture.intake.take(slow, body));
    // Then
    assertThat(outcome(taken.getLast())).isEqualTo(SHED);
    release.countDown();
    for (CompletableFuture<Outcome> each : taken) {
      assertThat(outcome(each)).isIn(LOGGED, SHED);
    }
    int shed = taken.size() - LargeBodies.AT_ONCE;
    assertThat(sums())
        .isEqualTo(new IntakeCounters.Sums(taken.size(), LargeBodies.AT_ONCE, 0, 0, shed, 0));
    assertThat(read.sum()).isEqualTo(LargeBodies.AT_ONCE);
  }

  @Test
  void whatNeitherDiskNorMemoryTakesIsShedAndCountedOnce() throws Exception {
    // Given a disk that fails, and a small memory that nobody empties
    fixture = new IntakeFixture(dir, new MemoryBudget(1 << 20), ticker, log -> log);
    try (var _ = FailingDisk.of(dir)) {
      // When
      for (int i = 0; i < 30; i++) {
        outcome(fixture.post(tool("s", "PreToolUse", "t" + i, "x".repeat(60_000))));
      }
    }
    // Then
    LogStatus log = fixture.log.status();
    assertThat(sums().shed()).isPositive();
    assertThat(sums().accepted() + sums().shed()).isEqualTo(30).isEqualTo(sums().received());
    assertThat(log.unlogged()).isEqualTo(sums().accepted());
    assertThat(log.dropped()).isEmpty();
    // And what was accepted is all there
    assertThat(fixture.kept((int) sums().accepted())).hasSize((int) sums().accepted());
  }

  // Many at once

  @Test
  void sixteenThreadsAtOnceAreCountedRight() throws Exception {
    // Given
    fixture = new IntakeFixture(dir, new MemoryBudget(64 << 20), () -> 0, log -> log);
    int rounds = 200;
    // When
    var futures = new ArrayList<Future<List<CompletableFuture<Outcome>>>>();
    try (var threads = Executors.newFixedThreadPool(16)) {
      for (int t = 0; t < 16; t++) {
        int thread = t;
        futures.add(
            threads.submit(
                () -> {
                  var own = new ArrayList<CompletableFuture<Outcome>>();
                  for (int i = 0; i < rounds; i++) {
                    own.add(fixture.post("{\"session_id\":\"" + thread + "\"}"));
                    own.add(fixture.post("no event"));
                    // Each is posted by two threads
                    own.add(fixture.post(tool("s" + thread / 2, "PreToolUse", "t" + i, "x")));
                  }
                  return own;
                }));
      }
    }
    for (var each : futures) {
      for (CompletableFuture<Outcome> one : each.get(20, TimeUnit.SECONDS)) {
        outcome(one);
      }
    }
    // Then
    assertThat(sums())
        .isEqualTo(
            new IntakeCounters.Sums(
                16L * rounds * 3, 16L * rounds + 8L * rounds, 8L * rounds, 16L * rounds, 0, 0));
  }
}
