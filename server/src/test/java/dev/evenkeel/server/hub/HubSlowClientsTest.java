package dev.evenkeel.server.hub;

import static dev.evenkeel.server.hub.RunningHub.idsOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.evenkeel.server.hub.socketio.FakeClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that do not read, and those beside them. */
class HubSlowClientsTest {

  private static final long MB = 1 << 20;

  @TempDir Path folder;
  private RunningHub running;

  private void start(long budget) throws Exception {
    running = new RunningHub(folder, HubConfig.within(budget), null, budget);
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private FakeClient live(String auth) throws Exception {
    FakeClient client = running.joined(auth);
    assertThat(client.awaitMessages(3, 10_000)).isTrue();
    return client;
  }

  private static long missedOf(FakeClient client) {
    return client.all("missed").stream().mapToLong(each -> each.get("count").longValue()).sum();
  }

  @Test
  void whoStopsReadingIsPassedOverAndToldHowManyEventsItMissedAtTheirPlace() throws Exception {
    // Given
    start(64 * MB);
    FakeClient healthy = live("{}");
    FakeClient slow = live("{}");
    slow.stopReading();
    running.publishLarge("s1", 30, 10_000); // fills its queue
    running.advance(Duration.ofSeconds(3));
    // When
    running.publishLarge("s1", 500, 10_000);
    await().until(() -> healthy.countOfMessages() == 3 + 530);
    // Then
    assertThat(slow.mostPending()).isBetween(200_000L, ClientMemory.MOST_BYTES);
    assertThat(running.unreadBytes()).isBetween(200_000L, 2 * ClientMemory.MOST_BYTES);
    assertThat(running.hub.status().dropped()).isPositive();
    // When
    slow.read();
    running.publish("s1", "Stop", 1);
    // Then
    await().until(() -> idsOf(slow.all("claude_event")).contains(running.allIds().getLast()));
    assertThat(slow.all("missed")).hasSize(1);
    assertThat(missedOf(slow))
        .isEqualTo(531 - slow.all("claude_event").size())
        .isEqualTo(running.hub.status().dropped());
    var names = slow.messages().stream().map(FakeClient.Message::name).toList();
    int place = names.indexOf("missed") - 3;
    List<String> got = idsOf(slow.all("claude_event"));
    assertThat(got.subList(0, place)).isEqualTo(running.allIds().subList(0, place));
    int rest = got.size() - place;
    assertThat(got.subList(place, got.size())).isEqualTo(running.allIds().subList(531 - rest, 531));
    assertThat(idsOf(healthy.all("claude_event"))).isEqualTo(running.allIds());
  }

  @Test
  void whatItMissedIsCountedByItsFilter() throws Exception {
    // Given
    start(64 * MB);
    FakeClient slow = live("{\"session\":\"s2\"}");
    slow.stopReading();
    running.publishLarge("s2", 40, 10_000);
    running.advance(Duration.ofSeconds(3));
    // When
    for (int i = 0; i < 10; i++) {
      running.publishLarge("s1", 20, 10_000);
      running.publishLarge("s2", 20, 10_000);
    }
    running.publishLarge("s1", 300, 10_000); // all of the others leave the window
    slow.read();
    running.publish("s2", "Stop", 1);
    // Then
    await().until(() -> idsOf(slow.all("claude_event")).contains(running.allIds().getLast()));
    assertThat(missedOf(slow)).isEqualTo(241 - slow.all("claude_event").size()).isPositive();
  }

  @Test
  void whoIsSlowForAMomentGetsEverythingFromTheLog() throws Exception {
    // Given
    start(64 * MB);
    FakeClient slow = live("{}");
    slow.stopReading();
    // When
    running.publishLarge("s1", 600, 10_000);
    slow.read();
    // Then
    await().until(() -> slow.all("claude_event").size() == 600);
    assertThat(slow.all("missed")).isEmpty();
    assertThat(idsOf(slow.all("claude_event"))).isEqualTo(running.allIds());
    assertThat(running.hub.status().dropped()).isZero();
  }

  @Test
  void whoReadsSlowlyFromFarBackMissesNothingAndHasAtMostItsAllowanceUnread() throws Exception {
    // Given
    start(64 * MB);
    running.publishLarge("s1", 800, 10_000);
    FakeClient slow = running.client("{\"after\":0}");
    slow.stopReading();
    assertThat(slow.join()).isNull();
    long mostUnread = 0;
    // When
    while (slow.all("claude_event").size() < 800) {
      int read = slow.countOfMessages();
      running.advance(Duration.ofSeconds(10));
      running.hub.patrol();
      assertThat(slow.awaitUnread(10_000)).isTrue();
      mostUnread = Math.max(mostUnread, running.unreadBytes());
      slow.readSome(3);
      assertThat(slow.countOfMessages()).isGreaterThan(read);
    }
    // Then
    assertThat(idsOf(slow.all("claude_event"))).isEqualTo(running.allIds());
    assertThat(slow.mostPending()).isLessThanOrEqualTo(2 * ClientMemory.MOST_BYTES);
    assertThat(mostUnread).isBetween(100_000L, 3 * ClientMemory.MOST_BYTES);
    assertThat(slow.reasonOfEnd()).isNull();
  }

  @Test
  void bothHistoriesOfWhoDoesNotReadTakeAMegabyteTogether() throws Exception {
    // Given
    start(64 * MB);
    running.publishLarge("s1", 60, 50_000);
    FakeClient slow = running.client("{}");
    slow.stopReading();
    // When
    assertThat(slow.join()).isNull();
    await().until(() -> !running.isReadingTheLog() && running.unreadBytes() > MB / 2);
    // Then
    assertThat(running.unreadBytes()).isLessThanOrEqualTo(MB + ClientMemory.LEAST_BYTES);
    slow.read();
    await().until(() -> slow.countOfMessages() == 3);
    assertThat(slow.all("event_history")).isEqualTo(slow.all("history"));
    assertThat(slow.all("history").getFirst().get("count").intValue()).isBetween(9, 10);
  }

  @Test
  void whoReadsNothingForAMinuteIsClosed() throws Exception {
    // Given
    start(64 * MB);
    FakeClient stalled = live("{}");
    FakeClient reads = live("{}");
    stalled.stopReading();
    running.publishLarge("s1", 10, 10_000);
    await().until(() -> stalled.pendingBytes() > 0);
    running.hub.patrol();
    // When
    running.advance(Duration.ofSeconds(59));
    running.hub.patrol();
    assertThat(stalled.reasonOfEnd()).isNull();
    running.advance(Duration.ofSeconds(2));
    running.hub.patrol();
    // Then
    await().until(() -> running.hub.status().clients() == 1);
    assertThat(stalled.reasonOfEnd()).isEqualTo("does not read");
    assertThat(reads.reasonOfEnd()).isNull();
    assertThat(running.hub.status().closed()).isEqualTo(1);
  }

  @Test
  void whoReadsOneLargeEventSlowlyIsNotClosedAsLongAsItReads() throws Exception {
    // Given
    start(64 * MB);
    FakeClient slow = live("{}");
    slow.stopReading();
    running.publishLarge("s1", 1, 2_000_000);
    await().until(() -> slow.pendingBytes() > 2_000_000);
    // When
    for (int i = 0; i < 5; i++) {
      slow.readPart();
      running.hub.patrol();
      running.advance(Duration.ofSeconds(59));
      running.hub.patrol();
    }
    // Then
    assertThat(slow.reasonOfEnd()).isNull();
    assertThat(slow.pendingBytes()).isGreaterThan(2_000_000);
    // When
    running.advance(Duration.ofSeconds(2));
    running.hub.patrol();
    // Then
    assertThat(slow.reasonOfEnd()).isEqualTo("does not read");
  }

  @Test
  void oneEventThatIsLargerThanAClientsQueueGoesAlone() throws Exception {
    // Given
    start(64 * MB);
    FakeClient slow = live("{}");
    slow.stopReading();
    // When
    running.publishLarge("s1", 3, 2_000_000);
    await().until(() -> slow.pendingBytes() > 2_000_000);
    // Then
    assertThat(slow.mostPending()).isBetween(2_000_000L, 2_100_000L);
    slow.read();
    await().until(() -> slow.all("claude_event").size() == 3);
  }

  @Test
  void manyWhoDoNotReadStayWithinTheBudgetAndHoldUpNobody() throws Exception {
    // Given
    start(16 * MB);
    FakeClient healthy = live("{}");
    var stalled = new ArrayList<FakeClient>();
    for (int i = 0; i < 300; i++) {
      FakeClient client = live("{\"history\":0}");
      client.stopReading();
      stalled.add(client);
    }
    long most = 0;
    long mostUnread = 0;
    // When
    for (int i = 0; i < 40; i++) {
      running.publishLarge("s" + i, 10, 20_000);
      running.advance(Duration.ofMillis(500));
      running.hub.patrol();
      most = Math.max(most, running.log.budget.used());
      mostUnread = Math.max(mostUnread, running.unreadBytes());
    }
    // Then
    await()
        .until(
            () -> {
              running.hub.patrol();
              return healthy.all("claude_event").size() == 400;
            });
    assertThat(idsOf(healthy.all("claude_event"))).isEqualTo(running.allIds());
    assertThat(healthy.all("missed")).isEmpty();
    assertThat(most).isLessThan(16 * MB);
    assertThat(mostUnread).isLessThan(12 * MB); // what is spare of the budget
    assertThat(stalled).allMatch(each -> each.mostPending() <= ClientMemory.MOST_BYTES);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whenLargeEventsTakeAllMemoryWhoHoldsThemIsClosedEarly(boolean readsSlowly) throws Exception {
    // Given
    start(8 * MB);
    var stalled = new ArrayList<FakeClient>();
    for (int i = 0; i < 4; i++) {
      FakeClient client = live("{}");
      client.stopReading();
      stalled.add(client);
    }
    FakeClient healthy = live("{}");
    // When
    running.publishLarge("s1", 4, 2_000_000);
    // Then
    await()
        .until(
            () -> {
              if (readsSlowly) {
                stalled.forEach(FakeClient::readPart);
              }
              running.advance(Duration.ofSeconds(1));
              running.hub.patrol();
              return healthy.all("claude_event").size() == 4;
            });
    assertThat(running.nanos.get()).isLessThan(Duration.ofSeconds(60).toNanos());
    assertThat(stalled).anyMatch(each -> "does not read".equals(each.reasonOfEnd()));
    assertThat(healthy.reasonOfEnd()).isNull();
  }

  @Test
  void moreClientsThanTheLimitAreRefused() throws Exception {
    // Given
    HubConfig usual = HubConfig.within(64 * MB);
    var config =
        new HubConfig(
            3,
            usual.clientsBytes(),
            usual.windowBytes(),
            usual.patience(),
            usual.stallTime(),
            usual.heartbeat());
    running = new RunningHub(folder, config, null, 64 * MB);
    FakeClient first = live("{}");
    live("{}");
    live("{}");
    // When, then
    assertThat(running.client("{}").join()).contains("has 3 clients");
    first.close();
    assertThat(running.client("{}").join()).isNull();
    assertThat(running.hub.status().clients()).isEqualTo(3);
  }
}
