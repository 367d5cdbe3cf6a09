package dev.evenkeel.server.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.budget.QueueState;
import dev.evenkeel.server.hub.socketio.FakeClient;
import dev.evenkeel.server.log.Lanes;
import dev.evenkeel.server.log.PublishedEvents;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients that wait until the log is read for them. */
class HubReadingsTest {

  private static final long MB = 1 << 20;
  private static final HubConfig USUAL = HubConfig.within(64 << 20);
  private static final int MAX_CLIENTS = 20;

  @TempDir Path folder;

  /** What is past, to be read only when a test lets it. */
  private static final class Held implements PastEvents {
    private final PastEvents past;
    private final CountDownLatch gate = new CountDownLatch(1);
    private final AtomicInteger reads = new AtomicInteger();

    private Held(PastEvents past) {
      this.past = past;
    }

    @Override
    public Last last(long upTo, ClientFilter filter, EventTypes types, Limits limits) {
      reads.incrementAndGet();
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return past.last(upTo, filter, types, limits);
    }

    @Override
    public long count(ClientFilter filter, EventTypes types) {
      return past.count(filter, types);
    }
  }

  private final List<Held> held = new ArrayList<>();

  private RunningHub start() throws Exception {
    var config =
        new HubConfig(
            MAX_CLIENTS,
            USUAL.clientsBytes(),
            USUAL.windowBytes(),
            USUAL.patience(),
            USUAL.stallTime(),
            USUAL.heartbeat());
    var running =
        new RunningHub(
            folder,
            config,
            null,
            64 << 20,
            past -> {
              held.add(new Held(past));
              return held.getFirst();
            });
    running.publish("s1", "Stop", 10);
    return running;
  }

  @Test
  void whoJoinsAndLeavesAgainAndAgainHoldsUpNobodysHistory() throws Exception {
    try (var running = start()) {
      // Given
      Held past = held.getFirst();
      running.joined("{}");
      running.joined("{}");
      await().until(() -> past.reads.get() == 2);
      // When
      for (int i = 0; i < 10 * MAX_CLIENTS; i++) {
        running.joined("{}").close();
      }
      FakeClient client = running.joined("{}");
      // Then
      QueueState readings = running.queue("hub-readings");
      assertThat(readings.size()).isLessThanOrEqualTo(readings.capacity());
      past.gate.countDown();
      assertThat(client.awaitMessages(3, 10_000)).as("its history came at once").isTrue();
      assertThat(past.reads).as("nothing is read for who has left").hasValue(3);
    }
  }

  @Test
  void whoAsksForHistoriesWhileOneIsReadGetsAllOfThem() throws Exception {
    try (var running = start()) {
      // Given
      Held past = held.getFirst();
      FakeClient client = running.joined("{\"after\":0}");
      assertThat(ask(client, 5)).isEqualTo("{\"ok\":true}");
      await().until(() -> past.reads.get() == 1);
      // When
      assertThat(ask(client, 6)).isEqualTo("{\"ok\":true}");
      assertThat(ask(client, 7)).isEqualTo("{\"ok\":true}");
      past.gate.countDown();
      // Then
      await().until(() -> client.all("history").size() == 3);
      assertThat(client.all("history").stream().map(each -> each.get("count").intValue()))
          .containsExactly(5, 6, 7);
    }
  }

  @Test
  void whoAsksForTooManyHistoriesAtOnceIsToldSo() throws Exception {
    try (var running = start()) {
      // Given
      FakeClient client = running.joined("{\"after\":0}");
      for (int i = 0; i < 4; i++) {
        assertThat(ask(client, 5)).isEqualTo("{\"ok\":true}");
      }
      // When, then
      assertThat(ask(client, 5)).contains("error", "too many");
      held.getFirst().gate.countDown();
      await().until(() -> client.all("history").size() == 4);
      assertThat(ask(client, 5)).isEqualTo("{\"ok\":true}");
    }
  }

  private static String ask(FakeClient client, int limit) {
    return client
        .send("request_history", FakeClient.json("{\"limit\":" + limit + "}"))
        .join()
        .toString();
  }

  @ParameterizedTest
  @CsvSource({"100, 1, 0", "300000, 0, 1"})
  void historyComesWithTheSmallestMemoryBudgetThatIsTaken(int bytes, int events, int missed)
      throws Exception {
    try (var running = new RunningHub(folder, HubConfig.within(MB), null, MB)) {
      running.publishLarge("s1", 1, bytes);
      FakeClient client = running.joined("{}");
      assertThat(client.awaitMessages(3 + missed, 10_000)).isTrue();
      assertThat(client.all("history").getFirst().get("events")).hasSize(events);
      assertThat(client.all("event_history")).isEqualTo(client.all("history"));
    }
  }

