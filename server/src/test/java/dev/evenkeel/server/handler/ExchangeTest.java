package dev.evenkeel.server.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.evenkeel.extension.BoundedMap;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.Limits;
import dev.evenkeel.extension.Session;
import dev.evenkeel.server.extension.Extensions;
import dev.evenkeel.server.extension.OfClassPath;
import dev.evenkeel.server.extension.RunningExtension;
import dev.evenkeel.server.extension.TestExtension;
import dev.evenkeel.server.log.Lanes;
import dev.evenkeel.server.log.OpenLog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Extensions are exchanged, switched off and misbehave while events come. */
class ExchangeTest {

  private static final HandlerConfig QUICK =
      new HandlerConfig(Duration.ofMillis(300), 1024, 16 << 20, 100, false);
  private static final Limits LIMITS = Limits.capacity(1000);

  @TempDir Path folder;

  private record Count(int value) {}

  private final class Running implements AutoCloseable {
    final OpenLog open = new OpenLog(folder);
    final Extensions extensions;
    final Handler handler;

    Running(HandlerConfig config, Extension... all) throws Exception {
      extensions =
          new Extensions(List.of(all), Map.of(), open.log::loadState, limits -> limits, open.clock);
      handler = new Handler(config, open.log, extensions, open.clock);
      handler.start();
    }

    void send(String session, String name, int n) {
      open.log.append(open.event(session, name, ",\"n\":" + n));
    }

    void exchange(Extension with) throws Exception {
      extensions.switchboard().exchange(Set.of(with.name()), OfClassPath.of(with));
    }

