package dev.evenkeel.server.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.EventKind;
import dev.evenkeel.extension.EventProcessor;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.HookAnswer;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.HookGuard;
import dev.evenkeel.extension.Limits;
import dev.evenkeel.extension.MalformedEventException;
import dev.evenkeel.server.extension.Switchboard.Switched;
import dev.evenkeel.server.log.StateChange;
import dev.evenkeel.server.log.TestClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SwitchboardTest {

  private static final Limits LARGE = Limits.capacity(100);

  private record Text(String text) {}

  private record Number(int number) {}

  private final Map<String, Map<String, String>> config = new HashMap<>();
  private final OffSwitches switches = OffSwitches.inMemory();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final List<String> stopped = new CopyOnWriteArrayList<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private Extensions extensions;

  @AfterEach
  void close() {
    end.countDown();
    if (extensions != null) {
      extensions.close();
    }
  }

  private Extensions running(List<String> order, Extension... all) {
    extensions = new Extensions(List.of(all).stream().map(OfClassPath::of).toList(), setup(order));
    return extensions;
  }

  private Switchboard.Setup setup(List<String> order) {
    return new Switchboard.Setup(
        () -> config,
        order,
        map -> List.of(),
        limits -> limits,
        switches,
        (event, data) -> told.add(event + " " + data.path("extension").asText()),
        new TestClock(Instant.parse("2026-01-01T00:00:00Z")));
  }

  private TestExtension named(String name) {
    return new TestExtension(
        name, context -> context.process("*", (event, emission) -> {}), () -> stopped.add(name));
  }

  private static HookEvent anyEvent() {
    try {
      return HookEvent.read("claude-code", "{\"hook_event_name\":\"Any\"}", Instant.EPOCH);
    } catch (MalformedEventException e) {
      throw new IllegalStateException(e);
    }
  }

  private ExtensionInfo info(String name) {
    return extensions.all().stream().filter(each -> each.name().equals(name)).findAny().get();
  }

  private static List<StateChange> call(CallScope.Body body) throws Exception {
    var scope = new CallScope();
    scope.run(body);
    return scope.apply();
  }

  @Test
  void thoseInTheConfiguredOrderComeFirstAndTheOthersFollowByName() {
    running(List.of("d", "not-there", "b"), named("a"), named("b"), named("c"), named("d"));
    assertThat(extensions.all())
        .extracting(ExtensionInfo::name)
        .containsExactly("d", "b", "a", "c");
    assertThat(extensions.visitsOf(anyEvent()))
        .extracting(each -> each.extension().name())
        .containsExactly("d", "b", "a", "c");
  }

  @Test
  @DisplayName("Promise 10: one that is switched off is stopped and called no more")
  void oneThatIsSwitchedOffIsStoppedAndCalledNoMore() {
    running(List.of(), named("a"), named("b"));
    assertThat(extensions.switchboard().disable("a")).isEqualTo(new Switched.Done(true));
    assertThat(stopped).containsExactly("a");
    assertThat(extensions.visitsOf(anyEvent()))
        .extracting(each -> each.extension().name())
        .containsExactly("b");
    assertThat(info("a").state()).isEqualTo(RunningExtension.State.DISABLED);
    assertThat(info("a").reason()).contains("/api/extensions/a/enable");
    assertThat(told).containsExactly("extension_disabled a");
    assertThat(extensions.switchboard().enable("a")).isEqualTo(new Switched.Done(true));
    assertThat(info("a").state()).isEqualTo(RunningExtension.State.RUNNING);
    assertThat(told).containsExactly("extension_disabled a", "extension_enabled a");
  }

  /** Where an extension hangs, for as long as the server lets it, or the test. */
  enum Hanging {
    START,
    STOP,
    CALL
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("One that hangs while it is switched holds up no switch of another")
  void oneThatHangsWhileItIsSwitchedHoldsUpNoSwitchOfAnother(Hanging where) throws Exception {
    // Given
    var hangs = new CountDownLatch(1);
    var armed = new AtomicReference<>(false);
    Runnable hang =
        () -> {
          if (armed.get()) {
            hangs.countDown();
            awaitEnd();
          }
        };
    running(
        List.of(),
        new TestExtension(
            "hanging",
            context -> {
              if (where == Hanging.START) {
                hang.run();
              }
            },
            () -> {
              if (where == Hanging.STOP) {
                hang.run();
              }
            }),
        named("other"));
    RunningExtension hanging = extensions.running().getFirst();
    Switchboard switchboard = extensions.switchboard();
    if (where == Hanging.START) {
      switchboard.disable("hanging");
    }
    armed.set(true);
    // When
    if (where == Hanging.CALL) {
      assertThat(hanging.enter()).isEqualTo(Entry.ENTERED);
    }
    var switched =
        CompletableFuture.supplyAsync(
            () ->
                where == Hanging.START
                    ? switchboard.enable("hanging")
                    : switchboard.disable("hanging"),
            Thread::startVirtualThread);
    if (where == Hanging.CALL) {
      await().until(hanging::isBeingExchanged);
    } else {
      assertThat(hangs.await(60, TimeUnit.SECONDS)).isTrue();
    }
    var again =
        CompletableFuture.supplyAsync(
            () -> switchboard.disable("hanging"), Thread::startVirtualThread);
    // Then
    assertThat(switchboard.disable("other")).isEqualTo(new Switched.Done(true));
    assertThat(switchboard.enable("other")).isEqualTo(new Switched.Done(true));
    assertThat(switchboard.exchange(Set.of("other"), OfClassPath.of(named("other"))))
        .isEqualTo("other");
    assertThat(switchboard.exchange(Set.of(), OfClassPath.of(named("new")))).isEqualTo("new");
    assertThat(switched).as("it hangs all this time").isNotDone();
    assertThat(again).as("one switch of one extension at a time").isNotDone();
    assertThat(info("other").state()).isEqualTo(RunningExtension.State.RUNNING);
    assertThat(extensions.running()).extracting(RunningExtension::name).contains("new", "other");
    // When
    if (where == Hanging.CALL) {
      hanging.leave();
    }
    end.countDown();
    // Then
    assertThat(switched.get(60, TimeUnit.SECONDS)).isEqualTo(new Switched.Done(true));
    assertThat(again.get(60, TimeUnit.SECONDS)).isEqualTo(new Switched.Done(true));
    assertThat(info("hanging").state()).isEqualTo(RunningExtension.State.DISABLED);
    assertThat(extensions.running())
        .extracting(RunningExtension::name)
        .containsExactly("new", "other");
  }

  private void awaitEnd() {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void oneThatIsSwitchedWhileTheServerStopsIsStoppedOnceAndNothingIsStartedAfterwards()
      throws Exception {
    // Given
    var starts = new CountDownLatch(1);
    var armed = new AtomicReference<>(false);
    running(
        List.of(),
        new TestExtension(
            "slow",
            context -> {
              if (armed.get()) {
                starts.countDown();
                awaitEnd();
              }
            },
            () -> stopped.add("slow")),
        named("other"));
    Switchboard switchboard = extensions.switchboard();
    switchboard.disable("slow");
    stopped.clear();
    armed.set(true);
    var switched =
        CompletableFuture.supplyAsync(() -> switchboard.enable("slow"), Thread::startVirtualThread);
    assertThat(starts.await(60, TimeUnit.SECONDS)).isTrue();
    // When
    var closed = CompletableFuture.runAsync(extensions::close, Thread::startVirtualThread);
    end.countDown();
    closed.get(60, TimeUnit.SECONDS);
    // Then
    assertThat(switched.get(60, TimeUnit.SECONDS)).isEqualTo(new Switched.Done(true));
    assertThat(stopped).containsExactly("slow", "other");
    assertThat(switchboard.disable("other")).isEqualTo(new Switched.Refused("the server stops"));
    assertThat(switchboard.enable("other")).isEqualTo(new Switched.Refused("the server stops"));
    assertThatThrownBy(() -> switchboard.exchange(Set.of(), OfClassPath.of(named("new"))))
        .hasMessage("the server stops");
    switchboard.remove("other");
    assertThat(stopped).containsExactly("slow", "other");
  }

  @Test
  void theSwitchOutlastsARestart() {
    running(List.of(), named("a")).switchboard().disable("a");
    extensions.close();
    running(List.of(), named("a"));
    assertThat(info("a").state()).isEqualTo(RunningExtension.State.DISABLED);
    extensions.switchboard().enable("a");
    extensions.close();
    running(List.of(), named("a"));
    assertThat(info("a").state()).isEqualTo(RunningExtension.State.RUNNING);
  }

  @Test
  void oneThatIsNotThereIsToldWithThoseThatAre() {
    running(List.of(), named("a"));
    for (Switched answer :
        List.of(extensions.switchboard().disable("b"), extensions.switchboard().enable("b"))) {
      assertThat(answer)
          .isInstanceOfSatisfying(
              Switched.Unknown.class,
              unknown -> assertThat(unknown.reason()).contains("'b'", "[a]"));
    }
  }

  @Test
  void oneThatIsOffByConfigurationIsNotSwitchedOn() {
    config.put("a", Map.of("enabled", "false"));
    running(List.of(), named("a"));
    assertThat(info("a").state()).isEqualTo(RunningExtension.State.DISABLED);
    assertThat(extensions.switchboard().enable("a"))
        .isEqualTo(
            new Switched.Refused(
                "evenkeel.extensions.a.enabled is false; remove that or set it to true"));
    config.remove("a");
    assertThat(extensions.switchboard().enable("a"))
        .as("settings are read again")
        .isEqualTo(new Switched.Done(true));
  }

  @Test
  void oneThatIsOffByDefaultRunsWhenItIsConfiguredOrSwitchedOn() {
    Extension shy =
        new Extension() {
          @Override
          public String name() {
            return "shy";
          }

          @Override
          public boolean enabledByDefault() {
            return false;
          }

          @Override
          public void start(ExtensionContext context) {}
        };
    running(List.of(), shy);
    assertThat(info("shy").state()).isEqualTo(RunningExtension.State.DISABLED);
    assertThat(info("shy").reason()).contains("evenkeel.extensions.shy.enabled");
    extensions.switchboard().enable("shy");
    assertThat(info("shy").state()).isEqualTo(RunningExtension.State.RUNNING);
    extensions.close();
    switches.set("shy", false);
    config.put("shy", Map.of("enabled", "true"));
    running(List.of(), shy);
    assertThat(info("shy").state())
        .as("a word by hand goes before")
        .isEqualTo(RunningExtension.State.DISABLED);
  }

  @Test
  void oneOfTheClassPathThatCannotSayItsNameIsNamedByItsClass() {
    var nameless =
        new Extension() {
          private boolean asked;

          @Override
          public String name() {
            if (asked) {
              throw new NoClassDefFoundError("demo/Helper");
            }
            asked = true;
            return "nameless";
          }

          @Override
          public void start(ExtensionContext context) {}
        };
    running(List.of(), nameless);
    extensions.switchboard().disable("nameless");
    String reason =
        nameless.getClass().getName() + " cannot be made: its name() fails: demo/Helper";
    assertThat(extensions.switchboard().enable("nameless"))
        .isInstanceOfSatisfying(
            Switched.Refused.class, refused -> assertThat(refused.reason()).startsWith(reason));
    assertThat(info("nameless").state()).isEqualTo(RunningExtension.State.FAILED);
    extensions.close();
    assertThatThrownBy(() -> running(List.of(), nameless))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(reason);
  }

  @Test
  void anExtensionThatCannotStartAgainStaysOffWithItsReason() {
    var first = new AtomicReference<>(true);
    running(
        List.of(),
        new TestExtension(
            "a",
            context -> {
              if (!first.getAndSet(false)) {
                throw new IllegalStateException("no second life");
              }
            }));
    extensions.switchboard().disable("a");
    assertThat(extensions.switchboard().enable("a"))
        .isEqualTo(new Switched.Refused("The extension a cannot start: no second life"));
    assertThat(info("a").state()).isEqualTo(RunningExtension.State.FAILED);
    assertThat(info("a").reason()).contains("no second life");
  }

  @Test
  void aSettingThatDoesNotFitIsToldWithWhatToDo() {
    running(List.of(), new TestExtension("a", context -> context.config(Number.class)));
    extensions.switchboard().disable("a");
    config.put("a", Map.of("number", "many"));
    String reason =
        "The extension a cannot start: evenkeel.extensions.a.number is 'many', which is no int."
            + " Correct it and POST /api/extensions/a/enable again";
    assertThat(extensions.switchboard().enable("a")).isEqualTo(new Switched.Refused(reason));
    assertThat(info("a").reason()).isEqualTo(reason);
    config.put("a", Map.of("number", "7"));
    assertThat(extensions.switchboard().enable("a")).isEqualTo(new Switched.Done(true));
  }

  private final AtomicReference<BoundedMap<String, Text>> entries = new AtomicReference<>();

  /** It has a setting and a map. */
  private Origin numbered() {
    return OfClassPath.of(
        new TestExtension(
            "a",
            context -> {
              context.config(Number.class);
              entries.set(context.boundedMap("m", String.class, Text.class, LARGE));
            }));
  }

  /** One with an entry in its map, which could not be switched on because of its setting. */
  private Switchboard oneHasFailed() throws Exception {
    extensions = new Extensions(List.of(numbered()), setup(List.of()));
    call(() -> entries.get().put("k", new Text("v")));
    Switchboard switchboard = extensions.switchboard();
    switchboard.disable("a");
    config.put("a", Map.of("number", "many"));
    assertThat(switchboard.enable("a")).isInstanceOf(Switched.Refused.class);
    assertThat(info("a").state()).isEqualTo(RunningExtension.State.FAILED);
    told.clear();
    return switchboard;
  }

  @Test
  void oneThatFailedIsStartedWhenItIsCorrectedAndComesAgain() throws Exception {
    // Given
    Switchboard switchboard = oneHasFailed();
    // When
    config.put("a", Map.of("number", "7"));
    switchboard.exchange(Set.of("a"), numbered());
    // Then
    assertThat(info("a").state()).isEqualTo(RunningExtension.State.RUNNING);
    assertThat(info("a").reason()).isNull();
    assertThat(entries.get().entries()).isEqualTo(Map.of("k", new Text("v")));
    assertThat(told).containsExactly("extension_replaced a");
    assertThat(switches.of("a")).as("what a restart finds").isTrue();
  }

  @Test
  void oneThatFailedAndFailsAgainWhenItComesAgainHasTheNewReason() throws Exception {
    // Given
    Switchboard switchboard = oneHasFailed();
    // When
    config.put("a", Map.of("number", "few"));
    assertThatThrownBy(() -> switchboard.exchange(Set.of("a"), numbered()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("evenkeel.extensions.a.number is 'few'");
    // Then
    assertThat(info("a").state()).isEqualTo(RunningExtension.State.FAILED);
    assertThat(info("a").reason())
        .contains("evenkeel.extensions.a.number is 'few'")
        .endsWith("Correct it and copy the jar again");
    assertThat(told).isEmpty();
    // When
    config.put("a", Map.of("number", "7"));
    switchboard.exchange(Set.of("a"), numbered());
    // Then
    assertThat(entries.get().entries()).isEqualTo(Map.of("k", new Text("v")));
  }

  @Test
  void oneThatFailedAndWasSwitchedOffStaysOffWhenItComesAgain() throws Exception {
    // Given
    Switchboard switchboard = oneHasFailed();
    switchboard.disable("a");
    // When
    config.put("a", Map.of("number", "7"));
    switchboard.exchange(Set.of("a"), numbered());
    // Then
    assertThat(info("a").state()).isEqualTo(RunningExtension.State.DISABLED);
    assertThat(info("a").reason()).startsWith("switched off");
    assertThat(switches.of("a")).as("what a restart finds").isFalse();
  }

  @Test
  void oneThatIsOffByConfigurationRunsWhenThatIsCorrectedAndItComesAgain() throws Exception {
    // Given
    config.put("a", Map.of("enabled", "false"));
    running(List.of(), named("a"));
    Switchboard switchboard = extensions.switchboard();
    // When
    switchboard.exchange(Set.of("a"), OfClassPath.of(named("a")));
    assertThat(info("a").state()).isEqualTo(RunningExtension.State.DISABLED);
    config.remove("a");
    switchboard.exchange(Set.of("a"), OfClassPath.of(named("a")));
    // Then
    assertThat(info("a").state()).isEqualTo(RunningExtension.State.RUNNING);
  }

  @Test
  @DisplayName("Promise 10: switched on again, it begins with the maps as it left them")
  void whatItKnewBeforeItWasSwitchedOffItKnowsAfterwards() throws Exception {
    var map = new AtomicReference<BoundedMap<String, Text>>();
    running(
        List.of(),
        new TestExtension(
            "a",
            context ->
                map.set(context.boundedMap("m", String.class, Text.class, Limits.capacity(5)))));
    call(() -> map.get().put("k", new Text("v")));
    extensions.switchboard().disable("a");
    assertThat(extensions.snapshot().get("a/m"))
        .as("what has to be written when the disk is new")
        .extracting(StateChange::key)
        .containsExactly("\"k\"");
    extensions.switchboard().enable("a");
    assertThat(map.get().entries()).isEqualTo(Map.of("k", new Text("v")));
  }

  @Test
  void theSnapshotIsOfTheMapsThatWereReadAlsoOfEmptyOnes() throws Exception {
    // Given one that runs, one that is off from the start, and one that goes
    boolean _ = switches.set("off", false);
    running(List.of(), withMap("runs"), withMap("off"), withMap("goes"));
    // When
    extensions.switchboard().remove("goes");
    // Then
    assertThat(extensions.snapshot()).isEqualTo(Map.of("runs/m", List.of()));
  }

  private static TestExtension withMap(String name) {
    return new TestExtension(
        name, context -> context.boundedMap("m", String.class, Text.class, LARGE));
  }

  @Test
  void versionsGoOnWhenAMapComesAgainInTheSameRun() throws Exception {
    // Given a map whose entries are all closed, so that nothing of it is stored
    var map = new AtomicReference<BoundedMap<String, Text>>();
    var with =
        new TestExtension(
            "a", context -> map.set(context.boundedMap("m", String.class, Text.class, LARGE)));
    running(List.of(), with);
    Switchboard switchboard = extensions.switchboard();
    call(() -> map.get().put("k", new Text("v")));
    long removal = call(() -> map.get().remove("k")).getFirst().version();
    // When a version comes without the map, and then one with it
    switchboard.exchange(Set.of("a"), OfClassPath.of(named("a")));
    switchboard.exchange(Set.of("a"), OfClassPath.of(with));
    // Then
    long later = call(() -> map.get().put("k", new Text("v"))).getFirst().version();
    assertThat(later).isGreaterThan(removal);
    // When the extension goes, and comes again
    long lastRemoval = call(() -> map.get().remove("k")).getFirst().version();
    switchboard.remove("a");
    switchboard.exchange(Set.of(), OfClassPath.of(with));
    // Then
    assertThat(call(() -> map.get().put("k", new Text("v"))).getFirst().version())
        .isGreaterThan(lastRemoval);
  }

  @Test
  @DisplayName("Promise 9: entries that do not fit are left out and counted")
  void aNewVersionTakesOverWhatStillFits() throws Exception {
    var old = new AtomicReference<BoundedMap<String, Text>>();
    var fresh = new AtomicReference<BoundedMap<String, Number>>();
    running(
        List.of(),
        new TestExtension(
            "a",
            context ->
                old.set(context.boundedMap("m", String.class, Text.class, Limits.capacity(5)))));
    long version =
        call(() -> {
              old.get().put("k", new Text("v"));
            })
            .getFirst()
            .version();
    extensions
        .switchboard()
        .exchange(
            Set.of("a"),
            OfClassPath.of(
                new TestExtension(
                    "a",
                    context -> {
                      fresh.set(
                          context.boundedMap("m", String.class, Number.class, Limits.capacity(5)));
                      context.boundedMap("new", String.class, Text.class, Limits.capacity(5));
                    })));
    // A Text has no number: Jackson leaves it at zero, so it fits. What is no number does not.
    assertThat(fresh.get().entries()).isEqualTo(Map.of("k", new Number(0)));
    assertThat(call(() -> fresh.get().put("k", new Number(1))).getFirst().version())
        .isGreaterThan(version);
    var third = new AtomicReference<BoundedMap<String, Strict>>();
    extensions
        .switchboard()
        .exchange(
            Set.of("a"),
            OfClassPath.of(
                new TestExtension(
                    "a",
                    context ->
                        third.set(
                            context.boundedMap(
                                "m", String.class, Strict.class, Limits.capacity(5))))));
    assertThat(third.get().entries()).isEmpty();
    assertThat(info("a").maps()).extracting(MapState::leftOut).containsExactly(1L);
    assertThat(extensions.takeEvictions())
        .as("what is left out goes from the disk too")
        .flatExtracting(Extensions.Evictions::evictions)
        .extracting(each -> each.change().key() + each.change().value())
        .containsExactly("\"k\"null");
  }

  private record Strict(String text) {
    Strict {
      java.util.Objects.requireNonNull(text);
    }
  }

  @Test
  @DisplayName("Promise 9: the old version goes on when the new one cannot start")
  void aVersionThatCannotStartLeavesTheOneBeforeRunning() {
    running(List.of(), named("a"));
    assertThatThrownBy(
            () ->
                extensions
                    .switchboard()
                    .exchange(
                        Set.of("a"),
                        OfClassPath.of(
                            new TestExtension(
                                "a",
                                context -> {
                                  throw new java.io.IOException("no disk");
                                }))))
        .isInstanceOf(RefusedException.class)
        .hasMessage("The extension a cannot start: no disk");
    assertThat(info("a").state()).isEqualTo(RunningExtension.State.RUNNING);
    assertThat(stopped).isEmpty();
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
  void oneThatRegistersWhatCannotBeUsedDoesNotStartAndTheOthersAreSwitchedAsBefore(
      String reason, BiConsumer<ExtensionContext, Unset> start) {
    running(List.of(), named("b"));
    var wrong =
        new TestExtension("a", context -> start.accept(context, context.config(Unset.class)));
    assertThatThrownBy(() -> extensions.switchboard().exchange(Set.of(), OfClassPath.of(wrong)))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("The extension a cannot start: " + reason);
    assertThat(extensions.all()).extracting(ExtensionInfo::name).containsExactly("b");
    assertThat(extensions.switchboard().disable("b")).isEqualTo(new Switched.Done(true));
    assertThat(extensions.switchboard().enable("b")).isEqualTo(new Switched.Done(true));
  }

  /** Its text cannot be written any more when it is broken. */
  record Fragile(AtomicBoolean broken) {
    @Override
    @JsonIgnore
    public AtomicBoolean broken() {
      return broken;
    }

    @JsonProperty
    String text() {
      if (broken.get()) {
        throw new IllegalStateException("broken");
      }
      return "whole";
    }
  }

  @Test
  void oneWhoseMapsCannotBeHandedOverGoesOnAndLetsEventsIn() throws Exception {
    // Given
    var map = new AtomicReference<BoundedMap<String, Fragile>>();
    var fragile = new AtomicBoolean();
    running(
        List.of(),
        new TestExtension(
            "a", context -> map.set(context.boundedMap("m", String.class, Fragile.class, LARGE))));
    call(() -> map.get().put("k", new Fragile(fragile)));
    RunningExtension running = extensions.running().getFirst();
    fragile.set(true);
    // When
    Switched disabled = extensions.switchboard().disable("a");
    // Then
    assertThat(disabled)
        .isInstanceOfSatisfying(
            Switched.Refused.class,
            refused ->
                assertThat(refused.reason()).contains("a cannot be switched", "a/m", "broken"));
    assertThat(switches.of("a")).as("what a restart finds").isNull();
    assertThat(running.enter()).isEqualTo(Entry.ENTERED);
    running.leave();
    // When
    fragile.set(false);
    var next =
        new TestExtension(
            "a",
            context -> {
              context.boundedMap("m", String.class, Fragile.class, LARGE);
              fragile.set(true);
            },
            () -> stopped.add("next"));
    // Then
    assertThatThrownBy(() -> extensions.switchboard().exchange(Set.of("a"), OfClassPath.of(next)))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("a cannot be switched");
    assertThat(stopped).as("it has started, and is not used").containsExactly("next");
    assertThat(extensions.running()).containsExactly(running);
    assertThat(running.enter()).isEqualTo(Entry.ENTERED);
    running.leave();
  }

  @Test
  void aLineUpThatCannotBeMadeLeavesAllAsItWas() throws Exception {
    // Given
    var lineUps = new ArrayList<LineUp>();
    var failing = new AtomicBoolean();
    var switchboard =
        new Switchboard(
            setup(List.of()),
            lineUp -> {
              if (failing.get()) {
                throw new IllegalStateException("no line-up");
              }
              lineUps.add(lineUp);
            },
            () -> CallObserver.NONE,
            new Retirement(Announcer.NONE, Clock.systemUTC()));
    switchboard.startAll(List.of(OfClassPath.of(named("a"))));
    RunningExtension a = lineUps.getLast().running().getFirst();
    failing.set(true);
    // When
    assertThat(switchboard.disable("a")).isInstanceOf(Switched.Refused.class);
    switchboard.remove("a");
    assertThatThrownBy(() -> switchboard.exchange(Set.of(), OfClassPath.of(named("b"))))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("The extension b cannot start: no line-up");
    // Then
    assertThat(stopped).containsExactly("b");
    assertThat(a.enter()).isEqualTo(Entry.ENTERED);
    a.leave();
    failing.set(false);
    assertThat(switchboard.exchange(Set.of(), OfClassPath.of(named("c")))).isEqualTo("c");
    assertThat(lineUps.getLast().running())
        .extracting(RunningExtension::name)
        .containsExactly("a", "c");
    switchboard.close();
  }

  @Test
  void twoOfOneNameAreRefused() {
    running(List.of(), named("a"));
    assertThatThrownBy(
            () -> extensions.switchboard().exchange(Set.of(), OfClassPath.of(named("a"))))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("named a is there already, from class path");
  }

  @Test
  @DisplayName("Promise 11: threads that go on after the stop are named")
  void threadsThatGoOnAfterItsStopAreNamed() throws Exception {
    running(
        List.of(),
        new TestExtension(
            "a",
            context ->
                Thread.ofPlatform()
                    .name("forgotten")
                    .daemon()
                    .start(
                        () -> {
                          try {
                            end.await();
                          } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                          }
                        })));
    extensions.switchboard().disable("a");
    assertThat(extensions.remains())
        .extracting(Extensions.Remains::extension, Extensions.Remains::threads)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("a", List.of("forgotten")));
    assertThat(told).contains("extension_left_threads a");
    end.countDown();
    org.awaitility.Awaitility.await().until(() -> extensions.remains().isEmpty());
  }

  @Test
  void eachSwitchIsRememberedWithTheMemoryOfThen() {
    running(List.of(), named("a"));
    extensions.switchboard().disable("a");
    extensions.switchboard().enable("a");
    assertThat(extensions.pastSwitches())
        .extracting(Extensions.PastSwitch::what)
        .containsExactly("disabled", "enabled");
    assertThat(extensions.pastSwitches()).allMatch(each -> each.loadedClasses() > 0);
  }

  @Test
  void oneThatIsRequiredHasToBeThere() {
    config.put("a", Map.of("required", "true"));
    running(List.of(), named("b"));
    assertThatThrownBy(() -> extensions.checkConfigured(true))
        .hasMessageContaining("evenkeel.extensions.a.required is true");
  }

  @Test
  void whoWritesAVariableWithoutTheHyphenOfAnExtensionIsToldHowItIsWritten() {
    config.put("git", Map.of("branch-roots", "/home"));
    running(List.of(), named("git-branch"));
    assertThatThrownBy(() -> extensions.checkConfigured(false))
        .hasMessageContaining("evenkeel.extensions.git is set, and there is no such extension")
        .hasMessageEndingWith(
            "Variables of git-branch begin with EVENKEEL_EXTENSIONS__GIT_BRANCH__");
  }

  @Test
  void aWrongFlagIsToldWithItsKey() {
    config.put("a", Map.of("enabled", "yes please"));
    assertThatThrownBy(() -> running(List.of(), named("a")))
        .hasMessageContaining("evenkeel.extensions.a.enabled is 'yes please'");
  }
}
