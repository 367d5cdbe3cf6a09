package dev.evenkeel.extension.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.evenkeel.extension.Emission;
import dev.evenkeel.extension.EventKind;
import dev.evenkeel.extension.EventProcessor;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.FailureMode;
import dev.evenkeel.extension.HookAnswer;
import dev.evenkeel.extension.HookGuard;
import dev.evenkeel.extension.Limits;
import dev.evenkeel.extension.Session;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ExtensionHarnessTest {

  private static final String EVENT = "{\"session_id\":\"s\",\"hook_event_name\":\"X\",\"own\":1}";

  private static final Limits LARGE = Limits.capacity(100);

  record Text(String text) {}

  /** An extension whose start is a lambda. */
  record Sample(Start onStart, Runnable onStop) implements Extension {
    interface Start {
      void start(ExtensionContext context) throws Exception;
    }

    @Override
    public void start(ExtensionContext context) throws Exception {
      onStart.start(context);
    }

    @Override
    public void stop() {
      onStop.run();
    }
  }

  private static ExtensionHarness.Builder harness(Sample.Start start) {
    return ExtensionHarness.of(() -> new Sample(start, () -> {}));
  }

  private static ObjectNode data(String key, String value) {
    return JsonNodeFactory.instance.objectNode().put(key, value);
  }

  @Test
  void theFirstDropWinsAsInTheServer() {
    var harness =
        harness(
                context -> {
                  context.process(
                      "*",
                      (event, emission) -> {
                        emission.drop("first");
                        emission.drop("second");
                      });
                  context.process("*", (event, emission) -> emission.drop("third"));
                })
            .start();
    assertThat(harness.send("claude-code", EVENT).dropped()).isEqualTo("first");
  }

  @Test
  void aCallThatAddsMoreThanAMegabyteFailsAndLeavesNothing() {
    // Given
    String half = "x".repeat(1 << 19);
    var harness =
        harness(
                context -> {
                  context.process(
                      "X",
                      (event, emission) -> {
                        emission.attach("a", half);
                        emission.emit("b", data("k", half));
                      });
                  context.process(
                      "X", (event, emission) -> emission.attach("c", Map.of("k", half)));
                  context.process(
                      "X", (event, emission) -> emission.attach("d", List.of(half, half)));
                })
            .start();
    // When
    Reaction reaction = harness.send("claude-code", EVENT);
    // Then
    assertThat(reaction.attached()).containsOnlyKeys("c");
    assertThat(reaction.derived()).isEmpty();
    assertThat(reaction.failures()).hasSize(2);
    assertThat(reaction.failures().getFirst()).hasMessageContaining("more than 1048576 bytes");
  }

  @Test
  void aProcessorSeesTheEventsOfItsNameOnly() {
    // Given
    var seen = new ArrayList<String>();
    var harness =
        harness(
                context -> {
                  context.process("X", (event, emission) -> seen.add("X"));
                  context.process("Y", (event, emission) -> seen.add("Y"));
                  context.process("*", (event, emission) -> seen.add("*"));
                })
            .start();
    // When
    harness.send("claude-code", EVENT);
    // Then
    assertThat(seen).containsExactly("X", "*");
  }

  @Test
  void theReactionHasWhatWasAttachedDerivedAndDropped() {
    // Given
    var harness =
        harness(
                context ->
                    context.process(
                        "X",
                        (event, emission) -> {
                          emission.attach("n", 1);
                          emission.emit("own", data("a", "b"));
                          emission.emit(new Session("codex", "t"), "other", data("c", "d"));
                          emission.drop("noise");
                        }))
            .start();
    // When
    Reaction reaction = harness.send("claude-code", EVENT);
    // Then
    assertThat(reaction.attached()).containsExactly(Map.entry("n", IntNode.valueOf(1)));
    assertThat(reaction.derived())
        .containsExactly(
            new Derived(new Session("claude-code", "s"), "own", data("a", "b")),
            new Derived(new Session("codex", "t"), "other", data("c", "d")));
    assertThat(reaction.dropped()).isEqualTo("noise");
    assertThat(reaction.failures()).isEmpty();
    assertThat(harness.derived("own")).containsExactly(data("a", "b"));
  }

  @Test
  void guardsAnswerOnTheEventAsItCameInTheirOrder() {
    // Given
    var harness =
        harness(
                context -> {
                  context.filter(event -> event.withPayload(data("own", "filtered")));
                  context.guard("X", event -> HookAnswer.deny("own is " + event.at("own")));
                  context.guard("Y", event -> HookAnswer.deny("not asked"));
                  context.guard("*", event -> HookAnswer.none());
                  context.guard("*", event -> HookAnswer.addContext("more"));
                })
            .start();
    // When
    Reaction reaction = harness.send("claude-code", EVENT);
    // Then
    assertThat(reaction.answers())
        .containsExactly(HookAnswer.deny("own is 1"), HookAnswer.addContext("more"));
    assertThat(reaction.event().text("own")).isEqualTo("filtered");
  }

  @Test
  void aGuardReadsMapsAndCannotChangeThem() {
    // Given
    var harness =
        harness(
                context -> {
                  var map = context.boundedMap("m", String.class, Text.class, LARGE);
                  context.process("X", (event, emission) -> map.put("k", new Text("v")));
                  context.guard(
                      "Y", event -> HookAnswer.addContext(requireNonNull(map.get("k")).text()));
                  context.guard(
                      "Z",
                      event -> {
                        map.put("k", new Text("w"));
                        return HookAnswer.none();
                      });
                })
            .start();
    harness.send("claude-code", EVENT);
    // When
    Reaction reading = harness.send("claude-code", EVENT.replace('X', 'Y'));
    Reaction changing = harness.send("claude-code", EVENT.replace('X', 'Z'));
    // Then
    assertThat(reading.answers()).containsExactly(HookAnswer.addContext("v"));
    assertThat(changing.failures())
        .singleElement()
        .satisfies(e -> assertThat(e).hasMessageContaining("guards and filters may only read"));
    assertThat(harness.map("m").entries()).hasToString("{k=Text[text=v]}");
  }

  @Test
  void aGuardThatFailsLetsPassOrDeniesAsItWasRegistered() {
    // Given
    HookGuard failing =
        event -> {
          throw new IOException("no rules");
        };
    var harness =
        harness(
                context -> {
                  context.guard("X", failing);
                  context.guard("Y", failing, FailureMode.CLOSED);
                })
            .start();
    // When
    Reaction open = harness.send("claude-code", EVENT);
    Reaction closed = harness.send("claude-code", EVENT.replace('X', 'Y'));
    // Then
    assertThat(open.answers()).isEmpty();
    assertThat(open.failures()).hasSize(1);
    assertThat(closed.answers())
        .containsExactly(HookAnswer.deny("The guard failed: java.io.IOException: no rules"));
  }

  @Test
  void attachReplacesNeitherAFieldOfThePayloadNorAnEarlierAttachment() {
    // Given
    var harness =
        harness(
                context -> {
                  context.process(
                      "X",
                      (event, emission) -> {
                        emission.attach("own", "replaced");
                        emission.attach("first", "1");
                        emission.attach("first", "2");
                      });
                  context.process("X", (event, emission) -> emission.attach("first", "3"));
                })
            .start();
    // When
    Reaction reaction = harness.send("claude-code", EVENT);
    // Then
    assertThat(reaction.attached()).containsExactly(Map.entry("first", TextNode.valueOf("1")));
  }

  @Test
  void aLaterProcessorSeesWhatAnEarlierOneAttached() {
    // Given
    var seen = new AtomicReference<JsonNode>();
    var harness =
        harness(
                context -> {
                  context.process("X", (event, emission) -> emission.attach("a", "b"));
                  context.process("X", (event, emission) -> seen.set(event.attachments().get("a")));
                })
            .start();
    // When
    harness.send("claude-code", EVENT);
    // Then
    assertThat(seen).hasValue(TextNode.valueOf("b"));
  }

  @Test
  void aCallThatThrowsLeavesNoTrace() {
    // Given
    var harness =
        harness(
                context -> {
                  var map = context.boundedMap("m", String.class, Text.class, LARGE);
                  context.process(
                      "X",
                      (event, emission) -> {
                        map.put("k", new Text("v"));
                        emission.attach("a", "b");
                        emission.emit("e", data("a", "b"));
                        emission.drop("r");
                        throw new IOException("late");
                      });
                  context.process("X", (event, emission) -> emission.attach("later", map.size()));
                })
            .start();
    // When
    Reaction reaction = harness.send("claude-code", EVENT);
    // Then
    assertThat(reaction.failures()).singleElement().isInstanceOf(IOException.class);
    assertThat(reaction.attached()).containsExactly(Map.entry("later", IntNode.valueOf(0)));
    assertThat(reaction.derived()).isEmpty();
    assertThat(reaction.dropped()).isNull();
    assertThat(harness.map("m").size()).isZero();
    assertThat(harness.failures()).hasSize(1);
  }

  @Test
  void anEmissionTakesNothingAfterItsCall() {
    // Given
    var kept = new AtomicReference<Emission>();
    var harness =
        harness(context -> context.process("X", (event, emission) -> kept.set(emission))).start();
    // When
    harness.send("claude-code", EVENT);
    // Then
    assertThatThrownBy(() -> kept.get().attach("a", 1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> kept.get().emit(new Session("a", "b"), "e", data("a", "b")))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aFilterRewritesWhatProcessorsSee() {
    // Given
    var harness =
        harness(
                context -> {
                  context.filter(event -> event.withPayload(data("redacted", "yes")));
                  context.process("X", (event, emission) -> emission.attach("seen", event.json()));
                })
            .start();
    // When
    Reaction reaction = harness.send("claude-code", EVENT);
    // Then
    assertThat(reaction.attached().get("seen").textValue()).isEqualTo("{\"redacted\":\"yes\"}");
  }

  @Test
  void aFilterThatFailsCostsTheEventItsPayload() {
    // Given
    var harness =
        harness(
                context ->
                    context.filter(
                        event -> {
                          throw new IOException("no");
                        }))
            .start();
    // When
    Reaction reaction = harness.send("claude-code", EVENT);
    // Then
    assertThat(reaction.event().json()).isEqualTo("{}");
    assertThat(reaction.failures()).hasSize(1);
  }

  record Unset(String event, Duration period) {}

  /** What is registered wrongly: most of it with a setting that is not configured. */
  private static Stream<Arguments> wrongRegistrations() {
    Duration hour = Duration.ofHours(1);
    Duration endless = Duration.ofSeconds(Long.MAX_VALUE);
    HookGuard guard = event -> HookAnswer.none();
    EventProcessor processor = (event, emission) -> {};
    return Stream.of(
        wrong("a filter is null", (to, unset) -> to.filter(null)),
        wrong("the event of a guard is null", (to, unset) -> to.guard(unset.event(), guard)),
        wrong("a guard is null", (to, unset) -> to.guard("X", null)),
        wrong("the failure mode of a guard is null", (to, unset) -> to.guard("X", guard, null)),
        wrong(
            "the event of a processor is null",
            (to, unset) -> to.process(unset.event(), processor)),
        wrong(
            "the kind of a processor is null",
            (to, unset) -> to.process((EventKind) null, processor)),
        wrong("a processor is null", (to, unset) -> to.process("X", null)),
        wrong(
            "the name of a map is null",
            (to, unset) -> to.boundedMap(unset.event(), String.class, Text.class, LARGE)),
        wrong(
            "the type of a map's keys is null",
            (to, unset) -> to.boundedMap("m", null, Text.class, LARGE)),
        wrong(
            "the type of a map's values is null",
            (to, unset) -> to.boundedMap("m", String.class, null, LARGE)),
        wrong(
            "the limits of a map is null",
            (to, unset) -> to.boundedMap("m", String.class, Text.class, null)),
        wrong(
            "an eviction handler is null",
            (to, unset) -> to.boundedMap("m", String.class, Text.class, LARGE).onEviction(null)),
        wrong("a periodic task is null", (to, unset) -> to.every(hour, null)),
        wrong("the period of a task is null", (to, unset) -> to.every(unset.period(), e -> {})),
        wrong("the period of a task is PT0S", (to, unset) -> to.every(Duration.ZERO, e -> {})),
        wrong("the period of a task is " + endless, (to, unset) -> to.every(endless, e -> {})));
  }

  private static Arguments wrong(String reason, BiConsumer<ExtensionContext, Unset> start) {
    return Arguments.of(reason, start);
  }

  @ParameterizedTest
  @MethodSource("wrongRegistrations")
  void whatTheServerDoesNotTakeIsRefusedHereToo(
      String reason, BiConsumer<ExtensionContext, Unset> start) {
    Sample.Start wrong = context -> start.accept(context, context.config(Unset.class));
    assertThatThrownBy(harness(wrong)::start)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
    assertThatThrownBy(
            ExtensionHarness.of(() -> new WatchedExtension(new Sample(wrong, () -> {})))::start)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void registeringAfterTheStartIsRefused() {
    // Given
    var kept = new AtomicReference<ExtensionContext>();
    harness(kept::set).start();
    ExtensionContext context = kept.get();
    // Then
    assertThatThrownBy(() -> context.process("X", (event, emission) -> {}))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> context.filter(event -> event))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> context.every(Duration.ofSeconds(1), emission -> {}))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> context.boundedMap("m", String.class, Text.class, LARGE))
        .isInstanceOf(IllegalStateException.class);
    assertThat(context.clock().instant()).isEqualTo("2026-01-01T00:00:00Z");
  }

  @Test
  void aTaskRunsAPeriodAfterTheEndOfItsLastRun() {
    // Given
    var runs = new ArrayList<Instant>();
    var harness =
        harness(
                context ->
                    context.every(
                        Duration.ofSeconds(10),
                        emission -> {
                          runs.add(context.clock().instant());
                          emission.emit(new Session("a", "b"), "tick", data("a", "b"));
                        }))
            .startingAt(Instant.EPOCH)
            .start();
    // When
    List<Derived> emitted = harness.advance(Duration.ofSeconds(25));
    // Then
    assertThat(runs).containsExactly(Instant.ofEpochSecond(10), Instant.ofEpochSecond(20));
    assertThat(emitted).extracting(Derived::name).containsExactly("tick", "tick");
    assertThat(harness.clock().instant()).isEqualTo(Instant.ofEpochSecond(25));
  }

  @Test
  void aTaskHasNoEventToAttachToOrToDropAndHasToNameTheSession() {
    // Given
    var harness =
        harness(
                context -> {
                  context.every(Duration.ofSeconds(1), emission -> emission.attach("a", 1));
                  context.every(Duration.ofSeconds(1), emission -> emission.drop("r"));
                  context.every(
                      Duration.ofSeconds(1), emission -> emission.emit("e", data("a", "b")));
                })
            .start();
    // When
    harness.advance(Duration.ofSeconds(1));
    // Then
    assertThat(harness.failures())
        .hasSize(3)
        .allSatisfy(e -> assertThat(e).isInstanceOf(IllegalStateException.class));
  }

  @Test
  void restartStopsTheOldInstanceAndStartsANewOne() {
    // Given
    var life = new ArrayList<String>();
    var harness =
        ExtensionHarness.of(() -> new Sample(context -> life.add("start"), () -> life.add("stop")))
            .start();
    // When
    harness.restart();
    harness.close();
    harness.close();
    // Then
    assertThat(life).containsExactly("start", "stop", "start", "stop");
    assertThatThrownBy(() -> harness.send("claude-code", EVENT))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aStartThatThrowsFailsTheTest() {
    assertThatThrownBy(
            () ->
                harness(
                        context -> {
                          throw new IOException("no such host");
                        })
                    .start())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no such host");
  }

  @Test
  void aNameThatConfigurationCannotHoldIsRefused() {
    Extension unnamed =
        new Extension() {
          @Override
          public void start(ExtensionContext context) {}
        };
    assertThatThrownBy(() -> ExtensionHarness.of(() -> unnamed).start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("name");
  }

  @Test
  void configurationIsReadAsTheServerReadsIt() {
    record Settings(Duration maxWait, List<String> tools) {}
    var read = new AtomicReference<Settings>();
    harness(context -> read.set(context.config(Settings.class)))
        .config(Map.of("max-wait", "5m", "tools", "Agent, Task"))
        .start()
        .close();
    assertThat(read.get()).isEqualTo(new Settings(Duration.ofMinutes(5), List.of("Agent", "Task")));
    assertThatThrownBy(
            () ->
                harness(context -> context.config(Settings.class)).config("max-wiat", "5m").start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("max-wiat is no setting of sample");
  }

  @Test
  void configurationThatNobodyReadsIsRefused() {
    assertThatThrownBy(() -> harness(context -> {}).config("a", "b").start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[a]");
  }
}