    List<JsonNode> published(int count) {
      await().atMost(Duration.ofSeconds(60)).until(() -> open.log.status().published() >= count);
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

  /** Counts the events of each session, and says which version did. */
  private static TestExtension counting(int version) {
    return new TestExtension(
        "counting",
        context -> {
          BoundedMap<String, Count> counts =
              context.boundedMap("counts", String.class, Count.class, LIMITS);
          context.process(
              "*",
              (event, emission) -> {
                String session = event.session().id();
                Count before = counts.get(session);
                int now = before == null ? 1 : before.value() + 1;
                counts.put(session, new Count(now));
                emission.attach("count", now);
              });
          // A second one, so that an exchange could fall between the two.
          context.process("*", (event, emission) -> emission.attach("version", version));
        });
  }

  @Test
  @DisplayName(
      "Promise 9: each event is processed wholly by one version, with the maps of the one before")
  void eachEventIsProcessedOnceByOneVersionAndMapsAreKeptOverTwentyExchanges() throws Exception {
    var ended = new AtomicBoolean();
    try (var running = new Running(HandlerConfig.DEFAULT, counting(0))) {
      // When
      CompletableFuture<Integer> sender =
          CompletableFuture.supplyAsync(
              () -> {
                int sent = 0;
                for (; !ended.get(); sent++) {
                  running.send("s" + sent % 20, "A", sent / 20);
                  long ahead = sent - running.open.log.status().published();
                  if (ahead > 500) {
                    LockSupport.parkNanos(1_000_000);
                  }
                }
                return sent;
              });
      for (int version = 1; version <= 20; version++) {
        long target = running.open.log.status().published() + 200;
        await().until(() -> running.open.log.status().published() >= target);
        running.exchange(counting(version));
      }
      ended.set(true);
      int events = sender.join();
      // Then
      List<JsonNode> all = running.published(events);
      assertThat(all).hasSize(events);
      var versions = new HashMap<Integer, Integer>();
      for (JsonNode each : all) {
        JsonNode data = each.get("data");
        assertThat(data.path("count").asInt())
            .as("the running count of %s", data)
            .isEqualTo(data.get("n").asInt() + 1);
        versions.merge(data.get("version").asInt(-1), 1, Integer::sum);
      }
      assertThat(versions.keySet()).as("versions that worked").hasSizeGreaterThanOrEqualTo(20);
      assertThat(versions).doesNotContainKey(-1);
    }
  }

  @Test
  void anExchangeWaitsForACallAtWorkAndOthersGoOnMeanwhile() throws Exception {
    var inside = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    var slow =
        new TestExtension(
            "slow",
            context ->
                context.process(
                    "Slow",
                    (event, emission) -> {
                      inside.countDown();
                      go.await();
                      emission.attach("by", "old");
                    }));
    var fresh =
        new TestExtension(
            "slow",
            context -> context.process("Slow", (event, emission) -> emission.attach("by", "new")));
    var config = new HandlerConfig(Duration.ofSeconds(60), 1024, 16 << 20, 100, false);
    try (var running = new Running(config, slow)) {
      // Given a call at work
      running.send("a", "Slow", 0);
      inside.await();
      // When the extension is exchanged, and another event comes for it
      var exchanged =
          CompletableFuture.runAsync(
              () -> {
                try {
                  running.exchange(fresh);
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      await().until(() -> running.extension("slow").isBeingExchanged());
      running.send("b", "Slow", 0);
      for (int i = 0; i < 200; i++) {
        running.send("c", "Other", i);
      }
      // Then others are not held up
      running.published(200);
      assertThat(exchanged).isNotDone();
      // And both events are processed, the first by the old one, the second by the new one
      go.countDown();
      exchanged.join();
      assertThat(running.published(202))
          .filteredOn(each -> each.get("event").asText().equals("Slow"))
          .extracting(
              each -> each.get("session_id").asText() + " " + each.get("data").path("by").asText())
          .containsExactlyInAnyOrder("a old", "b new");
    }
  }

  @Test
  @DisplayName("Promise 1: start is called once, before the first event, on a thread of its own")
  void startIsCalledOnceBeforeTheFirstEventOnAThreadOfItsOwn() throws Exception {
    var happened = new CopyOnWriteArrayList<String>();
    var threads = new CopyOnWriteArrayList<Thread>();
    var noting =
        new TestExtension(
            "noting",
            context -> {
              happened.add("start");
              threads.add(Thread.currentThread());
              context.process(
                  "*",
                  (event, emission) -> {
                    happened.add("event");
                    threads.add(Thread.currentThread());
                  });
            });
    try (var running = new Running(QUICK, noting)) {
      running.send("s", "A", 0);
      running.send("s", "A", 1);
      running.published(2);
      assertThat(happened).containsExactly("start", "event", "event");
      assertThat(threads.subList(1, 3)).doesNotContain(threads.getFirst());
      assertThat(threads).doesNotContain(Thread.currentThread());
    }
  }

  @Test
  @DisplayName("Promise 7: stop is called after the last call that returned in time")
  void oneThatIsSwitchedOffDuringACallIsStoppedAfterIt() throws Exception {
    var happened = new CopyOnWriteArrayList<String>();
    var inside = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    var slow =
        new TestExtension(
            "slow",
            context ->
                context.process(
                    "Slow",
                    (event, emission) -> {
                      inside.countDown();
                      go.await();
                      happened.add("returned");
                    }),
            () -> happened.add("stopped"));
    var config = new HandlerConfig(Duration.ofSeconds(60), 1024, 16 << 20, 100, false);
    try (var running = new Running(config, slow)) {
      // Given a call at work
      running.send("a", "Slow", 0);
      inside.await();
      // When
      var off = CompletableFuture.runAsync(() -> running.extensions.switchboard().disable("slow"));
      await().until(() -> running.extension("slow").isBeingExchanged());
      assertThat(happened).isEmpty();
      go.countDown();
      off.join();
      // Then
      assertThat(happened).containsExactly("returned", "stopped");
    }
  }

  @Test
  void whatIsLetGoDuringAnExchangeIsToldByTheNewVersion() throws Exception {
    try (var running = new Running(QUICK, keeping("old"))) {
      running.send("s", "Put", 1);
      running.published(1);
      running.exchange(keeping("new"));
      running.open.clock.advance(Duration.ofMinutes(6));
      JsonNode told = running.published(2).getLast();
      assertThat(told.get("event").asText()).isEqualTo("let_go");
      assertThat(told.get("data").get("by").asText()).isEqualTo("new");
    }
  }

  private static TestExtension keeping(String version) {
    return new TestExtension(
        "keeping",
        context -> {
          BoundedMap<String, Count> map =
              context.boundedMap("map", String.class, Count.class, LIMITS);
          map.onEviction(
              (key, value, emission) ->
                  emission.emit(
                      new Session("claude-code", key),
                      "let_go",
                      JsonNodeFactory.instance.objectNode().put("by", version)));
          context.process("Put", (event, emission) -> map.put(event.session().id(), new Count(1)));
        });
  }

  @Test
  void tasksEndWithTheirExtensionAndThoseOfTheNewOneBegin() throws Exception {
    var runs = new HashMap<String, AtomicInteger>();
    for (String each : List.of("old", "new")) {
      runs.put(each, new AtomicInteger());
    }
    try (var running = new Running(QUICK, ticking(runs.get("old")))) {
      await().until(() -> runs.get("old").get() > 2);
      running.exchange(ticking(runs.get("new")));
      int old = runs.get("old").get();
      await().until(() -> runs.get("new").get() > 10);
      assertThat(runs.get("old").get()).isEqualTo(old);
      running.extensions.switchboard().disable("ticking");
      int last = runs.get("new").get();
      running.send("s", "A", 0);
      running.published(1);
      assertThat(runs.get("new").get()).isEqualTo(last);
    }
  }

  private static TestExtension ticking(AtomicInteger runs) {
    return new TestExtension(
        "ticking",
        context -> context.every(Duration.ofMillis(5), emission -> runs.incrementAndGet()));
  }

  @Test
  void anExtensionThatFailsAgainAndAgainIsCalledNoMore() throws Exception {
    var calls = new AtomicInteger();
    var failing =
        new TestExtension(
            "failing",
            context ->
                context.process(
                    "*",
                    (event, emission) -> {
                      calls.incrementAndGet();
                      throw new OutOfMemoryError("only said");
                    }));
    try (var running = new Running(QUICK, failing)) {
      for (int i = 0; i < 100; i++) {
        running.send("s", "A", i);
      }
      assertThat(running.published(100)).hasSize(100);
      assertThat(calls).hasValue(10);
      assertThat(running.extension("failing").state()).isEqualTo(RunningExtension.State.PAUSED);
      assertThat(running.extension("failing").eventsPassedOver()).isEqualTo(90);
    }
  }

  @Test
  void slowCallsOfOneExtensionTakeOnlyAShareOfTheThreads() throws Exception {
    var go = new Semaphore(0);
    var inside = new AtomicInteger();
    var most = new AtomicInteger();
    var slow =
        new TestExtension(
            "slow",
            context ->
                context.process(
                    "Slow",
                    (event, emission) -> {
                      most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                      go.acquire();
                      inside.decrementAndGet();
                    }));
    var config = new HandlerConfig(Duration.ofSeconds(60), 1024, 16 << 20, 100, false);
    try (var running = new Running(config, slow)) {
      for (int i = 0; i < 100; i++) {
        running.send("slow" + i, "Slow", 0);
      }
      await().until(() -> inside.get() >= 16);
      for (int i = 0; i < 200; i++) {
        running.send("quick" + i % 7, "A", i);
      }
      assertThat(running.published(200)).hasSize(200);
      assertThat(most.get()).as("of 64 threads").isLessThan(32);
      go.release(100);
      assertThat(running.published(300)).hasSize(300);
      assertThat(running.extension("slow").eventsPassedOver()).isZero();
      assertThat(running.extension("slow").failures()).isZero();
    }
  }

  @Test
  void anEvictionHandlerThatNeverReturnsHoldsBackItsLaneForOneDeadline() throws Exception {
    var release = new AtomicBoolean();
    var stuck =
        new TestExtension(
            "stuck",
            context -> {
              BoundedMap<String, Count> map =
                  context.boundedMap("map", String.class, Count.class, Limits.capacity(1));
              map.onEviction(
                  (key, value, emission) -> {
                    while (!release.get()) {
                      Thread.onSpinWait();
                    }
                  });
              context.process(
                  "Put", (event, emission) -> map.put("k" + event.at("n").asInt(), new Count(1)));
            });
    try (var running = new Running(QUICK, stuck)) {
      running.send("s", "Put", 1);
      running.send("s", "Put", 2);
      running.send("s", "A", 3);
      assertThat(running.published(3)).hasSize(3);
      assertThat(running.extension("stuck").state()).isEqualTo(RunningExtension.State.STUCK);
      // And it can be switched off all the same; its thread is named
      running.extensions.switchboard().disable("stuck");
      assertThat(running.extensions.remains())
          .singleElement()
          .satisfies(
              left -> {
                assertThat(left.extension()).isEqualTo("stuck");
                assertThat(left.threads()).singleElement().asString().startsWith("handler-");
              });
      release.set(true);
      await().until(() -> running.extensions.remains().isEmpty());
    }
  }

  @Test
  void aStateThatIsOffIsStillThereAfterARestart() throws Exception {
    try (var running = new Running(QUICK, counting(1))) {
      for (int i = 0; i < 3; i++) {
        running.send("s", "A", i);
      }
      running.published(3);
      running.extensions.switchboard().disable("counting");
    }
    try (var again = new Running(QUICK, counting(2))) {
      again.send("s", "A", 3);
      var all = new ArrayList<>(again.published(1));
      assertThat(all.getLast().get("data").get("count").asInt()).isEqualTo(4);
    }
  }
}
