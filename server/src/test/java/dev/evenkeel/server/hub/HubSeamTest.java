package dev.evenkeel.server.hub;

import static dev.evenkeel.server.hub.RunningHub.idsOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.server.hub.socketio.FakeClient;
import dev.evenkeel.server.log.FailingDisk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that come while events are published. */
class HubSeamTest {

  private static final int CLIENTS = 2000;

  @TempDir Path folder;

  private static final int LONGEST_MILLIS = 30_000;

  /** Publishes bursts of all sizes, one for each permit, until there is one too many. */
  private static CompletableFuture<Void> publish(
      Semaphore bursts, AtomicBoolean end, RunningHub running) {
    return CompletableFuture.runAsync(
        () -> {
          var random = new SplittableRandom(7);
          try {
            bursts.acquire();
            while (!end.get()) {
              int burst = random.nextInt(1, 12);
              running.log.append("s" + random.nextInt(3), "Stop", burst);
              running.log.publish(burst);
              bursts.acquire();
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        },
        Thread::startVirtualThread);
  }

  /** What a client has got: where it began, and everything from there on. */
  private record Got(List<String> before, List<String> live) {}

  @Test
  void nothingIsLeftOutAndNothingComesTwiceBetweenHistoryAndLive() throws Exception {
    try (var running = new RunningHub(folder)) {
      // Given
      var end = new AtomicBoolean();
      var bursts = new Semaphore(1);
      CompletableFuture<Void> publishing = publish(bursts, end, running);
      var all = new ArrayList<Got>();
      String last = "0";
      // When
      for (int i = 0; i < CLIENTS; i++) {
        bursts.release(2);
        Got got = i % 3 == 2 ? resume(running, last, bursts) : join(running, i % 7, bursts);
        all.add(got);
        last = got.live().getLast();
      }
      end.set(true);
      bursts.release();
      publishing.join();
      // Then
      List<String> published = running.allIds();
      for (Got got : all) {
        var seen = new ArrayList<>(got.before());
        seen.addAll(got.live());
        int from = seen.getFirst().equals("0") ? 0 : published.indexOf(seen.getFirst());
        assertThat(seen).isEqualTo(published.subList(from, from + seen.size()));
      }
    }
  }

  @Test
  void whoComesWhileTheDiskFailsGetsWhatOnlyMemoryHas() throws Exception {
    try (var running = new RunningHub(folder)) {
      // Given
      running.publish("s", "Stop", 5);
      try (var _ = FailingDisk.of(folder)) {
        fillMemoryAlone(running);
        // When
        FakeClient client = running.joined("{}");
        // Then
        await().until(() -> all(client).equals(running.allIds()));
        publishWithoutDisk(running, 3);
        await().until(() -> all(client).equals(running.allIds()));
        assertThat(all(client)).hasSizeGreaterThanOrEqualTo(29);
      }
    }
  }

  @Test
  void whoComesBackWhileTheDiskFailsGoesOnFromWhatOnlyMemoryHas() throws Exception {
    try (var running = new RunningHub(folder)) {
      // Given
      running.publish("s", "Stop", 5);
      try (var _ = FailingDisk.of(folder)) {
        fillMemoryAlone(running);
        List<String> ids = running.allIds();
        String had = ids.get(ids.size() - 8);
        // When
        FakeClient client = running.joined("{\"after\":\"" + had + "\"}");
        // Then
        List<String> behind = ids.subList(ids.size() - 7, ids.size());
        await().until(() -> idsOf(client.all("claude_event")).equals(behind));
        assertThat(client.all("missed")).isEmpty();
      }
    }
  }

  /** The first event finds out that the disk fails; twenty more exist in memory only. */
  private static void fillMemoryAlone(RunningHub running) throws Exception {
    publishWithoutDisk(running, 1);
    await().until(() -> !running.log.log.isWritable());
    publishWithoutDisk(running, 20);
  }

  /** The server tells of the disk by an event of its own. */
  private static void publishWithoutDisk(RunningHub running, int count) throws Exception {
    long before = running.log.log.status().published();
    running.log.append("s", "Stop", count);
    running.log.publish(count);
    await().until(() -> running.log.log.status().published() >= before + count);
  }

  /** Of the first history, and what came behind it. */
  private static List<String> all(FakeClient client) {
    var ids = new ArrayList<String>();
    client.all("history").stream()
        .limit(1)
        .forEach(each -> ids.addAll(idsOf(each.withArray("events").valueStream().toList())));
    ids.addAll(idsOf(client.all("claude_event")));
    return ids;
  }

  private static Got join(RunningHub running, int history, Semaphore bursts) throws Exception {
    FakeClient client = running.joined("{\"history\":" + history + "}");
    awaitLive(client, 3 + 3, bursts);
    JsonNode sent = client.all("history").getFirst();
    return new Got(
        idsOf(sent.withArray("events").valueStream().toList()), idsOf(client.all("claude_event")));
  }

  private static Got resume(RunningHub running, String after, Semaphore bursts) throws Exception {
    FakeClient client = running.joined("{\"after\":\"" + after + "\"}");
    awaitLive(client, 1 + 3, bursts);
    assertThat(client.all("missed")).isEmpty();
    return new Got(List.of(after), idsOf(client.all("claude_event")));
  }

  private static void awaitLive(FakeClient client, int messages, Semaphore bursts)
      throws InterruptedException {
    // Those before may have been in the history, and a burst may be of one event
    long latest = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONGEST_MILLIS);
    do {
      bursts.release();
    } while (!client.awaitMessages(messages, 100) && System.nanoTime() < latest);
    assertThat(client.awaitMessages(messages, 1)).isTrue();
    client.close();
  }
}
