package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.testbed.BareClient;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Clients that stop reading, and clients that come and go, harm nobody. */
class HubStalledClientsTest {

  private static final int HEALTHY = 20;
  private static final int STALLED = 100;
  private static final int COMING_AND_GOING = 1000;
  private static final int AT_A_TIME = 20;
  private static final int PER_SECOND = 1000;
  private static final int SECONDS = 12;
  private static final int SESSIONS = 10;

  /**
   * What the process may take beyond the memory budget: the heap grows and code is compiled while
   * events flow. In three runs it took 40 to 51 MB more than before in all.
   */
  private static final long MOST_BESIDE_THE_BUDGET = 32L << 20;

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final JsonMapper JSON = new JsonMapper();

  @RegisterExtension static final Servers SERVERS = new Servers();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  @Test
  void whoReadsMissesNothingBesideThoseWhoDoNotAndNothingIsLeftOfThem() throws Exception {
    // Given
    EvenkeelProcess server = SERVERS.on(folder.resolve("data")).start();
    int total = PER_SECOND * SECONDS;
    warmUp(server);
    int descriptorsBefore = server.fileDescriptors();
    int threadsBefore = server.threads();
    long rssBefore = server.rssBytes();
    var watched = new Watched(server);
    try (NodeClients healthy = NodeClients.counting(server.port());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      healthy.open("{\"clients\":" + HEALTHY + ",\"auth\":{\"history\":0}}");
      await().atMost(SOON).until(() -> healthy.state().get("connected").asInt() == HEALTHY);
      List<BareClient> stalled = stall(server.port());
      // When
      var going = new AtomicInteger(COMING_AND_GOING);
      var over = new AtomicBoolean();
      var comers = new ArrayList<Future<Integer>>();
      for (int i = 0; i < AT_A_TIME; i++) {
        comers.add(threads.submit(() -> comeAndGo(server.port(), going)));
      }
      Future<?> watching = threads.submit(() -> watched.until(over));
      postAtRate(server.port(), total);
      int came = 0;
      for (Future<Integer> each : comers) {
        came += each.get();
      }
      await().atMost(SOON).until(() -> all(healthy, "numbered", total));
      over.set(true);
      watching.get();
      // Then
      JsonNode hub = status(server).get("hub");
      System.out.printf(
          "%d healthy clients got all of %d events (%d/s) beside %d that do not read and %d that"
              + " came and went: delivered %d, dropped %d; RSS %d MB before, %d MB at most; budget"
              + " %.1f of %.1f MB, unread %.1f MB at most%n",
          HEALTHY,
          total,
          PER_SECOND,
          STALLED,
          came,
          hub.get("delivered").asLong(),
          hub.get("dropped").asLong(),
          rssBefore >> 20,
          server.peakRssBytes() >> 20,
          watched.mostBudget / 1e6,
          watched.budget / 1e6,
          watched.mostUnread / 1e6);
      assertThat(came).isEqualTo(COMING_AND_GOING);
      assertThat(all(healthy, "disordered", 0)).isTrue();
      assertThat(all(healthy, "repeated", 0)).isTrue();
      assertThat(all(healthy, "missed", 0)).isTrue();
      assertThat(all(healthy, "joins", 1)).isTrue();
      assertThat(hub.get("dropped").asLong()).as("who does not read misses events").isPositive();
      assertThat(watched.mostBudget).isLessThan(watched.budget);
      assertThat(watched.mostUnread).isLessThanOrEqualTo(watched.unreadCapacity);
      assertThat(server.peakRssBytes())
          .isLessThan(rssBefore + watched.budget + MOST_BESIDE_THE_BUDGET);
      // When
      for (BareClient each : stalled) {
        each.close();
      }
      healthy.leave();
    }
    // Then
    await().atMost(SOON).until(() -> status(server).get("hub").get("clients").asInt() == 0);
    await().atMost(SOON).until(() -> watched.unread() == 0);
    await("descriptors")
        .atMost(SOON)
        .until(() -> server.fileDescriptors() <= descriptorsBefore + 2);
    assertThat(server.threads()).isLessThanOrEqualTo(threadsBefore + 20);
    System.out.printf(
        "afterwards: %d MB, %d file descriptors (before: %d), %d threads (before: %d)%n",
        server.rssBytes() >> 20,
        server.fileDescriptors(),
        descriptorsBefore,
        server.threads(),
        threadsBefore);
  }

