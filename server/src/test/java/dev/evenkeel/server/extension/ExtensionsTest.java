package dev.evenkeel.server.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.EventKind;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.FailureMode;
import dev.evenkeel.extension.HookAnswer;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.HookGuard;
import dev.evenkeel.extension.Limits;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ExtensionsTest {

  record Settings(int size) {}

  record Value(String text) {}

  private static Extensions with(Map<String, Map<String, String>> config, Extension... extensions) {
    return new Extensions(
        List.of(extensions), config, map -> List.of(), limits -> limits, Clock.systemUTC());
  }

  private static TestExtension quiet(String name) {
    return new TestExtension(name, context -> {});
  }

  @Test
  void theyRunInTheOrderOfTheirNames() {
    assertThat(TestExtension.running(quiet("c"), quiet("a"), quiet("b")).running())
        .extracting(RunningExtension::name)
        .containsExactly("a", "b", "c");
  }

  @Test
  void settingsOfAnExtensionThatIsNotThereAreRefusedWithThoseThatAre() {
    assertThatThrownBy(() -> with(Map.of("promts", Map.of("a", "b")), quiet("prompts")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("evenkeel.extensions.promts")
        .hasMessageContaining("[prompts]");
  }

  @Test
  void settingsThatTheExtensionDoesNotReadAreRefused() {
    assertThatThrownBy(() -> with(Map.of("quiet", Map.of("size", "1")), quiet("quiet")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("evenkeel.extensions.quiet.size")
        .hasMessageContaining("no settings");
  }

  @Test
  void eachExtensionReadsItsOwnSettings() {
    // Given
    var read = new ArrayList<Settings>();
    TestExtension.Start reading = context -> read.add(context.config(Settings.class));
    // When
    with(
        Map.of("a", Map.of("size", "1"), "b", Map.of("size", "2")),
        new TestExtension("a", reading),
        new TestExtension("b", reading));
    // Then
    assertThat(read).containsExactly(new Settings(1), new Settings(2));
  }

  @Test
  void anEventIsShownToItsOwnGuardsAndThoseOfAllInTheOrderOfTheExtensions() {
    // Given
    HookGuard guard = event -> HookAnswer.none();
    var extensions =
        TestExtension.running(
            new TestExtension(
                "b",
                context -> {
                  context.guard("PreToolUse", guard);
                  context.guard("Stop", guard, FailureMode.CLOSED);
                }),
            new TestExtension("a", context -> context.guard("*", guard)));
    // Then
    assertThat(extensions.guardsOf("PreToolUse"))
        .extracting(each -> each.extension().name() + " " + each.event() + " " + each.mode())
        .containsExactly("a * OPEN", "b PreToolUse OPEN");
    assertThat(extensions.guardsOf("Stop"))
        .extracting(Registration.Guard::mode)
        .containsExactly(FailureMode.OPEN, FailureMode.CLOSED);
    assertThat(extensions.guardsOf("Other"))
        .extracting(each -> each.extension().name())
        .containsExactly("a");
  }

  @Test
  void twoOfOneNameAreRefused() {
    assertThatThrownBy(() -> TestExtension.running(quiet("same"), quiet("same")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("same");
  }

  @Test
  void aNameIsLowerCaseWithHyphens() {
    for (String name : List.of("", "Upper", "a_b", "-a", "a--b", "a/b", "ä")) {
      assertThatThrownBy(() -> TestExtension.running(quiet(name)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'" + name + "'")
          .hasMessageContaining(TestExtension.class.getName());
    }
    assertThatThrownBy(() -> TestExtension.running(quiet(null)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'null'");
  }

  @Test
  void oneThatCannotStartIsNamedWithItsReason() {
    var failing =
        new TestExtension(
            "git-branch",
            context -> {
              throw new java.io.IOException("no git here");
            });
    assertThatThrownBy(() -> TestExtension.running(failing))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("git-branch")
        .hasMessageContaining("no git here");
  }

  @Test
  void oneWhoseClassesDoNotFitIsNamedToo() {
    var failing =
        new TestExtension(
            "old",
            context -> {
              throw new NoClassDefFoundError("gone/Away");
            });
    assertThatThrownBy(() -> TestExtension.running(failing))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("The extension old cannot start: gone/Away");
  }

  @Test
  void thoseThatStartedBeforeOneThatCannotAreStopped() {
    // Given
    var stopped = new ArrayList<String>();
    var a = new TestExtension("a", context -> {}, () -> stopped.add("a"));
    var b = new TestExtension("b", context -> {}, () -> stopped.add("b"));
    var c =
        new TestExtension(
            "c",
            context -> {
              throw new IllegalStateException("no");
            },
            () -> stopped.add("c"));
    var d = new TestExtension("d", context -> {}, () -> stopped.add("d"));
    // When
    assertThatThrownBy(() -> TestExtension.running(a, b, c, d)).hasMessageContaining("c");
    // Then
    assertThat(stopped).containsExactly("b", "a");
  }

  @Test
  @DisplayName("Promise 7: stop is called once")
  void eachIsStoppedOnceTheLastStartedFirstAndOneThatFailsHoldsUpNoOther() {
    // Given
    var stopped = new ArrayList<String>();
    var extensions =
        TestExtension.running(
            new TestExtension("a", context -> {}, () -> stopped.add("a")),
            new TestExtension(
                "b",
                context -> {},
                () -> {
                  stopped.add("b");
                  throw new NoClassDefFoundError("gone/Away");
                }),
            new TestExtension("c", context -> {}, () -> stopped.add("c")));
    // When
    extensions.close();
    extensions.close();
    // Then
    assertThat(stopped).containsExactly("c", "b", "a");
  }

  @Test
  @DisplayName("Promise 7: a stop has five seconds, then it is interrupted and left alone")
  void aStopThatBlocksIsInterruptedAndHoldsUpNobody() throws Exception {
    // Given
    var interrupted = new CountDownLatch(1);
    var never = new CountDownLatch(1);
    var extensions =
        TestExtension.running(
            new TestExtension(
                "a",
                context -> {},
                () -> {
                  try {
                    never.await();
                  } catch (InterruptedException e) {
                    interrupted.countDown();
                  }
                }));
    // When
    extensions.running().getFirst().stop(Duration.ofMillis(20));
    // Then
    assertThat(interrupted.await(1, TimeUnit.MINUTES)).isTrue();
    assertThat(RunningExtension.STOP).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void processorsAreFoundByNameKindAndStarInTheOrderOfTheExtensions() throws Exception {
    // Given
    var extensions =
        TestExtension.running(
            new TestExtension(
                "a",
                context -> {
                  context.process("Stop", (event, emission) -> {});
                  context.process("*", (event, emission) -> {});
                }),
            new TestExtension("b", context -> context.process("PreToolUse", (e, emission) -> {})),
            new TestExtension("c", context -> context.process(EventKind.STOP, (e, em) -> {})));
    // When, then
    assertThat(ownersOf(extensions, "Stop")).containsExactly("a", "a", "c");
    assertThat(ownersOf(extensions, "PreToolUse")).containsExactly("a", "b");
    assertThat(ownersOf(extensions, "Other")).containsExactly("a");
  }

  @Test
  void aKindIsFoundWhateverTheAgentCallsIt() throws Exception {
    var extensions =
        TestExtension.running(
            new TestExtension("a", context -> context.process(EventKind.STOP, (e, em) -> {})),
            new TestExtension("b", context -> context.process("stop", (e, em) -> {})));
    assertThat(ownersOf(extensions, "stop")).containsExactly("a", "b");
    assertThat(ownersOf(extensions, "AfterAgent")).containsExactly("a");
    assertThat(ownersOf(extensions, "session.idle")).containsExactly("a");
    assertThat(ownersOf(extensions, "SubagentStop")).isEmpty();
  }

  private static List<String> ownersOf(Extensions extensions, String event) throws Exception {
    HookEvent read = HookEvent.read("a", "{\"hook_event_name\":\"" + event + "\"}", Instant.EPOCH);
    return extensions.processorsOf(read).stream().map(each -> each.extension().name()).toList();
  }

  @Test
  @DisplayName("Promise 2: nothing is registered after the start")
  void nothingIsRegisteredAfterTheStart() {
    // Given
    var kept = new AtomicReference<ExtensionContext>();
    var map = new AtomicReference<BoundedMap<String, Value>>();
    TestExtension.running(
        new TestExtension(
            "late",
            context -> {
              kept.set(context);
              map.set(context.boundedMap("kept", String.class, Value.class, Limits.capacity(1)));
            }));
    ExtensionContext context = kept.get();
    // When, then
    assertThatThrownBy(() -> context.filter(event -> event)).hasMessageContaining("late");
    assertThatThrownBy(() -> context.process("*", (event, emission) -> {}))
        .hasMessageContaining("late");
    assertThatThrownBy(() -> context.every(Duration.ofSeconds(1), emission -> {}))
        .hasMessageContaining("late");
    assertThatThrownBy(() -> context.boundedMap("b", String.class, Value.class, Limits.capacity(1)))
        .hasMessageContaining("late");
    assertThatThrownBy(() -> map.get().onEviction((key, value, emission) -> {}))
        .hasMessageContaining("late");
    assertThat(context.clock()).isNotNull();
  }

  @Test
  void aMapsNameIsUniqueInItsExtensionOnly() {
    TestExtension.Start opening =
        context -> context.boundedMap("m", String.class, Value.class, Limits.capacity(1));
    assertThat(
            TestExtension.running(new TestExtension("a", opening), new TestExtension("b", opening))
                .mapStates())
        .extracting(each -> each.extension() + "/" + each.name())
        .containsExactly("a/m", "b/m");
    assertThatThrownBy(
            () ->
                TestExtension.running(
                    new TestExtension(
                        "a",
                        context -> {
                          opening.start(context);
                          opening.start(context);
                        })))
        .hasMessageContaining("a has a map 'm' already");
  }

  @Test
  void theOperatorsLimitsGoBeforeTheExtensions() {
    // Given
    var extension =
        new TestExtension(
            "a",
            context -> context.boundedMap("m", String.class, Value.class, Limits.capacity(10)));
    // When
    var extensions =
        new Extensions(
            List.of(extension),
            Map.of(),
            map -> List.of(),
            asked ->
                new RunningExtension.LimitsOf(
                    asked.extension(), asked.map(), asked.limits().withCapacity(3)),
            Clock.systemUTC());
    // Then
    assertThat(extensions.mapStates()).extracting(MapState::capacity).containsExactly(3);
  }
}
