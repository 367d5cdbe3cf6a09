package dev.evenkeel.server.intake;

import static dev.evenkeel.server.intake.IntakeFixture.outcome;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.EventFilter;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extensions.fixture.ShippedExtension;
import dev.evenkeel.server.extension.FilterChain;
import dev.evenkeel.server.extension.RunningExtension;
import dev.evenkeel.server.extension.TestExtension;
import dev.evenkeel.server.intake.Intake.Outcome;
import dev.evenkeel.server.log.EventLog.Appended;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FiltersTest {

  private static final Outcome LOGGED = new Outcome.Taken(Appended.LOGGED);
  private static final String EVENT =
      "{\"session_id\":\"s\",\"hook_event_name\":\"PreToolUse\",\"tool_use_id\":\"%s\","
          + "\"tool_name\":\"Bash\",\"cwd\":\"/work\",\"x\":\"secret\"}";

  private static final Instant NOW = Instant.parse("2026-11-29T10:00:00Z");

  @TempDir Path dir;

  private IntakeFixture fixture;
  private final AtomicBoolean released = new AtomicBoolean();

  @AfterEach
  void close() {
    released.set(true);
    if (fixture != null) {
      fixture.close();
    }
  }

  private void open(Extension... extensions) throws Exception {
    fixture = new IntakeFixture(dir, extensions);
  }

  private static TestExtension foreign(String name, EventFilter filter) {
    return new TestExtension(name, context -> context.filter(filter));
  }

  private static ShippedExtension shipped(String name, EventFilter filter) {
    return new ShippedExtension(foreign(name, filter));
  }

  private HookEvent keptOf(String json) throws Exception {
    assertThat(outcome(fixture.post(json))).isEqualTo(LOGGED);
    return fixture.kept(1).getFirst();
  }

  private HookEvent keptOfEvent(String id) throws Exception {
    return keptOf(EVENT.formatted(id));
  }

  private RunningExtension extension(String name) {
    return fixture.extensions.running().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private void assertWithheld(HookEvent event, String id, String reason) {
    assertThat(event.json())
        .isEqualTo(
            ("{\"session_id\":\"s\",\"hook_event_name\":\"PreToolUse\",\"tool_use_id\":\"%s\","
                    + "\"withheld\":\"%s\"}")
                .formatted(id, reason));
    assertThat(event.session().id()).isEqualTo("s");
    assertThat(event.toolName()).isEqualTo("Bash");
    assertThat(event.cwd()).isEqualTo("/work");
  }

  private static EventFilter setting(String field, String value) {
    return event -> {
      ObjectNode payload = event.payload();
      payload.put(field, value);
      return event.withPayload(payload);
    };
  }

  /** Where filters run. */
  enum Kind {
    FOREIGN,
    SHIPPED;

    Extension filtering(String name, EventFilter filter) {
      return this == FOREIGN ? foreign(name, filter) : shipped(name, filter);
    }
  }

  @ParameterizedTest
  @EnumSource
  void filtersRewriteWhatIsKeptInTheOrderOfTheExtensions(Kind kind) throws Exception {
    // Given
    open(
        kind.filtering("b", setting("x", "by b")),
        kind.filtering("a", setting("x", "by a")),
        kind.filtering(
            "c",
            event -> {
              ObjectNode payload = event.payload();
              payload.put("before", payload.get("x").textValue());
              payload.remove("tool_name");
              return event.withPayload(payload);
            }));
    // When
    HookEvent kept = keptOfEvent("t");
    // Then
    assertThat(kept.text("before")).isEqualTo("by b");
    assertThat(kept.text("x")).isEqualTo("by b");
    assertThat(kept.text("tool_name")).isNull();
    assertThat(kept.toolName()).isEqualTo("Bash");
    assertThat(kept.toolUseId()).isEqualTo("t");
    assertThat(fixture.intake.counters().withheld()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void whatNoFilterChangesIsKeptByteForByte(Kind kind) throws Exception {
    // Given
    open(kind.filtering("a", event -> event));
    String json = "{ \"hook_event_name\": \"Stop\", \"n\": 1.50, \"u\": \"\\u0061\" }";
    // When, then
    assertThat(keptOf(json).json()).isEqualTo(json);
  }

  @ParameterizedTest
  @EnumSource
  void aFilterWhosePayloadIsNoEventCostsTheEventItsPayload(Kind kind) throws Exception {
    // Given
    open(kind.filtering("long", setting("session_id", "s".repeat(513))));
    // When
    HookEvent kept = keptOfEvent("t");
    // Then
    assertWithheld(kept, "t", "the filter of long failed");
    assertThat(extension("long").failures()).isEqualTo(1);
  }

  @ParameterizedTest
  @DisplayName("Promise 8: an event whose filter fails loses its payload")
  @EnumSource
  void aFilterThatFailsCostsTheEventItsPayload(Kind kind) throws Exception {
    // Given
    open(
        kind.filtering(
            "broken",
            event -> {
              throw new java.io.IOException("no");
            }),
        kind.filtering("later", setting("x", "must not run")));
    // When
    HookEvent kept = keptOfEvent("t");
    // Then
    assertWithheld(kept, "t", "the filter of broken failed");
    assertThat(fixture.intake.counters().withheld()).isEqualTo(1);
    assertThat(fixture.intake.counters().accepted()).isEqualTo(1);
    assertThat(extension("broken").failures()).isEqualTo(1);
    assertThat(extension("later").calls()).isZero();
    assertThat(extension("broken").state()).isEqualTo(RunningExtension.State.RUNNING);
  }

  @ParameterizedTest
  @EnumSource
  void aFilterThatReturnsNullCostsTheEventItsPayload(Kind kind) throws Exception {
    // Given
    open(kind.filtering("a-null", event -> null), kind.filtering("b", event -> event));
    // When, then
    assertWithheld(keptOfEvent("t"), "t", "the filter of a-null failed");
    assertThat(extension("a-null").failures()).isEqualTo(1);
    assertThat(extension("b").calls()).isZero();
  }

  @Test
  void aFilterThatThrowsAnErrorIsNotTakenForOneThatIsStuck() throws Exception {
    // Given
    var fails = new AtomicBoolean(true);
    open(
        foreign(
            "hungry",
            event -> {
              if (fails.get()) {
                throw new OutOfMemoryError("a test");
              }
              return event;
            }));
    // When
    assertWithheld(keptOfEvent("t"), "t", "the filter of hungry failed");
    // Then
    fails.set(false);
    assertThat(extension("hungry").state()).isEqualTo(RunningExtension.State.RUNNING);
    assertThat(keptOfEvent("t2").text("x")).isEqualTo("secret");
  }

  @Test
  void shippedFiltersRunOnTheThreadThatBringsTheEvent() throws Exception {
    // Given
    var threads = new CopyOnWriteArrayList<Thread>();
    open(
        shipped(
            "a",
            event -> {
              threads.add(Thread.currentThread());
              return event;
            }));
    // When
    keptOfEvent("t");
    // Then
    assertThat(threads).containsExactly(Thread.currentThread());
  }

  @Test
  void foreignFiltersRunOnThePoolAndBringNoShippedOneThere() throws Exception {
    // Given
    var threads = new CopyOnWriteArrayList<Thread>();
    EventFilter filter =
        event -> {
          threads.add(Thread.currentThread());
          return event;
        };
    open(shipped("a", filter), foreign("b", filter));
    // When
    keptOfEvent("t");
    // Then
    assertThat(threads).hasSize(2);
    assertThat(threads.getFirst()).isSameAs(Thread.currentThread());
    assertThat(threads.getLast().getName()).startsWith("filter-pool-");
  }

  @Test
  void aShippedFilterThatIsOrderedBehindAForeignOneSeesWhatThatOneReturned() throws Exception {
    // Given
    open(
        shipped("a", event -> setting("y", event.text("x")).filter(event)),
        foreign("b", setting("x", "by b")));
    var ordered = new FilterChain(fixture.extensions.filters().filters().reversed(), false);
    var event = HookEvent.read("claude-code", null, EVENT.formatted("t").getBytes(UTF_8), NOW);
    // When
    try (var pool = new IntakePool("filter-pool", 1)) {
      HookEvent kept = new Filters(() -> ordered, pool, () -> {}).apply(event).join();
      // Then
      assertThat(kept.text("x")).isEqualTo("by b");
      assertThat(kept.text("y")).isEqualTo("by b");
    }
  }

  @Test
  void twoEventsAreFilteredAtOnce() throws Exception {
    // Given
    var both = new CyclicBarrier(2);
    open(
        foreign(
            "meeting",
            event -> {
              both.await();
              return event;
            }));
    // When
    var first = fixture.post(EVENT.formatted("1"));
    var second = fixture.post(EVENT.formatted("2"));
    // Then
    assertThat(outcome(first)).isEqualTo(LOGGED);
    assertThat(outcome(second)).isEqualTo(LOGGED);
    assertThat(fixture.kept(2)).extracting(each -> each.text("x")).containsOnly("secret");
  }

  // Late filters

  private void loop() {
    while (!released.get()) {
      Thread.onSpinWait();
    }
  }

  /** What a late filter may do. */
  enum Lateness {
    BLOCKED {
      @Override
      void be(FiltersTest test) throws InterruptedException {
        new CountDownLatch(1).await();
      }
    },
    LOOPING {
      @Override
      void be(FiltersTest test) {
        test.loop();
      }
    };

    abstract void be(FiltersTest test) throws InterruptedException;
  }

  @ParameterizedTest
  @EnumSource
  void aLateFilterCostsTheEventItsPayloadWhenTheDeadlineHasPassed(Lateness lateness)
      throws Exception {
    // Given
    open(
        foreign(
            "late",
            event -> {
              lateness.be(this);
              return event;
            }));
    // When
    long before = System.nanoTime();
    HookEvent kept = keptOfEvent("t");
    long nanos = System.nanoTime() - before;
    // Then
    assertWithheld(kept, "t", "the filter of late was late");
    assertThat(nanos)
        .isGreaterThanOrEqualTo(Filters.DEADLINE.toNanos())
        .isLessThan(Filters.DEADLINE.toNanos() + 2_000_000_000L);
    assertThat(extension("late").failures()).isEqualTo(1);
    assertThat(fixture.intake.counters().withheld()).isEqualTo(1);
  }

  private static void stayFor(Duration duration) {
    long end = System.nanoTime() + duration.toNanos();
    while (System.nanoTime() - end < 0) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }

  @Test
  void aShippedFilterThatTakesItsTimeIsNotTakenForStuckBesideAForeignOne() throws Exception {
    // Given
    var slow = new AtomicBoolean(true);
    open(
        shipped(
            "redact",
            event -> {
              if (slow.get()) {
                stayFor(Filters.DEADLINE.multipliedBy(2));
              }
              return event;
            }),
        foreign("other", event -> event));
    // When
    HookEvent kept = keptOfEvent("1");
    // Then
    assertThat(kept.text("x")).isEqualTo("secret");
    assertThat(extension("redact").failures()).isZero();
    assertThat(extension("redact").state()).isEqualTo(RunningExtension.State.RUNNING);
    // And the next event is filtered, too
    slow.set(false);
    assertThat(keptOfEvent("2").text("x")).isEqualTo("secret");
    assertThat(fixture.intake.counters().withheld()).isZero();
  }

  @Test
  void eachCallOfAForeignFilterHasADeadlineOfItsOwnWhichGrowsWithTheEvent() throws Exception {
    // Given: a second for each, of which both together need more
    EventFilter slow =
        event -> {
          stayFor(Duration.ofMillis(600));
          return event;
        };
    open(foreign("a", slow), foreign("b", slow));
    // When
    HookEvent kept = keptOf("{\"n\":1,\"x\":\"" + "x".repeat(3_500_000) + "\"}");
    // Then
    assertThat(kept.at("n").intValue()).isEqualTo(1);
    assertThat(fixture.intake.counters().withheld()).isZero();
  }

  @Test
  void whileALateFilterDoesNotReturnEventsAreWithheldAtOnceAndThenFilteredAgain() throws Exception {
    // Given
    var calls = new AtomicInteger();
    open(
        foreign(
            "late",
            event -> {
              if (calls.incrementAndGet() == 1) {
                loop();
              }
              return event;
            }));
    keptOfEvent("1");
    assertThat(extension("late").state()).isEqualTo(RunningExtension.State.STUCK);
    // When
    var second = fixture.post(EVENT.formatted("2"));
    // Then
    assertThat(outcome(second)).isEqualTo(LOGGED);
    assertWithheld(fixture.kept(1).getFirst(), "2", "the filter of late is stuck");
    assertThat(calls).hasValue(1);
    assertThat(extension("late").eventsPassedOver()).isEqualTo(1);
    // When
    released.set(true);
    await().until(() -> extension("late").state() == RunningExtension.State.RUNNING);
    // Then
    assertThat(keptOfEvent("3").text("x")).isEqualTo("secret");
    assertThat(calls).hasValue(2);
    assertThat(fixture.intake.counters().withheld()).isEqualTo(2);
  }

  @Test
  void anInterruptIsNotLeftToTheNextEventOfTheThread() throws Exception {
    // Given
    var calls = new AtomicInteger();
    open(
        foreign(
            "late",
            event -> {
              if (calls.incrementAndGet() <= 2) {
                while (!Thread.currentThread().isInterrupted()) {
                  Thread.onSpinWait();
                }
              }
              return event;
            }));
    for (int i = 0; i < 2; i++) {
      keptOfEvent("late" + i);
      await().until(() -> extension("late").state() == RunningExtension.State.RUNNING);
    }
    // When each thread has its turn, those two among them
    for (int i = 0; i < Intake.FILTERS_AT_ONCE; i++) {
      HookEvent kept = keptOfEvent("next" + i);
      // Then
      assertThat(kept.text("x")).isEqualTo("secret");
    }
  }

  @Test
  void filtersThatAreStuckHoldUpNoLargeBody() throws Exception {
    // Given: every thread of the filters is taken
    open(
        foreign(
            "late",
            event -> {
              loop();
              return event;
            }));
    var stuck = new ArrayList<CompletableFuture<Outcome>>();
    for (int i = 0; i < Intake.FILTERS_AT_ONCE; i++) {
      stuck.add(fixture.post(EVENT.formatted(i)));
    }
    for (CompletableFuture<Outcome> each : stuck) {
      outcome(each);
    }
    // When
    String large = "{\"session_id\":\"s\",\"x\":\"" + "x".repeat(100_000) + "\"}";
    // Then
    assertThat(outcome(fixture.post(large))).isEqualTo(LOGGED);
    assertThat(fixture.kept(5).getLast().text("withheld")).contains("stuck");
  }

  @Test
  void whatFindsNoPlaceInThePoolIsWithheldAndNeverKeptUnfiltered() throws Exception {
    // Given
    open(
        foreign(
            "slow",
            event -> {
              loop();
              return event;
            }));
    int posted = Intake.FILTERS_AT_ONCE + IntakePool.CAPACITY + 20;
    // When
    var answers = new ArrayList<CompletableFuture<Outcome>>();
    for (int i = 0; i < posted; i++) {
      answers.add(fixture.post(EVENT.formatted(i)));
    }
    for (CompletableFuture<Outcome> each : answers) {
      assertThat(outcome(each)).isEqualTo(LOGGED);
    }
    // Then
    assertThat(fixture.kept(posted))
        .allSatisfy(
            each -> {
              assertThat(each.json()).doesNotContain("secret");
              assertThat(each.text("withheld")).isNotNull();
            });
    assertThat(fixture.intake.counters().withheld()).isEqualTo(posted);
    // And what waited is not kept in memory, nor run later
    assertThat(fixture.intake.queues())
        .filteredOn(each -> each.name().equals("filter-pool"))
        .singleElement()
        .satisfies(each -> assertThat(each.size()).isZero());
    assertThat(extension("slow").calls()).isLessThanOrEqualTo(Intake.FILTERS_AT_ONCE);
  }

  // Keys that stand twice

  private static final List<String> TWICE =
      List.of(
          "{\"a\":\"secret\",\"a\":\"x\"}",
          "{\"a\":\"secret\",\"\\u0061\":\"x\"}",
          "{\"b\":{\"c\":[1,{\"a\":\"secret\",\"d\":1,\"a\":\"x\"}]}}",
          "{\"b\":{\"a\":\"secret\"},\"b\":{\"a\":\"x\"}}",
          "{\"b\":[[{\"a\":{\"s\":\"secret\"},\"a\":null}]],\"x\":\"" + "x".repeat(70_000) + "\"}");

  @ParameterizedTest
  @EnumSource
  void aValueUnderAKeyThatStandsTwiceDoesNotPassAFilterThatCannotSeeIt(Kind kind) throws Exception {
    // Given: a filter that looks for secrets in the tree, and finds none
    var seen = new CopyOnWriteArrayList<String>();
    open(
        kind.filtering(
            "redact",
            event -> {
              seen.add(event.json());
              return event.payload().toString().contains("secret")
                  ? event.withPayload(event.payload().removeAll())
                  : event;
            }));
    for (String twice : TWICE) {
      // When
      HookEvent kept = keptOf(twice);
      // Then
      assertThat(kept.json()).doesNotContain("secret");
      assertThat(kept.json()).isEqualTo(kept.payload().toString());
    }
    assertThat(seen).noneMatch(each -> each.contains("secret"));
  }

  @Test
  void whereThereIsNoFilterAKeyMayStandTwice() throws Exception {
    open();
    assertThat(keptOf(TWICE.getFirst()).json()).isEqualTo(TWICE.getFirst());
  }

  @ParameterizedTest
  @EnumSource
  void whatCannotBeWrittenAnewIsWithheld(Kind kind) throws Exception {
    // Given: half a character, which JSON can spell and UTF-8 cannot
    open(kind.filtering("a", event -> event));
    String half = "{\"session_id\":\"\\ud800\",\"a\":\"secret\\ud800\",\"a\":\"\\udc00\"}";
    // When
    HookEvent kept = keptOf(half);
    // Then
    assertThat(kept.json()).doesNotContain("secret");
    assertThat(fixture.intake.counters().withheld()).isLessThanOrEqualTo(1);
  }

  @Test
  @DisplayName(
      "Promise 10: events pass a filter that is off, and lose their payload while it pauses")
  void aFilterThatIsSwitchedOffLetsThroughAndOneThatPausesDoesNot() throws Exception {
    // Given
    var late = new AtomicBoolean(true);
    open(
        foreign(
            "hiding",
            event -> {
              while (late.get() && !Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
              }
              return event.withPayload(event.payload().put("x", "hidden"));
            }));
    // When it was late three times
    for (int i = 0; i < 3; i++) {
      keptOfEvent("late" + i);
      await().until(() -> extension("hiding").state() != RunningExtension.State.STUCK);
    }
    late.set(false);
    // Then it pauses, and payloads are withheld
    assertThat(keptOfEvent("paused").text("withheld")).isEqualTo("the filter of hiding is paused");
    // And when it is switched off, the operator takes the payload as it came
    fixture.extensions.switchboard().disable("hiding");
    assertThat(keptOfEvent("off").text("x")).isEqualTo("secret");
    // And on again
    fixture.extensions.switchboard().enable("hiding");
    assertThat(keptOfEvent("on").text("x")).isEqualTo("hidden");
  }
}