  /** What is counted from here on begins with everything loaded and every pool at its size. */
  private static void warmUp(EvenkeelProcess server) throws Exception {
    for (int i = 0; i < 20; i++) {
      BareClient.join(server.port(), "{}").close();
    }
    postLines(server.port(), "warm", 0, 500);
    await().atMost(SOON).until(() -> status(server).get("published").asInt() >= 500);
    await().atMost(SOON).until(() -> status(server).get("hub").get("clients").asInt() == 0);
  }

  private static List<BareClient> stall(int port) throws IOException {
    var stalled = new ArrayList<BareClient>();
    for (int i = 0; i < STALLED; i++) {
      stalled.add(BareClient.join(port, "{\"history\":10}"));
    }
    return stalled;
  }

  /** Joins, reads a few messages and goes without a word; again and again. */
  private static int comeAndGo(int port, AtomicInteger left) throws IOException {
    int came = 0;
    while (left.getAndDecrement() > 0) {
      try (BareClient client = BareClient.join(port, "{\"history\":5}")) {
        for (int i = 0; i < 1 + came % 6; i++) {
          client.read();
        }
      }
      came++;
    }
    return came;
  }

  private static void postAtRate(int port, int total) throws IOException {
    long start = System.nanoTime();
    int step = PER_SECOND / 20;
    for (int n = 0; n < total; n += step) {
      long due = start + Duration.ofSeconds(1).toNanos() * n / PER_SECOND;
      for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
        LockSupport.parkNanos(wait);
      }
      postLines(port, "s", n, n + step);
    }
  }

  /** Events of about 1.5 KB, numbered within each session. */
  private static void postLines(int port, String prefix, int from, int to) throws IOException {
    var lines = new StringBuilder();
    String filling = "y".repeat(1300);
    for (int n = from; n < to; n++) {
      lines.append(
          "{\"session_id\":\"%s%d\",\"hook_event_name\":\"Notification\",\"n\":%d,\"x\":\"%s\"}\n"
              .formatted(prefix, n % SESSIONS, n / SESSIONS, filling));
    }
    try (var connection = HttpConnection.to(port)) {
      HttpConnection.Answer answer = connection.post("/hooks/claude-code/batch", lines.toString());
      assertThat(answer.text()).contains("\"accepted\":" + (to - from));
    }
  }

  private static boolean all(NodeClients clients, String field, int wanted) {
    return StreamSupport.stream(clients.state().get("clients").spliterator(), false)
        .allMatch(client -> client.get(field).asInt() == wanted);
  }

  private static JsonNode status(EvenkeelProcess server) throws IOException {
    return get(server, "/api/status");
  }

  private static JsonNode get(EvenkeelProcess server, String path) throws IOException {
    try (var connection = HttpConnection.to(server.port())) {
      return JSON.readTree(connection.get(path).body());
    }
  }

  /** The most that the server's memory for queues ever had, seen every 100 ms. */
  private static final class Watched {
    private final EvenkeelProcess server;
    private long mostBudget;
    private long budget;
    private long mostUnread;
    private long unreadCapacity;

    private Watched(EvenkeelProcess server) {
      this.server = server;
    }

    private Void until(AtomicBoolean over) throws IOException {
      while (!over.get()) {
        for (JsonNode queue : get(server, "/api/state").get("queues")) {
          switch (queue.get("name").asText()) {
            case "memory-budget" -> {
              mostBudget = Math.max(mostBudget, queue.get("bytes").asLong());
              budget = queue.get("capacityBytes").asLong();
            }
            case "hub-clients" -> {
              mostUnread = Math.max(mostUnread, queue.get("bytes").asLong());
              unreadCapacity = queue.get("capacityBytes").asLong();
            }
            default -> {}
          }
        }
        LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
      }
      return null;
    }

    private long unread() throws IOException {
      for (JsonNode queue : get(server, "/api/state").get("queues")) {
        if (queue.get("name").asText().equals("hub-clients")) {
          return queue.get("bytes").asLong();
        }
      }
      throw new IllegalStateException("/api/state has no queue 'hub-clients'");
    }
  }
}
