package dev.evenkeel.server.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.Limits;
import dev.evenkeel.extension.Open;
import dev.evenkeel.extension.Session;
import dev.evenkeel.server.log.StateChange;
import dev.evenkeel.server.log.TestClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class StateMapTest {

  record Value(String text, boolean running) implements Open {
    @Override
    public boolean isOpen() {
      if (text.equals("isOpen fails")) {
        throw new IllegalStateException("cannot say");
      }
      return running;
    }

    static Value done(String text) {
      return new Value(text, false);
    }

    static Value open(String text) {
      return new Value(text, true);
    }
  }

  record Loop(Object self) {
    static Loop endless() {
      var inside = new Object[1];
      inside[0] = inside;
      return new Loop(inside);
    }
  }

  record Strict(int number) {
    Strict {
      if (number < 0) {
        throw new IllegalArgumentException("negative");
      }
    }
  }

  private final TestClock clock = new TestClock(Instant.parse("2026-01-01T00:00:00Z"));

  private StateMap<String, Value> map(Limits limits) {
    return new StateMap<>("ext", "map", String.class, Value.class, limits, clock);
  }

  private StateMap<String, Value> map(int capacity) {
    return map(Limits.capacity(capacity));
  }

  private static List<StateChange> call(CallScope.Body body) {
    var scope = new CallScope();
    try {
      scope.run(body);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    return scope.apply();
  }

  private static void put(BoundedMap<String, Value> map, Value... values) {
    for (Value each : values) {
      call(() -> map.put(each.text(), each));
    }
  }

  private static List<String> evicted(StateMap<String, ?> map) {
    var keys = new ArrayList<String>();
    for (var each = map.pollEvicted(); each != null; each = map.pollEvicted()) {
      assertThat(each.change().value()).isNull();
      keys.add(each.key());
    }
    return keys;
  }

  // What a call sees and leaves

  @Test
  void aCallSeesItsOwnChangesAtOnceAndOthersWhenItHasReturned() throws Exception {
    // Given
    var map = map(10);
    put(map, Value.done("old"));
    var scope = new CallScope();
    // When
    scope.run(
        () -> {
          map.put("new", Value.done("new"));
          assertThat(map.remove("old")).isEqualTo(Value.done("old"));
          // Then
          assertThat(map.get("new")).isEqualTo(Value.done("new"));
          assertThat(map.get("old")).isNull();
          assertThat(map.entries()).containsOnlyKeys("new");
          assertThat(map.size()).isEqualTo(1);
          CompletableFuture.runAsync(
                  () -> {
                    assertThat(map.get("new")).isNull();
                    assertThat(map.get("old")).isEqualTo(Value.done("old"));
                    assertThat(map.entries()).containsOnlyKeys("old");
                  })
              .join();
        });
    assertThat(map.entries()).containsOnlyKeys("old");
    scope.apply();
    assertThat(map.entries()).containsOnlyKeys("new");
  }

  @Test
  void aCallThatFailsLeavesNoTrace() {
    // Given
    var map = map(10);
    put(map, Value.done("old"));
    var scope = new CallScope();
    // When
    assertThatThrownBy(
            () ->
                scope.run(
                    () -> {
                      map.put("new", Value.done("new"));
                      map.remove("old");
                      throw new java.io.IOException("no");
                    }))
        .hasMessage("no");
    // Then
    assertThat(map.entries()).containsOnlyKeys("old");
    assertThat(map.state().removed()).isZero();
  }

  @Test
  void changesOutsideACallAreRefused() {
    var map = map(10);
    assertThatThrownBy(() -> map.put("a", Value.done("a")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("ext/map");
    assertThatThrownBy(() -> map.remove("a")).isInstanceOf(IllegalStateException.class);
    assertThat(map.get("a")).isNull();
  }

  @Test
  void changesOnAThreadOfTheExtensionsOwnAreRefused() {
    // Given
    var map = map(10);
    var refused = new AtomicReference<Throwable>();
    // When
    call(
        () -> {
          map.put("a", Value.done("a"));
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      map.put("b", Value.done("b"));
                    } catch (IllegalStateException e) {
                      refused.set(e);
                    }
                  })
              .join();
        });
    // Then
    assertThat(refused.get()).isInstanceOf(IllegalStateException.class);
    assertThat(map.entries()).containsOnlyKeys("a");
  }

  @Test
  void whatWasPutAndRemovedInOneCallIsGoneAndCountsAsNothingRemoved() {
    // Given
    var map = map(10);
    // When
    List<StateChange> written =
        call(
            () -> {
              map.put("a", Value.done("a"));
              map.remove("a");
            });
    // Then
    assertThat(map.entries()).isEmpty();
    assertThat(map.state().removed()).isZero();
    assertThat(written).extracting(StateChange::value).containsOnlyNulls();
  }

  @Test
  void removingWhatIsNotThereWritesNothing() {
    var map = map(10);
    assertThat(call(() -> assertThat(map.remove("a")).isNull())).isEmpty();
  }

  @Test
  void aValueThatCannotBeWrittenFailsTheCallBeforeAnythingChanged() {
    // Given
    var map = map(10);
    var loops = new StateMap<>("ext", "loops", String.class, Loop.class, Limits.capacity(1), clock);
    var scope = new CallScope();
    // When
    assertThatThrownBy(
            () ->
                scope.run(
                    () -> {
                      map.put("a", Value.done("a"));
                      loops.put("b", Loop.endless());
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ext/loops");
    // Then
    assertThat(map.entries()).isEmpty();
    assertThat(loops.entries()).isEmpty();
  }

  @Test
  void anEntryOfMoreThanAMegabyteFailsTheCallAndTheMapIsAsBefore() {
    // Given
    var map = map(10);
    put(map, Value.done("a"));
    int frame = "\"big\"{\"text\":\"\",\"running\":false}".length();
    String most = "x".repeat((1 << 20) - frame);
    List<CallScope.Body> tooLarge =
        List.of(
            () -> map.put("big", Value.done(most + "x")),
            () -> map.put("big" + "x", Value.done(most)),
            () -> map.put("big", Value.done("ä".repeat(most.length() / 6 + 1))),
            () -> map.put(most, Value.done(most)),
            () -> map.put("big", Value.done("x".repeat(50_000_000))));
    for (CallScope.Body each : tooLarge) {
      var scope = new CallScope();
      // When
      assertThatThrownBy(
              () ->
                  scope.run(
                      () -> {
                        map.put("a", Value.done("changed"));
                        each.run();
                      }))
          // Then
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("an entry of ext/map cannot be written: it has more than 1048576")
          .hasMessageContaining("put a summary");
    }
    assertThat(map.entries()).containsExactly(Map.entry("a", Value.done("a")));
    // When
    call(() -> map.put("big", Value.done(most)));
    // Then
    assertThat(map.get("big")).isEqualTo(Value.done(most));
  }

  @Test
  void anEntryOfAnEarlierVersionThatIsLargerIsStillReadAndHandedOver() {
    var map = map(10);
    String large = "x".repeat(2 << 20);
    map.load(List.of(new StateChange("ext/map", "\"a\"", "{\"text\":\"" + large + "\"}", 1)));
    assertThat(map.get("a").text()).isEqualTo(large);
    assertThat(map.handOver().entries()).hasSize(1);
    assertThat(map.snapshot()).hasSize(1);
  }

  @Test
  void nullsWrongTypesAndValuesThatCannotSayWhetherTheyAreOpenFailTheCall() {
    var map = map(10);
    @SuppressWarnings({"unchecked", "rawtypes"})
    BoundedMap<Object, Object> untyped = (BoundedMap) map;
    List<CallScope.Body> wrong =
        List.of(
            () -> map.put(null, Value.done("a")),
            () -> map.put("a", null),
            () -> untyped.put(5, Value.done("a")),
            () -> untyped.put("a", "text"),
            () -> map.put("a", Value.done("isOpen fails")));
    for (CallScope.Body each : wrong) {
      var scope = new CallScope();
      assertThatThrownBy(() -> scope.run(each)).isInstanceOf(RuntimeException.class);
      assertThat(scope.apply()).isEmpty();
    }
    assertThat(map.size()).isZero();
  }

  // Capacity

  @Test
  void whatWasNotUsedForLongestGoesAndAReadIsAUse() {
    // Given
    var map = map(3);
    put(map, Value.done("a"), Value.done("b"), Value.done("c"));
    for (int i = 0; i < 100; i++) {
      map.get("b");
      map.get("a");
    }
    // When
    put(map, Value.done("d"), Value.done("e"));
    // Then
    assertThat(map.entries().keySet()).containsExactly("a", "d", "e");
    assertThat(evicted(map)).containsExactly("c", "b");
    assertThat(map.state().evictedByCapacity()).isEqualTo(2);
  }

  @Test
  void lookingAtAllEntriesIsNoUse() {
    // Given
    var map = map(2);
    put(map, Value.done("a"), Value.done("b"));
    // When
    map.get("a");
    map.entries();
    put(map, Value.done("c"));
    // Then
    assertThat(map.entries().keySet()).containsExactly("a", "c");
  }

  @Test
  void whatIsNotOpenGoesFirst() {
    // Given
    var map = map(3);
    put(map, Value.open("open"), Value.done("a"), Value.done("b"));
    // When
    put(map, Value.done("c"), Value.done("d"));
    // Then
    assertThat(map.entries().keySet()).containsExactly("open", "c", "d");
  }

  @Test
  void theNewestStaysEvenWhereAllOthersAreOpen() {
    // Given
    var map = map(2);
    put(map, Value.open("a"), Value.open("b"));
    // When
    put(map, Value.done("new"));
    // Then
    assertThat(map.entries().keySet()).containsExactly("b", "new");
    assertThat(evicted(map)).containsExactly("a");
  }

  @Test
  void oneCallMayPutMoreThanTheCapacityAndTheNewestAreLeft() {
    // Given
    var map = map(2);
    // When
    List<StateChange> written =
        call(
            () -> {
              for (String key : List.of("a", "b", "c", "d")) {
                map.put(key, Value.done(key));
              }
              map.put("b", Value.done("again"));
            });
    // Then
    assertThat(map.entries())
        .containsExactly(Map.entry("d", Value.done("d")), Map.entry("b", Value.done("again")));
    assertThat(written).hasSize(4);
    assertThat(evicted(map)).containsExactly("a", "c");
  }

  @Test
  void closingAnOpenEntryIsNoEvictionAndNoGap() {
    // Given
    var map = map(2);
    put(map, new Value("a", true));
    // When
    put(map, new Value("a", false));
    // Then
    assertThat(map.entries()).containsExactly(Map.entry("a", Value.done("a")));
    assertThat(map.size()).isEqualTo(1);
    assertThat(evicted(map)).isEmpty();
  }

  @Test
  void entriesAreInTheOrderOfUseWhetherOpenOrNot() {
    // Given
    var map = map(9);
    put(map, Value.done("a"), Value.open("b"), Value.done("c"), Value.open("d"));
    // When
    map.get("b");
    // Then
    assertThat(map.entries().keySet()).containsExactly("a", "c", "d", "b");
  }

  // Age

  @Test
  void anEntryLivesSoLongAfterItsLastUse() {
    // Given
    var map = map(new Limits(9, Duration.ofSeconds(10), Duration.ofSeconds(60)));
    put(map, Value.done("read"), Value.done("left"));
    clock.advance(Duration.ofSeconds(8));
    map.get("read");
    // When
    clock.advance(Duration.ofSeconds(3));
    // Then
    assertThat(map.get("left")).isNull();
    assertThat(map.entries()).containsOnlyKeys("read");
    assertThat(map.size()).isEqualTo(1);
    assertThat(evicted(map)).containsExactly("left");
    assertThat(map.state().evictedByAge()).isEqualTo(1);
    assertThat(map.state().evictedByCapacity()).isZero();
  }

  @Test
  void whatIsOpenLivesLonger() {
    // Given
    var map = map(new Limits(9, Duration.ofSeconds(10), Duration.ofSeconds(60)));
    put(map, Value.open("open"), Value.done("done"));
    // When
    clock.advance(Duration.ofSeconds(59));
    map.cleanUp();
    // Then
    assertThat(evicted(map)).containsExactly("done");
    clock.advance(Duration.ofSeconds(2));
    map.cleanUp();
    assertThat(evicted(map)).containsExactly("open");
    assertThat(map.state().evictedByAge()).isEqualTo(2);
  }

  @Test
  void anEntryThatWasClosedLivesTheShorterTime() {
    // Given
    var map = map(new Limits(9, Duration.ofSeconds(10), Duration.ofSeconds(60)));
    put(map, new Value("a", true));
    put(map, new Value("a", false));
    // When
    clock.advance(Duration.ofSeconds(11));
    // Then
    assertThat(map.get("a")).isNull();
  }

  @Test
  void aClockThatGoesBackTakesNothingAndKeepsNothingForEver() {
    // Given
    var map = map(new Limits(9, Duration.ofSeconds(10), Duration.ofSeconds(60)));
    put(map, Value.done("a"));
    // When
    clock.advance(Duration.ofSeconds(-3600));
    put(map, Value.done("b"));
    // Then
    assertThat(map.entries()).containsOnlyKeys("a", "b");
    clock.advance(Duration.ofSeconds(3611));
    assertThat(map.entries()).isEmpty();
  }

  // What is written

  private static Map<String, String> onDisk(List<StateChange> changes) {
    var newest = new HashMap<String, StateChange>();
    for (StateChange each : changes) {
      newest.merge(each.key(), each, (a, b) -> a.version() > b.version() ? a : b);
    }
    var disk = new LinkedHashMap<String, String>();
    newest.forEach(
        (key, change) -> {
          if (change.value() != null) {
            disk.put(key, change.value());
          }
        });
    return disk;
  }

  private static List<StateChange> evictions(StateMap<?, ?> map) {
    var changes = new ArrayList<StateChange>();
    for (var each = map.pollEvicted(); each != null; each = map.pollEvicted()) {
      changes.add(each.change());
    }
    return changes;
  }

  @Test
  void anEntryThatIsPutAgainAfterItsAgeIsOverIsKeptOnDiskToo() {
    // Given
    var map = map(new Limits(9, Duration.ofSeconds(10), Duration.ofSeconds(60)));
    put(map, Value.done("a"));
    clock.advance(Duration.ofSeconds(11));
    // When
    List<StateChange> changes = new ArrayList<>(call(() -> map.put("a", Value.done("again"))));
    changes.addAll(evictions(map));
    // Then
    assertThat(map.get("a")).isEqualTo(Value.done("again"));
    assertThat(onDisk(changes)).containsOnlyKeys("\"a\"");
  }

  @Test
  void whatIsWrittenIsReadAgainInTheSameOrder() {
    // Given
    var map = map(9);
    put(map, Value.open("ö\u2028"), Value.done("b"), Value.done("c"));
    map.get("b");
    List<StateChange> stored = map.snapshot();
    // When
    var loaded = map(9);
    loaded.load(stored);
    // Then
    assertThat(loaded.entries()).isEqualTo(map.entries());
    assertThat(loaded.entries().keySet()).containsExactly("ö\u2028", "c", "b");
    assertThat(stored).extracting(StateChange::map).containsOnly("ext/map");
  }

  @Test
  void versionsGrowAcrossARestart() {
    // Given
    var map = map(9);
    map.load(List.of(new StateChange("ext/map", "\"a\"", "{\"text\":\"a\"}", 41)));
    // When
    List<StateChange> written = call(() -> map.put("b", Value.done("b")));
    // Then
    assertThat(written).extracting(StateChange::version).containsExactly(42L);
    assertThat(map.snapshot()).extracting(StateChange::version).containsExactly(43L, 44L);
  }

  @Test
  void whatNoLongerFitsItsTypeIsLeftOut() {
    // Given
    var map = new StateMap<>("ext", "m", String.class, Strict.class, Limits.capacity(9), clock);
    // When
    map.load(
        List.of(
            new StateChange("ext/m", "\"fits\"", "{\"number\":1}", 1),
            new StateChange("ext/m", "\"more\"", "{\"number\":2,\"unknown\":[1]}", 2),
            new StateChange("ext/m", "\"text\"", "{\"number\":\"many\"}", 3),
            new StateChange("ext/m", "\"refused\"", "{\"number\":-1}", 4),
            new StateChange("ext/m", "\"null\"", "null", 5),
            new StateChange("ext/m", "\"none\"", null, 6),
            new StateChange("ext/m", "{\"no\":\"key\"}", "{\"number\":1}", 7),
            new StateChange("ext/m", "\"broken\"", "{", 8)));
    // Then
    assertThat(map.entries())
        .containsExactly(Map.entry("fits", new Strict(1)), Map.entry("more", new Strict(2)));
    assertThat(evicted(map)).isEmpty();
  }

  @Test
  void moreThanTheCapacityOnDiskIsCutToTheNewest() {
    // Given
    var map = map(1);
    // When
    map.load(
        List.of(
            new StateChange("ext/map", "\"a\"", "{\"text\":\"a\"}", 1),
            new StateChange("ext/map", "\"b\"", "{\"text\":\"b\"}", 2)));
    // Then
    assertThat(map.entries()).containsOnlyKeys("b");
    assertThat(evicted(map)).containsExactly("a");
  }

  @Test
  void aRecordMayBeAKey() {
    // Given
    var map = new StateMap<>("ext", "m", Session.class, Strict.class, Limits.capacity(9), clock);
    call(() -> map.put(new Session("a", "b"), new Strict(1)));
    // When
    var loaded = new StateMap<>("ext", "m", Session.class, Strict.class, Limits.capacity(9), clock);
    loaded.load(map.snapshot());
    // Then
    assertThat(loaded.get(new Session("a", "b"))).isEqualTo(new Strict(1));
  }

  @Test
  void whatIsHandedOverIsStillThereWhenTheExchangeFails() {
    var map = map(1);
    put(map, new Value("a", false));
    put(map, new Value("b", false));
    MapHandover first = map.handOver();
    assertThat(first.entries()).hasSize(1);
    assertThat(first.evicted()).hasSize(1);
    assertThat(map.handOver()).isEqualTo(first);
  }

  // Evictions are told

  @Test
  void everyHandlerIsToldOfWhatAgeAndCapacityTookAndNotOfWhatWasRemoved() throws Exception {
    // Given
    var told = new ArrayList<String>();
    var opened = new AtomicReference<BoundedMap<String, Value>>();
    var extensions =
        new Extensions(
            List.of(
                new TestExtension(
                    "ext",
                    context -> {
                      var map =
                          context.boundedMap(
                              "map",
                              String.class,
                              Value.class,
                              new Limits(2, Duration.ofSeconds(10), Duration.ofSeconds(60)));
                      map.onEviction((key, value, emission) -> told.add("1 " + key + value.text()));
                      map.onEviction((key, value, emission) -> told.add("2 " + key + value.text()));
                      opened.set(map);
                    })),
            Map.of(),
            map -> List.of(),
            limits -> limits,
            clock);
    var map = opened.get();
    put(map, Value.done("a"), Value.done("b"), Value.done("c"));
    call(() -> map.remove("b"));
    clock.advance(Duration.ofSeconds(11));
    extensions.cleanUp();
    // When
    List<Extensions.Eviction> evictions =
        extensions.takeEvictions().stream().flatMap(each -> each.evictions().stream()).toList();
    for (Extensions.Eviction each : evictions) {
      each.telling().tell(null);
    }
    // Then
    assertThat(told).containsExactly("1 aa", "2 aa", "1 cc", "2 cc");
    assertThat(evictions).allSatisfy(each -> assertThat(each.change().value()).isNull());
    assertThat(extensions.takeEvictions()).isEmpty();
    assertThat(extensions.mapStates())
        .containsExactly(new MapState("map", "ext", 0, 2, 10, 1, 1, 1, 0));
  }

  // Many threads

  @Test
  void manyThreadsKeepTheCapacityAndMemoryAndDiskAgree() throws Exception {
    // Given
    var map = map(100);
    var written = new ArrayList<List<StateChange>>();
    // When
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (int t = 0; t < 8; t++) {
        int thread = t;
        var own = new ArrayList<StateChange>();
        written.add(own);
        threads.submit(
            () -> {
              for (int i = 0; i < 5_000; i++) {
                String key = "k" + (i * 31 + thread) % 150;
                var value = new Value(thread + " " + i, i % 3 == 0);
                own.addAll(
                    i % 7 == 0 ? call(() -> map.remove(key)) : call(() -> map.put(key, value)));
                assertThat(map.size()).isLessThanOrEqualTo(100);
              }
            });
      }
    }
    // Then
    assertThat(map.size()).isEqualTo(map.entries().size()).isLessThanOrEqualTo(100);
    var all = new ArrayList<>(evictions(map));
    written.forEach(all::addAll);
    assertThat(all).extracting(StateChange::version).doesNotHaveDuplicates();
    assertThat(onDisk(all)).isEqualTo(onDisk(map.snapshot()));
  }

  @Test
  void anEntryIsNeverMissingWhileItIsClosedAndOpened() {
    // Given
    var map =
        new StateMap<>(
            "ext", "map", String.class, Value.class, Limits.capacity(9), Clock.systemUTC());
    put(map, new Value("a", true));
    // When
    var changing =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 100_000; i++) {
                put(map, new Value("a", i % 2 == 0));
              }
            });
    // Then
    while (!changing.isDone()) {
      assertThat(map.get("a")).isNotNull();
    }
    changing.join();
  }

  @Test
  void aLargeMapThatIsFullTakesOneMoreWithoutLookingAtAllOthers() {
    // Given
    var map = map(100_000);
    // When
    call(
        () -> {
          for (int i = 0; i < 100_000; i++) {
            map.put("k" + i, Value.done("v"));
          }
        });
    for (int i = 100_000; i < 300_000; i++) {
      String key = "k" + i;
      call(() -> map.put(key, Value.done("v")));
    }
    // Then
    assertThat(map.size()).isEqualTo(100_000);
    assertThat(map.get("k199999")).isNull();
    assertThat(map.get("k200000")).isNotNull();
  }
}