  @Test
  void anEventThatIsTooLargeIsLeftOutOfTheFirstHistoryAndTheRestComes() throws Exception {
    try (var running = new RunningHub(folder, HubConfig.within(MB), null, MB)) {
      // Given
      running.publish("s1", "Stop", 3);
      List<String> small = running.allIds();
      running.publishLarge("s1", 1, 600_000);
      // When
      FakeClient client = running.joined("{}");
      // Then
      assertThat(client.awaitMessages(4, 10_000)).isTrue();
      assertThat(client.messages().stream().map(FakeClient.Message::name))
          .containsExactly("welcome", "missed", "history", "event_history");
      assertThat(client.all("missed").getFirst().get("count").intValue()).isEqualTo(1);
      JsonNode history = client.all("history").getFirst();
      assertThat(RunningHub.idsOf(history.withArray("events").valueStream().toList()))
          .isEqualTo(small);
      // When
      assertThat(ask(client, 10)).isEqualTo("{\"ok\":true}");
      // Then it is told only once
      assertThat(client.awaitMessages(5, 10_000)).isTrue();
      assertThat(client.all("history").getLast().get("count").intValue()).isEqualTo(3);
      assertThat(running.hub.status().missed()).isEqualTo(1);
    }
  }

  @Test
  void whoComesWhenTooManyReadingsWaitIsToldToTryAgain() {
    // Given
    var budget = new MemoryBudget(64 << 20);
    var held = new Held(new Nothing());
    try (var reader =
        new PastReader(new Nothing(), held, new ClientMemory(budget, USUAL), MAX_CLIENTS)) {
      var results = new CopyOnWriteArrayList<PastReader.Result>();
      for (int i = 0; i < MAX_CLIENTS; i++) {
        readHistory(reader, results);
      }
      assertThat(results).isEmpty();
      // When
      readHistory(reader, results);
      // Then
      assertThat(results).containsExactly(new PastReader.Result.Later(false));
      assertThat(reader.state().size()).isEqualTo(MAX_CLIENTS);
      held.gate.countDown();
      await().until(() -> reader.state().size() == 0);
    }
  }

  @Test
  void whetherMemoryOrTheLogIsWantingIsToldApart() {
    // Given
    var full = new MemoryBudget(64 << 20);
    assertThat(full.reserve(full.capacity())).isTrue();
    var results = new CopyOnWriteArrayList<PastReader.Result>();
    // When
    try (var reader =
        new PastReader(new Nothing(), new Nothing(), new ClientMemory(full, USUAL), MAX_CLIENTS)) {
      readHistory(reader, results);
      await().until(() -> results.size() == 1);
    }
    try (var reader =
        new PastReader(
            new Nothing(),
            new Unreadable(),
            new ClientMemory(new MemoryBudget(64 << 20), USUAL),
            MAX_CLIENTS)) {
      readHistory(reader, results);
      await().until(() -> results.size() == 2);
    }
    // Then
    assertThat(results)
        .containsExactly(new PastReader.Result.Later(true), new PastReader.Result.Later(false));
  }

  /** A log on a broken disk. */
  private static final class Unreadable implements PastEvents {
    @Override
    public Last last(long upTo, ClientFilter filter, EventTypes types, Limits limits) {
      throw new IllegalStateException("unreadable");
    }

    @Override
    public long count(ClientFilter filter, EventTypes types) {
      throw new IllegalStateException("unreadable");
    }
  }

  private static void readHistory(PastReader reader, List<PastReader.Result> results) {
    reader.history(
        0,
        ClientFilter.ALL,
        new HistoryRequest(1, EventTypes.ALL),
        List.of(Messages.HISTORY),
        () -> true,
        results::add);
  }

  /** A log without events. */
  private static final class Nothing implements PastEvents, PublishedEvents {
    @Override
    public Last last(long upTo, ClientFilter filter, EventTypes types, Limits limits) {
      return new Last(List.of(), 0);
    }

    @Override
    public long count(ClientFilter filter, EventTypes types) {
      return 0;
    }

    @Override
    public Page after(long after, Lanes lanes, int maxEvents, int maxBytes) {
      return new Page(List.of(), after, 0);
    }

    @Override
    public long newest() {
      return 0;
    }

    @Override
    public Subscription onPublished(Runnable listener) {
      return () -> {};
    }
  }
}
