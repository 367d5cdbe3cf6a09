package dev.evenkeel.server.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.hub.socketio.FakeClient;
import dev.evenkeel.server.log.Lanes;
import dev.evenkeel.server.log.PublishedEvents;
import dev.evenkeel.server.log.TestClock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a client is told to have missed is counted once, wherever the gap meets it. */
class HubMissedTest {

  private static final long OLD = 100;

  /** A log from which everything is gone that it ever had. */
  private static final class AllGone implements PublishedEvents, PastEvents {

    private volatile long newest = OLD;
    private volatile Runnable listener = () -> {};
    private final AtomicInteger reads = new AtomicInteger();
    private final CountDownLatch firstRead = new CountDownLatch(1);

    void publishAndLose(int count) {
      newest += count;
      listener.run();
    }

    @Override
    public Page after(long after, Lanes lanes, int maxEvents, int maxBytes) {
      if (after < OLD && reads.incrementAndGet() == 1) {
        awaitGate();
      }
      return new Page(List.of(), newest, newest - after);
    }

    private void awaitGate() {
      try {
        firstRead.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public long newest() {
      return newest;
    }

    @Override
    public Subscription onPublished(Runnable added) {
      listener = added;
      return () -> {};
    }

    @Override
    public Last last(long upTo, ClientFilter filter, EventTypes types, Limits limits) {
      return new Last(List.of(), 0);
    }

    @Override
    public long count(ClientFilter filter, EventTypes types) {
      return 0;
    }
  }

  private final AllGone log = new AllGone();
  private final Hub hub =
      new Hub(
          HubConfig.within(64 << 20),
          new Hub.Parts(
              log,
              log,
              new Inbox() {
                @Override
                public Line open() {
                  return event -> CompletableFuture.completedFuture(null);
                }

                @Override
                public void reject(String why) {}
              },
              (authorization, token) -> true,
              new MemoryBudget(64 << 20),
              "1.2.3",
              () -> 8765),
          new TestClock());

  @BeforeEach
  void start() {
    hub.start();
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  private static List<Integer> missedOf(FakeClient client) {
    return client.all("missed").stream().map(each -> each.get("count").intValue()).toList();
  }

  @Test
  void aGapThatALiveClientMeetsIsCounted() throws Exception {
    try (FakeClient client = FakeClient.of(hub, "{}")) {
      // Given
      assertThat(client.join()).isNull();
      assertThat(client.awaitMessages(3, 10_000)).isTrue();
      // When
      log.publishAndLose(7);
      // Then
      assertThat(client.awaitMessages(4, 10_000)).isTrue();
      assertThat(missedOf(client)).containsExactly(7);
      awaitTurn(client);
      assertThat(hub.status().missed()).isEqualTo(7);
    }
  }

  @Test
  void aGapThatIsReadTwiceAndToldOnceIsCountedOnce() throws Exception {
    try (FakeClient client = FakeClient.of(hub, "{\"after\":90}")) {
      // Given a reading whose result is of no use any more
      assertThat(client.join()).isNull();
      client.send("filter", FakeClient.json("{\"name\":\"Stop\"}")).join();
      // When
      log.firstRead.countDown();
      // Then
      assertThat(client.awaitMessages(2, 10_000)).isTrue();
      awaitTurn(client);
      assertThat(log.reads).hasValue(2);
      assertThat(missedOf(client)).containsExactly(10);
      assertThat(hub.status().missed()).isEqualTo(10);
    }
  }

  /** The client may read a message before the turn of its loop ends that sent it. */
  private static void awaitTurn(FakeClient client) {
    var done = new CompletableFuture<Void>();
    client.execute(() -> done.complete(null));
    done.join();
  }
}
