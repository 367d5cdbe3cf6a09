package dev.evenkeel.extension.testkit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.HookAnswer;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Each check of the contract finds the extension that breaks it, and lets a good one pass. */
class ExtensionContractTest {

  record Text(String text) {}

  /** How an extension starts. */
  private interface Start {
    void start(ExtensionContext context) throws Exception;
  }

  /** Starts and stops as a test says. */
  private record Sample(Start onStart, Runnable onStop) implements Extension {
    @Override
    public void start(ExtensionContext context) throws Exception {
      onStart.start(context);
    }

    @Override
    public void stop() {
      onStop.run();
    }
  }

  /** Its deadlines are short, so that a bad extension does not hold up its test. */
  private static ExtensionContract contract(Start start, Runnable stop) {
    return new ExtensionContract() {
      @Override
      protected Extension newExtension() {
        return new Sample(start, stop);
      }

      @Override
      protected Duration deadlineOfFilters() {
        return Duration.ofMillis(200);
      }

      @Override
      protected Duration deadlineOfGuards() {
        return Duration.ofMillis(200);
      }

      @Override
      protected Duration deadlineOfProcessors() {
        return Duration.ofMillis(200);
      }
    };
  }

  private static ExtensionContract contract(Start start) {
    return contract(start, () -> {});
  }

  private static void good(ExtensionContext context) {
    var map = context.boundedMap("seen", String.class, Text.class, Limits.capacity(10));
    context.filter(event -> event);
    context.guard("PreToolUse", event -> HookAnswer.none());
    context.process(
        "*",
        (event, emission) -> {
          emission.attach("before", map.size());
          map.put(event.session().id(), new Text(event.name()));
        });
    context.every(Duration.ofMinutes(1), emission -> {});
  }

  @Test
  void aGoodExtensionKeepsIt() {
    ExtensionContract contract = contract(ExtensionContractTest::good);
    assertThatCode(
            () -> {
              contract.startsAndStopsCleanly();
              contract.leavesNoThreadBehind();
              contract.survivesEveryRecordedEvent();
              contract.survivesEveryHostileEvent();
              contract.keepsNoEvent();
              contract.staysWithinItsMapsOverAHundredThousandEvents();
              contract.meetsItsDeadline();
              contract.comesBackTheSameAfterARestart();
            })
        .doesNotThrowAnyException();
  }

  @Test
  void oneThatIsInNoServiceFileIsFound() {
    assertThatThrownBy(() -> contract(ExtensionContractTest::good).isNamedInItsServiceFile())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("META-INF/services/dev.evenkeel.extension.Extension");
  }

  @Test
  void oneThatDoesNotStartTwiceIsFound() {
    var starts = new AtomicInteger();
    ExtensionContract contract =
        contract(
            context -> {
              if (starts.incrementAndGet() > 1) {
                throw new IllegalStateException("a port is taken");
              }
            });
    assertThatThrownBy(contract::startsAndStopsCleanly).hasMessageContaining("a port is taken");
  }

  @Test
  void oneWhoseTaskThrowsIsFound() {
    ExtensionContract contract =
        contract(
            context ->
                context.every(
                    Duration.ofMinutes(1),
                    emission -> {
                      throw new IllegalStateException("no event");
                    }));
    assertThatThrownBy(contract::startsAndStopsCleanly).hasMessageContaining("without an event");
  }

  @Test
  void oneThatLeavesAThreadIsFoundAndTheThreadIsNamed() {
    var released = new CountDownLatch(1);
    try {
      ExtensionContract contract =
          contract(
              context ->
                  Thread.ofPlatform()
                      .daemon()
                      .name("left-behind")
                      .start(
                          () -> {
                            try {
                              released.await();
                            } catch (InterruptedException e) {
                              Thread.currentThread().interrupt();
                            }
                          }));
      assertThatThrownBy(contract::leavesNoThreadBehind).hasMessageContaining("left-behind");
    } finally {
      released.countDown();
    }
  }

  @Test
  void oneThatStopsItsThreadsPasses() {
    var pools = new ArrayList<java.util.concurrent.ExecutorService>();
    ExtensionContract contract =
        contract(
            context -> {
              pools.add(Executors.newSingleThreadExecutor());
              pools.getLast().execute(() -> {});
            },
            () -> pools.forEach(java.util.concurrent.ExecutorService::shutdown));
    assertThatCode(contract::leavesNoThreadBehind).doesNotThrowAnyException();
  }

  @Test
  void oneThatThrowsAtARecordedEventIsFound() {
    ExtensionContract contract =
        contract(
            context ->
                context.process(
                    "PreToolUse",
                    (event, emission) ->
                        emission.attach("n", event.text("tool_input", "command").length())));
    assertThatThrownBy(contract::survivesEveryRecordedEvent)
        .hasMessageContaining("PreToolUse")
        .hasCauseInstanceOf(NullPointerException.class);
  }

