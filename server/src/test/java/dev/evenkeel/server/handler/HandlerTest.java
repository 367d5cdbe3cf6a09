package dev.evenkeel.server.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.EventProcessor;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.Limits;
import dev.evenkeel.extension.Session;
import dev.evenkeel.server.extension.Extensions;
import dev.evenkeel.server.extension.RunningExtension;
import dev.evenkeel.server.log.Lanes;
import dev.evenkeel.server.log.OpenLog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HandlerTest {

  @TempDir Path folder;

  /** An extension that is one lambda. */
  private record Named(String name, Starting starting) implements Extension {
    interface Starting {
      void start(ExtensionContext context) throws Exception;
    }

    @Override
    public void start(ExtensionContext context) throws Exception {
      starting.start(context);
    }
  }

  private static Named onAll(String name, EventProcessor processor) {
    return new Named(name, context -> context.process("*", processor));
  }

  private record Count(String session, int value) {}

  /** A server without doors. */
  private final class Running implements AutoCloseable {
    final OpenLog open;
    final Extensions extensions;
    final Handler handler;

    Running(HandlerConfig config, Extension... all) throws Exception {
      this(config, Duration.ofSeconds(1), all);
    }

    Running(HandlerConfig config, Duration cleanupInterval, Extension... all) throws Exception {
      open = new OpenLog(folder);
      extensions =
          new Extensions(
              Arrays.asList(all), Map.of(), open.log::loadState, limits -> limits, open.clock);
      handler = new Handler(config, open.log, extensions, open.clock, cleanupInterval);
      handler.start();
    }

    void send(String session, String name, String more) {
      open.log.append(open.event(session, name, more)).join();
    }

    List<JsonNode> published(int count) {
      await().atMost(Duration.ofSeconds(30)).until(() -> open.log.status().published() >= count);
      return open.all(0, Lanes.ALL);
    }

    RunningExtension extension(String name) {
      return extensions.running().stream()
          .filter(each -> each.name().equals(name))
          .findFirst()
          .orElseThrow();
    }

    @Override
    public void close() {
      handler.close();
      extensions.close();
      open.close();
    }
  }

  @Test
  void aSessionOfWhichEachCallTakesLongDoesNotHoldUpTheOthersForLong() throws Exception {
    // Given calls that are never late, and a window that those of one session fill
    var slow =
        new Named(
            "slow", context -> context.process("Slow", (event, emission) -> Thread.sleep(4_000)));
    var config = new HandlerConfig(Duration.ofSeconds(30), 64, 16 << 20, 100, false);
    try (var running = new Running(config, slow)) {
      // When
      for (int i = 0; i < 200; i++) {
        running.send("slow", "Slow", "");
      }
      for (int i = 0; i < 50; i++) {
        running.send("quick" + i % 5, "A", "");
      }
      // Then
      await().atMost(Duration.ofMinutes(2)).until(() -> published(running, "A") == 50);
      assertThat(running.extension("slow").failures()).isPositive();
      assertThat(published(running, "Slow")).isPositive();
    }
  }

  @Test
  void whatExtensionsAddIsBoundedByTheWindowsBytesWhileTheWriterDoesNotWrite() throws Exception {
    // Given small events, of which each is given much, and a writer that stands
    int events = 60;
    var calls = new AtomicInteger();
    var generous =
        onAll(
            "generous",
            (event, emission) -> {
              emission.attach("much", "x".repeat(300_000));
              calls.incrementAndGet();
            });
    var config = new HandlerConfig(Duration.ofSeconds(30), 1024, 1 << 20, 100, false);
    var writes = new CountDownLatch(1);
    try (var open = new OpenLog(folder);
        var extensions =
            new Extensions(
                List.of(generous), Map.of(), open.log::loadState, limits -> limits, open.clock);
        var handler = new Handler(config, open.log, extensions, open.clock)) {
      for (int i = 0; i < events; i++) {
        open.append("s" + i, "A", 1);
      }
      var _ = open.log.onPublished(() -> awaitUninterruptibly(writes));
      try {
        // When
        handler.start();
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> calls.get() == events || waitsForTheWriter());
        // Then
        assertThat(calls.get()).isLessThan(events / 2);
        assertThat(handler.queues())
            .filteredOn(each -> each.name().equals("log-publications"))
            .singleElement()
            .satisfies(
                each -> {
                  assertThat(each.size()).isBetween(1L, each.capacity());
                  assertThat(each.bytes()).isGreaterThanOrEqualTo(config.windowBytes());
                });
      } finally {
        writes.countDown();
      }
      // And when it writes, all of it is given back
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> open.log.status().published() == events && isEmpty(handler));
    }
  }

  @Test
  void tasksGiveAWriterThatStandsNoMoreThanItMayHave() throws Exception {
    // Given a task that emits each time, and a writer that stands
    int window = 8;
    var ticking =
        new Named(
            "ticking",
            context ->
                context.every(
                    Duration.ofMillis(5),
                    emission ->
                        emission.emit(
                            new Session("claude-code", "s"),
                            "tick",
                            JsonNodeFactory.instance.objectNode())));
    var config = new HandlerConfig(Duration.ofSeconds(30), window, 1 << 20, 100, false);
    var writes = new CountDownLatch(1);
    try (var running = new Running(config, ticking)) {
      var _ = running.open.log.onPublished(() -> awaitUninterruptibly(writes));
      try {
        // When
        await().atMost(Duration.ofSeconds(30)).until(() -> toBeWritten(running) >= window);
        // Then it gets what was begun already, and no more
        await()
            .during(Duration.ofMillis(500))
            .atMost(Duration.ofSeconds(30))
            .until(() -> toBeWritten(running) <= window + Workers.MAX_THREADS / 4);
        assertThat(running.extension("ticking").failures()).isZero();
      } finally {
        writes.countDown();
      }
      await().atMost(Duration.ofSeconds(30)).until(() -> toBeWritten(running) < window);
    }
  }

  private static long toBeWritten(Running running) {
    return running.handler.queues().stream()
        .filter(each -> each.name().equals("log-publications"))
        .findFirst()
        .orElseThrow()
        .size();
  }

  private static boolean isEmpty(Handler handler) {
    return handler.queues().stream().allMatch(each -> each.size() == 0 && each.bytes() <= 0);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether no worker does anything, and one of them or the dispatcher waits for the writer. */
  private static boolean waitsForTheWriter() {
    boolean waits = false;
    for (var each : Thread.getAllStackTraces().entrySet()) {
      Thread thread = each.getKey();
      List<String> frames =
          Arrays.stream(each.getValue()).map(StackTraceElement::getMethodName).toList();
      if (thread.getName().matches("handler-\\d+")) {
        if (!frames.contains("await") && !frames.contains("getTask")) {
          return false;
        }
        waits |= frames.contains("awaitWriter");
      } else if (thread.getName().equals("handler-dispatcher")) {
        waits |= frames.contains("enter") && frames.contains("await");
      }
    }
    return waits;
  }

  private static long published(Running running, String name) {
    return running.open.all(0, Lanes.ALL).stream()
        .filter(each -> each.path("event").asText().equals(name))
        .count();
  }

  @Test
  @DisplayName("Promise 3: a session is processed in order, one event at a time, beside others")
  void theEventsOfASessionKeepTheirOrderWhileSessionsRunTogether() throws Exception {
    var counter =
        new Named(
            "counter",
            context -> {
              BoundedMap<String, Count> counts =
                  context.boundedMap("counts", String.class, Count.class, Limits.capacity(100));
              context.process(
                  "*",
                  (event, emission) -> {
                    String id = event.session().id();
                    Count before = counts.get(id);
                    var now = new Count(id, before == null ? 1 : before.value() + 1);
                    counts.put(id, now);
                    emission.attach("count", now.value());
                  });
            });
    try (var running = new Running(HandlerConfig.DEFAULT, counter)) {
      for (int i = 0; i < 3000; i++) {
        running.open.log.append(running.open.event("s" + i % 10, "A", ",\"n\":" + i / 10));
      }
      for (JsonNode event : running.published(3000)) {
        assertThat(event.get("data").get("count").asInt())
            .isEqualTo(event.get("data").get("n").asInt() + 1);
      }
    }
    try (var again = new Running(HandlerConfig.DEFAULT, counter)) {
      again.send("s3", "A", "");
      assertThat(again.published(1).getLast().get("data").get("count").asInt()).isEqualTo(301);
    }
  }

  /** What fails only when it is written, and would take what others added along. */
  @Test
  void whatCannotBePublishedFailsInTheCallThatAddsIt() throws Exception {
    var good = onAll("a-good", (event, emission) -> emission.attach("good", true));
    var bad =
        new Named(
            "b-bad",
            context -> {
              var data = JsonNodeFactory.instance.objectNode();
              context.process("A", (event, emission) -> emission.emit(nothing(), data));
              context.process("A", (event, emission) -> emission.attach(nothing(), 1));
              context.process("A", (event, emission) -> emission.drop(nothing()));
              context.process(
                  "A",
                  (event, emission) ->
                      emission.emit("x", data.deepCopy().putPOJO("thread", new Object())));
            });
    try (var running = new Running(HandlerConfig.DEFAULT, good, bad)) {
      running.send("s", "A", "");
      JsonNode event = running.published(1).getFirst();
      assertThat(event.get("data").get("good").asBoolean()).isTrue();
      await().until(() -> running.extension("b-bad").failures() == 4);
      assertThat(running.extension("a-good").failures()).isZero();
    }
  }

  @SuppressWarnings("NullAway")
  private static String nothing() {
    return null;
  }

  @Test
  void anEmissionIsNotTakenFromAnotherThread() throws Exception {
    var failures = new ConcurrentLinkedQueue<Throwable>();
    var elsewhere =
        onAll(
            "elsewhere",
            (event, emission) -> {
              var thread =
                  Thread.ofPlatform()
                      .uncaughtExceptionHandler((t, e) -> failures.add(e))
                      .start(() -> emission.attach("elsewhere", true));
              thread.join();
              emission.attach("here", true);
            });
    try (var running = new Running(HandlerConfig.DEFAULT, elsewhere)) {
      running.send("s", "A", "");
      JsonNode data = running.published(1).getFirst().get("data");
      assertThat(data.has("elsewhere")).isFalse();
      assertThat(data.get("here").asBoolean()).isTrue();
      assertThat(failures)
          .singleElement()
          .isInstanceOfSatisfying(
              IllegalStateException.class, e -> assertThat(e).hasMessageContaining("runs on"));
    }
  }

  @Test
  void anExceptionThatCannotBeToldHoldsUpNobody() throws Exception {
    var hostile =
        new Named(
            "hostile",
            context ->
                context.process(
                    "A",
                    (event, emission) -> {
                      throw new IllegalStateException() {
                        private static final long serialVersionUID = 1L;

                        @Override
                        public String toString() {
                          throw new StackOverflowError();
                        }
                      };
                    }));
    try (var running = new Running(HandlerConfig.DEFAULT, hostile)) {
      for (int i = 0; i < 5; i++) {
        running.send("s", "A", ",\"n\":" + i);
      }
      await().until(() -> running.published(5).stream().filter(HandlerTest::isHook).count() == 5);
      assertThat(running.extension("hostile").failures()).isEqualTo(5);
    }
  }

  private static boolean isHook(JsonNode event) {
    return event.get("type").textValue().equals("hook");
  }

  private static final AtomicBoolean BROKEN = new AtomicBoolean();

  /** A key whose hash does not work any more when it is broken. */
  private record BrittleHash(String text) {
    @Override
    public int hashCode() {
      failIfBroken();
      return text.hashCode();
    }
  }

  /** A key that cannot be written any more when it is broken. */
  private record BrittleText(String text) {
    @JsonProperty
    @Override
    public String text() {
      failIfBroken();
      return text;
    }
  }

  private static void failIfBroken() {
    if (BROKEN.get()) {
      throw new IllegalStateException("broken");
    }
  }

  @Test
  void whatFailsWhenACallIsToCountIsAFailureOfItsExtensionAlone() throws Exception {
    var brittle =
        new Named(
            "brittle",
            context -> {
              BoundedMap<BrittleHash, Count> map =
                  context.boundedMap("map", BrittleHash.class, Count.class, Limits.capacity(10));
              context.process(
                  "Breaks",
                  (event, emission) -> {
                    emission.attach("brittle", true);
                    map.put(new BrittleHash("k"), new Count("k", 1));
                    BROKEN.set(true);
                  });
              context.process("Mends", (event, emission) -> BROKEN.set(false));
            });
    var other = onAll("other", (event, emission) -> emission.attach("other", true));
    try (var running = new Running(HandlerConfig.DEFAULT, brittle, other)) {
      for (String name : List.of("Breaks", "Mends", "Breaks", "Mends")) {
        running.send("s", name, ",\"x\":" + System.nanoTime());
      }
      List<JsonNode> events = running.published(4).stream().filter(HandlerTest::isHook).toList();
      assertThat(events).hasSize(4);
      assertThat(events).allMatch(event -> event.at("/data/other").asBoolean());
      assertThat(events).noneMatch(event -> event.at("/data").has("brittle"));
      assertThat(running.extension("brittle").failures()).isEqualTo(2);
    } finally {
      BROKEN.set(false);
    }
  }

  @Test
  void anEntryThatCannotBeLetGoHoldsUpNoLane() throws Exception {
    var brittle =
        new Named(
            "brittle",
            context -> {
              BoundedMap<BrittleText, Count> map =
                  context.boundedMap(
                      "map",
                      BrittleText.class,
                      Count.class,
                      Limits.capacity(10).withMaxAge(Duration.ofSeconds(1)));
              context.process(
                  "A", (event, emission) -> map.put(new BrittleText("k"), new Count("k", 1)));
            });
    var cleaning = new HandlerConfig(Duration.ofSeconds(30), 1024, 16 << 20, 1, false);
    try (var running = new Running(cleaning, brittle)) {
      running.send("s", "A", "");
      running.published(1);
      BROKEN.set(true);
      running.open.clock.advance(Duration.ofMinutes(1));
      running.send("s", "B", "");
      running.send("s", "C", "");
      assertThat(running.published(3))
          .extracting(event -> event.get("event").textValue())
          .containsExactly("A", "B", "C");
    } finally {
      BROKEN.set(false);
    }
  }

  @Test
  void whatAnEarlierProcessorAttachedCannotBeChangedByALaterOne() throws Exception {
    var first =
        onAll(
            "a-first",
            (event, emission) ->
                emission.attach(
                    "git", JsonNodeFactory.instance.objectNode().put("branch", "main")));
    var second =
        onAll(
            "b-second",
            (event, emission) ->
                ((ObjectNode) event.attachments().get("git")).put("branch", "changed"));
    try (var running = new Running(HandlerConfig.DEFAULT, first, second)) {
      running.send("s", "A", "");
      assertThat(running.published(1).getFirst().at("/data/git/branch").textValue())
          .isEqualTo("main");
    }
  }

  @Test
  @DisplayName("Promise 4: a call counts as a whole or not at all")
  void aFailingCallLeavesNoTraceAndTheOthersGoOn() throws Exception {
    var failing =
        new Named(
            "a-failing",
            context -> {
              BoundedMap<String, Count> map =
                  context.boundedMap("map", String.class, Count.class, Limits.capacity(10));
              context.process(
                  "A",
                  (event, emission) -> {
                    map.put("k", new Count("k", 1));
                    emission.attach("bad", true);
                    emission.emit("bad", JsonNodeFactory.instance.objectNode());
                    throw new IllegalStateException("on purpose");
                  });
              context.process(
                  "B", (event, emission) -> emission.attach("entries", map.entries().size()));
            });
    var other =
        new Named(
            "b-other",
            context -> context.process("*", (event, emission) -> emission.attach("good", true)));
    try (var running = new Running(HandlerConfig.DEFAULT, failing, other)) {
      running.send("s", "A", "");
      running.send("s", "B", "");
      List<JsonNode> events = running.published(2);
      assertThat(events).hasSize(2);
      assertThat(events.get(0).get("data").has("bad")).isFalse();
      assertThat(events.get(0).get("data").get("good").asBoolean()).isTrue();
      assertThat(events.get(1).get("data").get("entries").asInt()).isZero();
      assertThat(running.extension("a-failing").failures()).isEqualTo(1);
      assertThat(running.extension("b-other").failures()).isZero();
    }
  }

  @Test
  @DisplayName(
      "Promise 5: a late call is interrupted, and its extension passed over until it returns")
  void aCallThatNeverReturnsHoldsBackItsLaneForOneDeadlineAndThenOnlyItself() throws Exception {
    var release = new AtomicBoolean();
    var endless =
        new Named(
            "a-endless",
            context ->
                context.process(
                    "Hang",
                    (event, emission) -> {
                      while (!release.get()) {
                        Thread.onSpinWait();
                      }
                      emission.attach("late", true);
                    }));
    var other =
        new Named(
            "b-other",
            context -> context.process("*", (event, emission) -> emission.attach("good", true)));
    // A deadline that good calls keep on a busy machine
    var config = new HandlerConfig(Duration.ofSeconds(2), 1024, 16 << 20, 100, false);
    try (var running = new Running(config, endless, other)) {
      // Given a call that hangs
      running.send("slow", "Hang", "");
      running.send("slow", "A", "");
      // When other sessions go on
      for (int i = 0; i < 200; i++) {
        running.send("quick" + i % 5, "A", "");
      }
      // Then all are published, the one that hung without the extension
      List<JsonNode> events = running.published(202);
      assertThat(events).hasSize(202).allMatch(each -> each.get("data").path("good").asBoolean());
      assertThat(events).noneMatch(each -> each.get("data").has("late"));
      assertThat(running.extension("a-endless").state()).isEqualTo(RunningExtension.State.STUCK);
      // And the extension is passed over until the call returns
      running.send("slow", "Hang", "");
      running.published(203);
      assertThat(running.extension("a-endless").eventsPassedOver()).isEqualTo(1);
      release.set(true);
      await().until(() -> running.extension("a-endless").state() == RunningExtension.State.RUNNING);
      running.send("slow", "Hang", "");
      assertThat(running.published(204).getLast().get("data").get("late").asBoolean()).isTrue();
    }
  }

  @Test
  void manySlowSessionsDoNotHoldUpTheOthers() throws Exception {
    var go = new CountDownLatch(1);
    var started = new AtomicInteger();
    var slow =
        new Named(
            "slow",
            context ->
                context.process(
                    "Slow",
                    (event, emission) -> {
                      started.incrementAndGet();
                      go.await();
                    }));
    var config = new HandlerConfig(Duration.ofSeconds(30), 1024, 16 << 20, 100, false);
    try (var running = new Running(config, slow)) {
      for (int i = 0; i < 8; i++) {
        running.send("slow" + i, "Slow", "");
      }
      for (int i = 0; i < 100; i++) {
        running.send("quick", "A", "");
      }
      assertThat(running.published(100)).hasSize(100);
      await().until(() -> started.get() == 8);
      go.countDown();
      assertThat(running.published(108)).hasSize(108);
    }
  }

  /** As many as there are threads for calls that block, in a window that has room for one more. */
  @Test
  void callsThatNeverReturnLeaveTheOthersTheirThreads() throws Exception {
    var never = new Semaphore(0);
    var started = new AtomicInteger();
    Extension[] blocking = new Extension[Workers.MAX_THREADS / 16];
    for (int i = 0; i < blocking.length; i++) {
      String own = "Block" + i;
      blocking[i] =
          new Named(
              "blocking-" + i,
              context ->
                  context.process(
                      own,
                      (event, emission) -> {
                        started.incrementAndGet();
                        never.acquireUninterruptibly();
                      }));
    }
    var config =
        new HandlerConfig(Duration.ofMinutes(10), Workers.MAX_THREADS + 1, 16 << 20, 100, false);
    try (var running = new Running(config, blocking)) {
      try {
        // Given
        for (int i = 0; i < Workers.MAX_THREADS; i++) {
          running.send("blocked" + i, "Block" + i % blocking.length, "");
        }
        await().atMost(Duration.ofMinutes(2)).until(() -> started.get() == Workers.MAX_THREADS);
        // When the window is full, so that these calls are late
        for (int i = 0; i < 50; i++) {
          running.send("other" + i % 5, "A", "");
        }
        // Then
        await().atMost(Duration.ofMinutes(1)).until(() -> published(running, "A") == 50);
        for (Extension each : blocking) {
          assertThat(running.extension(each.name()).state())
              .isEqualTo(RunningExtension.State.STUCK);
        }
      } finally {
        never.release(Workers.MAX_THREADS);
      }
    }
  }

  @Test
  void whatAMapLetsGoIsToldInTheTransactionThatRemovesIt() throws Exception {
    var keeper =
        new Named(
            "keeper",
            context -> {
              BoundedMap<String, Count> map =
                  context.boundedMap("map", String.class, Count.class, Limits.capacity(2));
              map.onEviction(
                  (key, value, emission) ->
                      emission.emit(
                          new Session("claude-code", value.session()),
                          "let_go",
                          JsonNodeFactory.instance.objectNode().put("key", key)));
              context.process(
                  "Put",
                  (event, emission) -> {
                    String key = event.text("key");
                    map.put(key == null ? "" : key, new Count(event.session().id(), 0));
                  });
            });
    try (var running = new Running(HandlerConfig.DEFAULT, keeper)) {
      // One after the other: sessions run at the same time, and the first to come has to go.
      int sent = 0;
      for (String key : List.of("a", "b", "c")) {
        running.send("s-" + key, "Put", ",\"key\":\"" + key + "\"");
        running.published(++sent);
      }
      List<JsonNode> events = running.published(4);
      JsonNode letGo =
          events.stream()
              .filter(each -> each.get("type").asText().equals("derived"))
              .findFirst()
              .orElseThrow();
      assertThat(letGo.get("data").get("key").asText()).isEqualTo("a");
      assertThat(letGo.get("session_id").asText()).isEqualTo("s-a");
      // And by age, without any event
      running.open.clock.advance(Duration.ofMinutes(6));
      assertThat(running.published(6)).hasSize(6);
    }
    try (var again = new Running(HandlerConfig.DEFAULT, keeper)) {
      assertThat(again.open.log.loadState("keeper/map")).isEmpty();
    }
  }

  /** Keeps an entry of each event Put, and tells when it is let go. */
  private static Named keeper() {
    return new Named(
        "keeper",
        context -> {
          BoundedMap<String, Count> map =
              context.boundedMap("map", String.class, Count.class, Limits.capacity(10));
          map.onEviction(
              (key, value, emission) ->
                  emission.emit(
                      new Session("claude-code", value.session()),
                      "let_go",
                      JsonNodeFactory.instance.objectNode()));
          context.process(
              "Put",
              (event, emission) ->
                  map.put(event.session().id(), new Count(event.session().id(), 0)));
        });
  }

  @Test
  void theMapsAreLookedThroughEachTimeSoManyEventsHaveCome() throws Exception {
    // Given a map that nothing but the third event looks through
    var config = new HandlerConfig(Duration.ofSeconds(30), 1024, 16 << 20, 3, false);
    try (var running = new Running(config, Duration.ofDays(1), keeper())) {
      running.send("s", "Put", "");
      running.published(1);
      running.open.clock.advance(Duration.ofMinutes(6));
      // When
      running.send("s", "Second", "");
      running.published(2);
      running.send("s", "Third", "");
      // Then
      List<JsonNode> events = running.published(4);
      assertThat(events)
          .extracting(event -> event.get("event").textValue())
          .containsExactly("Put", "Second", "Third", "let_go");
      assertThat(events.get(3).get("cause")).isEqualTo(events.get(2).get("id"));
    }
  }

  @Test
  void theMapsAreLookedThroughFromTimeToTimeWhenNoEventComes() throws Exception {
    // Given
    var config =
        new HandlerConfig(Duration.ofSeconds(30), 1024, 16 << 20, Integer.MAX_VALUE, false);
    try (var running = new Running(config, Duration.ofMillis(10), keeper())) {
      running.send("s", "Put", "");
      running.published(1);
      // When
      running.open.clock.advance(Duration.ofMinutes(6));
      // Then
      JsonNode letGo = running.published(2).getLast();
      assertThat(letGo.get("event").textValue()).isEqualTo("let_go");
      assertThat(letGo.has("cause")).isFalse();
    }
  }

  @Test
  void aPeriodicTaskPublishesWhatItEmits() throws Exception {
    var ticking =
        new Named(
            "ticking",
            context ->
                context.every(
                    Duration.ofMillis(10),
                    emission ->
                        emission.emit(
                            new Session("claude-code", "s"),
                            "tick",
                            JsonNodeFactory.instance.objectNode())));
    try (var running = new Running(HandlerConfig.DEFAULT, ticking)) {
      assertThat(running.published(3).getFirst().get("event").asText()).isEqualTo("tick");
    }
  }

  @Test
  void aDroppedEventIsCountedByItsReason() throws Exception {
    var dropping =
        new Named(
            "dropping",
            context -> context.process("Noise", (event, emission) -> emission.drop("noise")));
    try (var running = new Running(HandlerConfig.DEFAULT, dropping)) {
      running.send("s", "Noise", "");
      running.send("s", "A", "");
      assertThat(running.published(1)).hasSize(1);
      assertThat(running.open.log.status().dropped()).containsEntry("noise", 1L);
    }
  }

  @Test
  void attachingNeverReplacesAFieldOfThePayloadOrOfAnEarlierProcessor() throws Exception {
    var first =
        onAll(
            "a-first",
            (event, emission) -> {
              emission.attach("own", "changed");
              emission.attach("mine", 1);
            });
    var second =
        onAll(
            "b-second",
            (event, emission) -> {
              emission.attach("mine", 2);
              emission.attach("saw", event.attachments().get("mine"));
            });
    try (var running = new Running(HandlerConfig.DEFAULT, first, second)) {
      running.send("s", "A", ",\"own\":null");
      JsonNode data = running.published(1).getFirst().get("data");
      assertThat(data.get("own").isNull()).isTrue();
      assertThat(data.get("mine").asInt()).isEqualTo(1);
      assertThat(data.get("saw").asInt()).isEqualTo(1);
    }
  }
}