  @Test
  void oneThatThrowsAtAHostileEventIsFound() {
    ExtensionContract contract =
        contract(
            context ->
                context.guard(
                    "PreToolUse",
                    event -> {
                      if (event.at("duration_ms").isTextual()) {
                        throw new ClassCastException("text");
                      }
                      return HookAnswer.none();
                    }));
    assertThatCode(contract::survivesEveryRecordedEvent).doesNotThrowAnyException();
    assertThatThrownBy(contract::survivesEveryHostileEvent)
        .hasCauseInstanceOf(ClassCastException.class);
  }

  @Test
  void oneThatFailsInAFilterIsFound() {
    ExtensionContract contract = contract(context -> context.filter(event -> null));
    assertThatThrownBy(contract::survivesEveryRecordedEvent).hasMessageContaining("threw at");
  }

  @Test
  void oneThatKeepsAnEventIsFound() {
    List<HookEvent> kept = new ArrayList<>();
    ExtensionContract contract =
        contract(
            context ->
                context.process(
                    "Stop",
                    (event, emission) -> {
                      kept.clear();
                      kept.add(event);
                    }));
    assertThatThrownBy(contract::keepsNoEvent).hasMessageContaining("still held");
  }

  @Test
  void oneThatHoardsBesideItsMapsIsFound() {
    Map<String, String> hoard = new HashMap<>();
    ExtensionContract contract =
        contract(
            context ->
                context.process(
                    "*", (event, emission) -> hoard.put(event.text("prompt"), event.name())));
    assertThatThrownBy(contract::staysWithinItsMapsOverAHundredThousandEvents)
        .hasMessageContaining("outside of bounded maps");
  }

  @Test
  void oneWhoseEntryGrowsIsFound() {
    ExtensionContract contract =
        contract(
            context -> {
              var map = context.boundedMap("all", String.class, Text.class, Limits.capacity(10));
              context.process(
                  "Notification",
                  (event, emission) -> {
                    Text before = map.get("all");
                    String text = before == null ? "" : before.text();
                    map.put("all", new Text(text + event.text("message") + "x".repeat(100)));
                  });
            });
    assertThatThrownBy(contract::staysWithinItsMapsOverAHundredThousandEvents)
        .hasMessageContaining("bytes of the map all");
  }

  @Test
  void oneThatIsSlowIsFound() {
    ExtensionContract contract =
        contract(
            context ->
                context.process(
                    "SessionEnd",
                    (event, emission) -> {
                      long end = System.nanoTime() + Duration.ofMillis(250).toNanos();
                      while (System.nanoTime() < end) {
                        Thread.onSpinWait();
                      }
                    }));
    assertThatThrownBy(contract::meetsItsDeadline)
        .hasMessageContaining("the processor took")
        .hasMessageContaining("SessionEnd");
  }

  @Test
  void oneThatBlocksIsFoundAndInterrupted() {
    ExtensionContract contract =
        contract(
            context ->
                context.guard(
                    "Stop",
                    event -> {
                      new CountDownLatch(1).await();
                      return HookAnswer.none();
                    }));
    assertThatThrownBy(contract::meetsItsDeadline).hasMessageContaining("the guard took");
  }

  @Test
  void oneThatCannotBeInterruptedIsFoundToo() {
    var released = new java.util.concurrent.atomic.AtomicBoolean();
    try {
      ExtensionContract contract =
          contract(
              context ->
                  context.filter(
                      event -> {
                        while (!released.get()) {
                          Thread.onSpinWait();
                        }
                        return event;
                      }));
      assertThatThrownBy(contract::meetsItsDeadline)
          .hasMessageContaining("does not react to being interrupted");
    } finally {
      released.set(true);
    }
  }

  @Test
  void oneThatForgetsOverARestartIsFound() {
    ExtensionContract contract =
        contract(
            context -> {
              var count = new AtomicInteger();
              context.process(
                  "*", (event, emission) -> emission.attach("count", count.incrementAndGet()));
            });
    assertThatThrownBy(contract::comesBackTheSameAfterARestart)
        .hasMessageContaining("what a restarted one does");
  }

  @Test
  void oneWhoseAnswersChangeOverARestartIsFound() {
    var starts = new AtomicInteger();
    ExtensionContract contract =
        contract(
            context -> {
              int start = starts.incrementAndGet();
              context.guard("Stop", event -> HookAnswer.deny("start " + start));
              context.process(
                  "X",
                  (event, emission) -> emission.emit("x", JsonNodeFactory.instance.objectNode()));
            });
    assertThatThrownBy(contract::comesBackTheSameAfterARestart)
        .hasMessageContaining("what a restarted one does");
  }
}
