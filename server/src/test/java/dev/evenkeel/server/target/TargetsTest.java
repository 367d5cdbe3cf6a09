package dev.evenkeel.server.target;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.target.TargetStatus.Acknowledges;
import dev.evenkeel.server.target.TargetStatus.State;
import dev.evenkeel.server.target.netty.NettyNetwork;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@link Targets} promises, against a real Socket.IO server that counts for itself. */
@Timeout(120)
class TargetsTest {

  private static final PoolConfig POOL =
      PoolConfig.DEFAULT
          .withBackoff(Duration.ofMillis(10), Duration.ofMillis(200))
          .withAcknowledge(Duration.ofSeconds(10), Duration.ofSeconds(2));

  private static final EventLoopGroup LOOPS = new NioEventLoopGroup(2);

  private final MemoryLog log = new MemoryLog();
  private final MemoryBudget budget = new MemoryBudget(64 << 20);

  private record Happening(int slot, String what, long nanos) {}

  private final List<Happening> happenings = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> opened = new ArrayList<>();

  private NodeSocketIoServer server;
  private Targets targets;

  @AfterAll
  static void endLoops() {
    var _ = LOOPS.shutdownGracefully(0, 0, SECONDS);
  }

  @BeforeEach
  void nothingIsOpen() {
    opened.clear();
  }

  @AfterEach
  void everythingIsGivenBack() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
    assertThat(budget.used()).isZero();
    assertThat(log.listeners()).isZero();
  }

  private void serve(String... options) {
    server = new NodeSocketIoServer(options);
    opened.add(server);
  }

  private void deliver(PoolConfig pool, Acknowledge acknowledge) {
    deliver(pool, new TargetConfig("test", server.url(), null, "/", acknowledge));
  }

  private void deliver(PoolConfig pool, TargetConfig... configs) {
    var metrics =
        new TargetMetrics() {
          @Override
          public void connectionCreated(String target, int slot) {
            note(slot, "created");
          }

          @Override
          public void connectionReused(String target, int slot) {
            note(slot, "reused");
          }

          @Override
          public void connectionReplaced(String target, int slot, String why) {
            note(slot, "replaced");
          }

          @Override
          public void connectionClosed(String target, int slot, String why) {
            note(slot, "closed: " + why);
          }

          @Override
          public void connectionFailed(String target, int slot, String why) {
            note(slot, "failed: " + why);
          }
        };
    var network = new NettyNetwork(LOOPS, pool.connectTimeout());
    targets =
        new Targets(List.of(configs), pool, network, log, log, log, budget, metrics, new Random(1));
    opened.add(targets);
    targets.start();
  }

  private void note(int slot, String what) {
    happenings.add(new Happening(slot, what, System.nanoTime()));
  }

  private List<String> happened() {
    return happenings.stream().map(Happening::what).toList();
  }

  private TargetStatus status() {
    return targets.status().get("test");
  }

  private void awaitReceived(long unique) {
    await().atMost(60, SECONDS).until(() -> server.state().unique() >= unique);
  }

  private void awaitMessages(long messages) {
    await()
        .atMost(60, SECONDS)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> server.state().received() >= messages);
  }

  private void awaitDelivered(long events) {
    await().atMost(60, SECONDS).until(() -> status().delivered() >= events);
  }

  @Test
  void allEventsArriveOverThreeConnectionsEachSessionInItsOrder() {
    // Given
    serve();
    deliver(POOL, Acknowledge.AUTO);
    // When
    List<String> ids = log.publish(5_000, 20);
    awaitDelivered(5_000);
    // Then
    var received = server.recorded();
    assertThat(received.ids()).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(received.repeated()).isEmpty();
    assertThat(received.sessions()).hasSize(20);
    assertThat(received.sessions().values()).allSatisfy(s -> assertThat(s).isSorted());
    assertThat(server.state().mostJoined()).isEqualTo(3);
    assertThat(status().acknowledges()).isEqualTo(Acknowledges.YES);
    assertThat(status().state()).isEqualTo(State.CONNECTED);
    assertThat(status().pending()).isZero();
    assertThat(targets.connections()).isEqualTo(3);
  }

  @Test
  void noConnectionIsMadeBeforeThereIsSomethingToSend() {
    serve();
    deliver(POOL, Acknowledge.AUTO);
    assertThat(status().state()).isEqualTo(State.IDLE);
    log.publish(1, 1);
    awaitDelivered(1);
    assertThat(server.state().everJoined()).isEqualTo(1);
  }

  @Test
  void connectionsNeverExceedTheLimitWhileTheServerRestartsAndDrops() {
    // Given
    serve();
    deliver(POOL, Acknowledge.ALWAYS);
    var published = new ArrayList<String>();
    // When
    for (int round = 0; round < 12; round++) {
      published.addAll(log.publish(100, 30));
      awaitReceived(published.size() - 50);
      switch (round % 4) {
        case 0 -> server.make("drop");
        case 1 -> server.make("disconnect");
        case 2 -> server.make("reset-tcp");
        default -> {
          server.make("stop");
          server.make("start");
        }
      }
      published.addAll(log.publish(100, 30));
    }
    awaitReceived(published.size());
    awaitDelivered(published.size());
    // Then
    assertThat(server.state().mostJoined()).isLessThanOrEqualTo(3);
    assertThat(server.recorded().ids()).containsExactlyInAnyOrderElementsOf(published);
    assertThat(server.state().outOfOrder()).isZero();
    long replaced = happened().stream().filter("replaced"::equals).count();
    assertThat(replaced).isPositive();
    assertThat(server.state().repeats()).isLessThanOrEqualTo(64 * replaced);
    assertThat(status().undeliverable()).isZero();
  }

  @Test
  void aSessionKeepsItsOrderWhenItsConnectionDies() {
    // Given
    serve();
    server.mode("acknowledge", "never");
    deliver(POOL.withMaxConnections(1), Acknowledge.ALWAYS);
    // When
    List<String> ids = log.publish(200, 1);
    awaitReceived(64);
    server.mode("acknowledge", "yes");
    server.make("drop");
    awaitDelivered(200);
    // Then
    var received = server.recorded();
    assertThat(received.ids()).containsExactlyElementsOf(ids);
    assertThat(received.repeated().values()).allMatch(times -> times == 2);
    assertThat(server.state().repeats()).isEqualTo(64);
    assertThat(status().redelivered()).isEqualTo(64);
  }

  @Test
  void aServerThatIsKilledGetsEverythingOnceItIsBack() {
    // Given
    serve();
    deliver(POOL, Acknowledge.ALWAYS);
    log.publish(100, 10);
    awaitDelivered(100);
    // When
    server.kill();
    List<String> later = log.publish(100, 10);
    await().until(() -> status().state() == State.WAITING && status().connections() == 0);
    assertThat(status().pending()).isEqualTo(100);
    assertThat(budget.used()).isZero();
    server.launch();
    awaitDelivered(200);
    // Then
    assertThat(server.recorded().ids()).containsExactlyInAnyOrderElementsOf(later);
  }

  @Test
  void deliveryGoesOnWhereItWasAfterTargetsAreMadeAgain() {
    // Given
    serve();
    deliver(POOL, Acknowledge.ALWAYS);
    List<String> ids = log.publish(100, 10);
    awaitDelivered(100);
    targets.close();
    // When
    ids.addAll(log.publish(100, 10));
    deliver(POOL, Acknowledge.ALWAYS);
    awaitDelivered(100);
    // Then
    assertThat(server.recorded().ids()).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(server.state().repeats()).isZero();
    assertThat(server.state().mostJoined()).isEqualTo(3);
  }

  @Test
  void aTargetThatNeverAcknowledgesIsFoundOutAndServedWithoutWaiting() {
    // Given
    serve();
    server.mode("acknowledge", "never");
    deliver(POOL.withAcknowledge(Duration.ofSeconds(10), Duration.ofMillis(200)), Acknowledge.AUTO);
    // When
    List<String> ids = log.publish(2_000, 20);
    awaitDelivered(2_000);
    awaitReceived(2_000);
    // Then
    assertThat(status().acknowledges()).isEqualTo(Acknowledges.NO);
    assertThat(server.recorded().ids()).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(server.state().outOfOrder()).isZero();
    // And when it begins to acknowledge
    server.mode("acknowledge", "yes");
    log.publish(100, 20);
    // Then
    await().until(() -> status().acknowledges() == Acknowledges.YES);
    awaitDelivered(2_100);
    assertThat(server.state().everJoined()).isEqualTo(3);
  }

  private void acknowledgeOnceAndStop() {
    serve();
    deliver(POOL, Acknowledge.AUTO);
    log.publish(1, 1);
    awaitDelivered(1);
    targets.close();
  }

  @Test
  void aTargetThatAcknowledgedBeforeARestartAndIsSlowNowLosesNothing() {
    // Given
    acknowledgeOnceAndStop();
    // When
    server.mode("acknowledge", "never");
    deliver(
        POOL.withMaxConnections(1).withAcknowledge(Duration.ofSeconds(30), Duration.ofMillis(50)),
        Acknowledge.AUTO);
    log.publish(20, 1);
    awaitReceived(21);
    // Then all that is on the way is still waited for
    assertThat(status().acknowledges()).isEqualTo(Acknowledges.YES);
    assertThat(status().delivered()).isZero();
    assertThat(status().pending()).isEqualTo(20);
  }

  @Test
  void aTargetThatIsReplacedByOneThatNeverAcknowledgesIsFoundOutInTheEnd() {
    // Given
    acknowledgeOnceAndStop();
    // When
    server.mode("acknowledge", "never");
    PoolConfig pool = POOL.withAcknowledge(Duration.ofMillis(300), Duration.ofMillis(100));
    deliver(pool, Acknowledge.AUTO);
    List<String> ids = log.publish(100, 1);
    awaitDelivered(100);
    // Then
    assertThat(status().acknowledges()).isEqualTo(Acknowledges.NO);
    assertThat(status().undeliverable()).isZero();
    assertThat(server.recorded().ids()).containsAll(ids);
    // And so it is after the next start
    targets.close();
    deliver(pool, Acknowledge.AUTO);
    assertThat(status().acknowledges()).isEqualTo(Acknowledges.UNKNOWN);
  }

  private PoolConfig impatient() {
    return POOL.withMaxConnections(1)
        .withAcknowledge(Duration.ofMillis(200), Duration.ofMillis(100));
  }

  @Test
  void aTargetThatIsReplacedWhileTheServerRunsIsFoundOutInTheEnd() {
    // Given
    serve();
    deliver(impatient(), Acknowledge.AUTO);
    log.publish(1, 1);
    awaitDelivered(1);
    // When
    server.mode("acknowledge", "never");
    server.make("drop");
    List<String> ids = log.publish(100, 1);
    awaitDelivered(101);
    // Then
    assertThat(status().acknowledges()).isEqualTo(Acknowledges.NO);
    assertThat(status().undeliverable()).isZero();
    assertThat(server.recorded().ids()).containsAll(ids);
    assertThat(server.state().everJoined()).isGreaterThanOrEqualTo(7);
  }

  @Test
  void aTargetThatIsReplacedWhileNobodyIsConnectedIsFoundOutInTheEnd() {
    // Given
    serve();
    deliver(impatient().withCleanupInterval(Duration.ofMillis(200)), Acknowledge.AUTO);
    log.publish(1, 1);
    awaitDelivered(1);
    await().until(() -> status().connections() == 0);
    // When
    server.mode("acknowledge", "never");
    List<String> ids = log.publish(100, 1);
    awaitDelivered(101);
    // Then
    assertThat(status().acknowledges()).isEqualTo(Acknowledges.NO);
    assertThat(status().undeliverable()).isZero();
    assertThat(server.recorded().ids()).containsAll(ids);
  }

  @Test
  void aTargetThatFallsSilentUnderWayIsWaitedForAsLongAsItTakes() {
    // Given
    serve();
    deliver(impatient(), Acknowledge.AUTO);
    List<String> ids = log.publish(50, 1);
    awaitDelivered(50);
    // When
    server.mode("acknowledge", "never");
    int before = server.state().everJoined();
    ids.addAll(log.publish(20, 1));
    await().atMost(60, SECONDS).until(() -> server.state().everJoined() >= before + 12);
    // Then
    assertThat(status().acknowledges()).isEqualTo(Acknowledges.YES);
    assertThat(status().delivered()).isEqualTo(50);
    // And when it goes on
    server.mode("acknowledge", "yes");
    awaitDelivered(70);
    assertThat(status().undeliverable()).isZero();
    assertThat(server.recorded().ids()).containsExactlyElementsOf(ids);
  }

  @Test
  void aTargetThatFallsSilentIsWaitedForAlsoWhenAnotherConnectionRestsMeanwhile() {
    // Given
    serve();
    deliver(
        impatient().withMaxConnections(3).withCleanupInterval(Duration.ofMillis(500)),
        Acknowledge.AUTO);
    log.publish(60, 30);
    awaitDelivered(60);
    // When one connection has something to send and the others rest
    server.mode("acknowledge", "never");
    int before = server.state().everJoined();
    String waiting = log.publish("session-0", "{}");
    await().atMost(60, SECONDS).until(() -> server.state().everJoined() >= before + 12);
    // Then
    assertThat(happened()).anyMatch(each -> each.startsWith("closed: nothing to send"));
    assertThat(status().acknowledges()).isEqualTo(Acknowledges.YES);
    assertThat(status().delivered()).isEqualTo(60);
    // And when it goes on
    server.mode("acknowledge", "yes");
    awaitDelivered(61);
    assertThat(server.recorded().ids()).contains(waiting);
    assertThat(server.state().mostJoined()).isLessThanOrEqualTo(3);
  }

  @Test
  void aConnectionIsLeftWithAGoodbyeWhenTheLogThrows() {
    // Given
    serve();
    deliver(POOL.withMaxConnections(1), Acknowledge.AUTO);
    log.publish(5, 1);
    awaitDelivered(5);
    // When
    log.broken = true;
    log.publish(5, 1);
    await().until(() -> server.state().joined() == 0);
    assertThat(status().lastError()).contains("cannot go on");
    log.broken = false;
    log.publish(5, 1);
    awaitDelivered(15);
    // Then
    assertThat(happened()).anyMatch(each -> each.startsWith("closed: cannot go on"));
    assertThat(happened()).contains("replaced");
    assertThat(server.state().mostJoined()).isEqualTo(1);
  }

  @Test
  void aTargetThatTakesOnlyWhatItHasAlreadyForAWhileLosesNothing() {
    // Given
    serve();
    server.mode("poison", "silent");
    deliver(impatient(), Acknowledge.ALWAYS);
    List<String> ids = log.publish(50, 1);
    awaitDelivered(50);
    // When
    int before = server.state().everJoined();
    ids.add(log.publish("session-0", "{\"poison\":true}"));
    await().atMost(60, SECONDS).until(() -> server.state().everJoined() >= before + 6);
    server.mode("poison", null);
    awaitDelivered(51);
    // Then
    assertThat(status().undeliverable()).isZero();
    assertThat(server.recorded().ids()).containsExactlyElementsOf(ids);
  }

  @Test
  void noAcknowledgementIsAskedForWithNever() {
    serve();
    server.mode("acknowledge", "never");
    deliver(POOL, Acknowledge.NEVER);
    log.publish(2_000, 20);
    awaitDelivered(2_000);
    awaitReceived(2_000);
    assertThat(status().acknowledges()).isEqualTo(Acknowledges.NO);
    assertThat(server.state().outOfOrder()).isZero();
  }

  @Test
  void slowAcknowledgementsSlowDeliveryDownAndLoseNothing() {
    serve();
    server.mode("acknowledgeDelay", 300);
    deliver(POOL.withWindow(16, 1 << 20), Acknowledge.AUTO);
    log.publish(300, 30);
    await()
        .atMost(60, SECONDS)
        .until(
            () -> {
              assertThat(targets.queues().getFirst().size()).isLessThanOrEqualTo(48);
              return status().delivered() == 300;
            });
    assertThat(server.state().repeats()).isZero();
    assertThat(server.state().everJoined()).isEqualTo(3);
  }

  @Test
  void aConnectionWithoutAcknowledgementsIsReplacedAndTheStatusSaysWhy() {
    // Given
    serve();
    server.mode("acknowledge", "never");
    deliver(
        POOL.withMaxConnections(1).withAcknowledge(Duration.ofMillis(300), Duration.ofMillis(100)),
        Acknowledge.ALWAYS);
    // When
    List<String> ids = log.publish(10, 1);
    await().atMost(60, SECONDS).until(() -> server.state().everJoined() >= 5);
    // Then
    assertThat(status().lastError())
        .contains("did not acknowledge within 300 ms")
        .contains("acknowledged nothing since the start");
    assertThat(status().undeliverable()).isZero();
    assertThat(status().delivered()).isZero();
    assertThat(server.state().mostJoined()).isEqualTo(1);
    // And when it acknowledges at last
    server.mode("acknowledge", "yes");
    awaitDelivered(10);
    assertThat(server.recorded().ids()).containsExactlyElementsOf(ids);
  }

  @Test
  void anEventThatIsTooLargeArrivesWithoutItsData() {
    // Given
    serve("--max-http-buffer-size", "10000");
    deliver(POOL, Acknowledge.ALWAYS);
    // When
    String large = log.publish("large", "{\"text\":\"" + "ä".repeat(6_000) + "\"}");
    String small = log.publish("large", "{\"text\":\"small\"}");
    awaitDelivered(2);
    // Then
    assertThat(server.recorded().ids()).containsExactly(large, small);
    assertThat(server.state().stubs()).isEqualTo(1);
    assertThat(status().stubbed()).isEqualTo(1);
    assertThat(server.state().everJoined()).isEqualTo(1);
  }

  @Test
  void anEventAsLargeAsTheTargetTakesArrivesWhole() {
    serve("--max-http-buffer-size", "2000000");
    deliver(POOL, Acknowledge.ALWAYS);
    log.publish("large", "{\"text\":\"" + "x".repeat(1_990_000) + "\"}");
    log.publish("large", "{}");
    awaitDelivered(2);
    assertThat(server.state().stubs()).isZero();
    assertThat(server.state().everJoined()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"close, 3, 5", "drop, 9, 11"})
  void anEventThatBreaksOftenEnoughIsPassedOverAndTheRestFlows(String how, long least, long most) {
    // Given
    serve();
    server.mode("poison", how);
    deliver(POOL.withMaxConnections(1), Acknowledge.ALWAYS);
    // When
    List<String> ids = log.publish(50, 1);
    log.publish("session-0", "{\"poison\":true}");
    ids.addAll(log.publish(50, 1));
    awaitDelivered(100);
    // Then
    assertThat(server.recorded().ids()).containsExactlyElementsOf(ids);
    assertThat(status().undeliverable()).isEqualTo(1);
    assertThat(status().pending()).isZero();
    assertThat(happened().stream().filter("replaced"::equals).count()).isBetween(least, most);
  }

  @Test
  void aTargetThatHangsUpOnWhateverItGetsCondemnsNoEvent() {
    // Given
    serve();
    deliver(POOL.withMaxConnections(1), Acknowledge.ALWAYS);
    List<String> ids = log.publish(50, 1);
    awaitDelivered(50);
    // When
    server.mode("hangUp", true);
    int before = server.state().everJoined();
    ids.addAll(log.publish(1, 1));
    await().atMost(60, SECONDS).until(() -> server.state().everJoined() >= before + 12);
    ids.addAll(log.publish(20, 1));
    server.mode("hangUp", false);
    awaitDelivered(71);
    // Then
    assertThat(status().undeliverable()).isZero();
    assertThat(status().delivered()).isEqualTo(71);
    assertThat(server.recorded().ids()).containsExactlyElementsOf(ids);
    assertThat(server.state().missedMessages()).isZero();
  }

  @Test
  void aTargetThatFallsSilentForAWhileCondemnsNoEvent() {
    // Given
    serve();
    deliver(
        POOL.withMaxConnections(1).withAcknowledge(Duration.ofMillis(200), Duration.ofMillis(100)),
        Acknowledge.ALWAYS);
    List<String> ids = log.publish(50, 1);
    awaitDelivered(50);
    // When
    server.mode("acknowledge", "never");
    int before = server.state().everJoined();
    ids.addAll(log.publish(20, 1));
    await().atMost(60, SECONDS).until(() -> server.state().everJoined() >= before + 8);
    server.mode("acknowledge", "yes");
    awaitDelivered(70);
    // Then
    assertThat(status().undeliverable()).isZero();
    assertThat(server.recorded().ids()).containsExactlyElementsOf(ids);
  }

  @Test
  void aTargetThatIsCutOffWithTheSameEventOnItsWayDoesNotCondemnIt() {
    // Given
    serve();
    deliver(POOL.withMaxConnections(1), Acknowledge.ALWAYS);
    List<String> ids = log.publish(50, 1);
    awaitDelivered(50);
    server.mode("poison", "silent");
    ids.add(log.publish("session-0", "{\"poison\":true}"));
    // When
    awaitMessages(51);
    server.make("drop");
    for (int i = 1; i < 6; i++) {
      awaitMessages(51 + 2 * i); // the control goes before it
      server.make("drop");
    }
    server.mode("poison", "");
    awaitDelivered(51);
    // Then
    assertThat(status().undeliverable()).isZero();
    assertThat(server.recorded().ids()).containsExactlyElementsOf(ids);
  }

  @Test
  void aTargetThatAlwaysClosesSoonAfterItHasTakenSomethingCondemnsNoEvent() {
    // Given
    serve();
    deliver(
        POOL.withMaxConnections(1).withBackoff(Duration.ofMillis(200), Duration.ofMillis(200)),
        Acknowledge.ALWAYS);
    List<String> ids = log.publish(50, 1);
    awaitDelivered(50);
    server.mode("poison", "silent");
    ids.add(log.publish("session-0", "{\"poison\":true}"));
    // When
    awaitMessages(51);
    server.make("disconnect");
    for (int i = 1; i < 6; i++) {
      awaitMessages(51 + i); // the control
      server.make("disconnect");
    }
    server.mode("poison", "");
    awaitDelivered(51);
    // Then
    assertThat(status().undeliverable()).isZero();
    assertThat(server.recorded().ids()).containsExactlyElementsOf(ids);
  }

  @Test
  void aTargetThatCannotStoreWhatIsNewLosesLittleHoweverOftenItCloses() {
    // Given
    serve();
    deliver(POOL.withMaxConnections(1), Acknowledge.ALWAYS);
    log.publish(50, 1);
    awaitDelivered(50);
    // When
    server.mode("new", "close");
    log.publish(20, 1);
    int before = server.state().everJoined();
    await().atMost(90, SECONDS).until(() -> server.state().everJoined() >= before + 36);
    server.mode("new", "");
    await().atMost(60, SECONDS).until(() -> status().pending() == 0);
    // Then 3 times for the first, 9 for the second, 27 for the third
    assertThat(status().undeliverable()).isBetween(1L, 2L);
    assertThat(server.recorded().ids()).hasSize(70 - (int) status().undeliverable());
  }

  @Test
  void aTargetThatSaysNothingToWhatItHasHadGetsWhatIsNew() {
    // Given
    serve();
    deliver(
        POOL.withMaxConnections(2).withAcknowledge(Duration.ofMillis(300), Duration.ofMillis(100)),
        Acknowledge.ALWAYS);
    List<String> ids =
        log.publish(50, 4); // two slots: the other one knows that the target acknowledges
    awaitDelivered(50);
    // When the next is suspected, and what goes before it is not acknowledged
    server.mode("repeats", "silent");
    server.mode("poison", "close");
    int before = server.state().everJoined();
    ids.add(log.publish("session-0", "{\"poison\":true}"));
    await().atMost(60, SECONDS).until(() -> server.state().everJoined() >= before + 2);
    server.mode("poison", "");
    ids.addAll(log.publish(50, 4));
    awaitDelivered(101);
    // Then
    assertThat(status().undeliverable()).isZero();
    assertThat(server.recorded().ids()).containsExactlyInAnyOrderElementsOf(ids);
  }

  @Test
  void aLargeEventMayTakeLongerOnASlowLineThanAnAcknowledgement() throws Exception {
    // Given a line that takes some seconds for it
    serve("--max-http-buffer-size", "20000000");
    var line = new TcpProxy(server.port(), 4_000_000);
    opened.add(line);
    deliver(
        POOL.withAcknowledge(Duration.ofMillis(1_500), Duration.ofMillis(500)),
        new TargetConfig("test", line.url(), null, "/", Acknowledge.ALWAYS));
    // When
    String large = log.publish("large", "{\"text\":\"" + "x".repeat(12_000_000) + "\"}");
    awaitDelivered(1);
    // Then
    assertThat(server.recorded().ids()).containsExactly(large);
    assertThat(server.state().everJoined()).isEqualTo(1);
  }

  @Test
  void theVeryFirstEventThatBreaksConnectionsIsPassedOverLater() {
    // Given
    serve();
    server.mode("poison", "close");
    deliver(POOL.withMaxConnections(1), Acknowledge.ALWAYS);
    // When
    log.publish("session-0", "{\"poison\":true}");
    await().atMost(60, SECONDS).until(() -> server.state().everJoined() >= 6);
    // Then the target has taken nothing yet, so it may be the target
    assertThat(status().undeliverable()).isZero();
    // And when it has been tried often
    List<String> ids = log.publish(50, 1);
    awaitDelivered(50);
    assertThat(server.recorded().ids()).containsExactlyElementsOf(ids);
    assertThat(status().undeliverable()).isEqualTo(1);
    assertThat(happened().stream().filter("replaced"::equals).count()).isBetween(9L, 10L);
  }

  @Test
  void anEventThatIsNeverAcknowledgedIsPassedOverWhereOthersAre() {
    serve();
    server.mode("poison", "silent");
    deliver(
        POOL.withMaxConnections(1).withAcknowledge(Duration.ofMillis(300), Duration.ofMillis(100)),
        Acknowledge.ALWAYS);
    log.publish(50, 1);
    awaitDelivered(50);
    log.publish("session-0", "{\"poison\":true}");
    log.publish(50, 1);
    awaitDelivered(100);
    assertThat(status().undeliverable()).isEqualTo(1);
    assertThat(server.state().outOfOrder()).isZero();
  }

  /**
   * Trap 1: the client itself would believe in the connection for 45 s more. A server that shuts
   * down sends a close frame and no disconnect packet, so only the WebSocket tells.
   */
  @Test
  void aGracefulCloseIsNoticedAtOnceAndNothingIsSentIntoIt() {
    // Given
    serve();
    deliver(POOL, Acknowledge.NEVER);
    log.publish(30, 10);
    awaitReceived(30);
    // When
    server.make("stop");
    // Then
    await().atMost(10, SECONDS).until(() -> targets.connections() == 0);
    assertThat(happened()).anyMatch(e -> e.startsWith("closed: closed by the server"));
    log.publish(30, 10);
    server.make("start");
    awaitReceived(60);
    assertThat(server.state().mostJoined()).isLessThanOrEqualTo(3);
  }

  @Test
  void aDisconnectByTheServerIsNoticedAtOnce() {
    serve();
    deliver(POOL, Acknowledge.NEVER);
    log.publish(30, 10);
    awaitReceived(30);
    server.make("disconnect");
    await().atMost(10, SECONDS).until(() -> targets.connections() == 0);
    log.publish(30, 10);
    awaitReceived(60);
    assertThat(server.state().mostJoined()).isLessThanOrEqualTo(3);
  }

  @Test
  void aServerThatIsNotThereIsTriedAgain() {
    // Given
    serve();
    deliver(POOL, Acknowledge.ALWAYS);
    server.make("refuse");
    // When
    log.publish(30, 10);
    await().until(() -> "connection refused".equals(status().lastError()));
    assertThat(status().state()).isIn(State.WAITING, State.CONNECTING);
    server.make("listen");
    // Then
    awaitDelivered(30);
  }

  @Test
  void aServerThatRefusesUsIsNamedInTheStatus() {
    serve();
    server.mode("refuse", "not in these colours");
    deliver(POOL, Acknowledge.ALWAYS);
    log.publish(30, 10);
    await().until(() -> server.state().refused() > 3);
    assertThat(status().lastError()).isEqualTo("refused by the server: not in these colours");
    server.mode("refuse", null);
    awaitDelivered(30);
    assertThat(server.state().mostJoined()).isLessThanOrEqualTo(3);
  }

  @Test
  void aRedirectIsNotFollowedBecauseEventsAndTokenWouldGoElsewhere() throws Exception {
    // Given
    serve();
    String elsewhere = server.url() + "/socket.io/?EIO=4&transport=websocket";
    var redirecting =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    opened.add(() -> redirecting.stop(0));
    redirecting.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().set("Location", elsewhere);
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    redirecting.start();
    URI url = URI.create("http://127.0.0.1:" + redirecting.getAddress().getPort());
    // When
    deliver(POOL, new TargetConfig("test", url, "s3cret", "/", Acknowledge.ALWAYS));
    log.publish(30, 10);
    // Then
    String why = "answered 302 instead of opening a WebSocket";
    await().until(() -> why.equals(status().lastError()));
    assertThat(server.state().everJoined()).isZero();
    assertThat(status().pending()).isEqualTo(30);
  }

  @Test
  void theTokenAndTheNamespaceAreUsed() {
    serve();
    server.mode("token", "s3cret");
    deliver(
        POOL,
        new TargetConfig("without", server.url(), null, "/agents", Acknowledge.ALWAYS),
        new TargetConfig("test", server.url(), "s3cret", "/agents", Acknowledge.ALWAYS));
    log.publish(30, 10);
    awaitDelivered(30);
    await()
        .until(
            () ->
                "refused by the server: unauthorized"
                    .equals(targets.status().get("without").lastError()));
    assertThat(server.state().unique()).isEqualTo(30);
    assertThat(targets.status().get("without").delivered()).isZero();
  }

  @Test
  void whatComesInIsDroppedUnread() {
    // Given
    serve();
    server.mode("echo", true);
    deliver(POOL, Acknowledge.ALWAYS);
    // When
    log.publish(300, 30);
    awaitDelivered(300);
    server.broadcast("noise", List.of("\u0000", 7));
    // Then: twice to each of the connections that were joined by then, and an attachment
    await().until(() -> targets.droppedInbound("test") > 600);
    log.publish(30, 30);
    awaitDelivered(330);
    assertThat(server.state().unique()).isEqualTo(330);
    assertThat(server.state().everJoined()).isEqualTo(3);
  }

  /** The target refuses everybody, and what it should have got is gone before it does not. */
  private void seventyAreMissed() {
    server.make("refuse");
    log.publish(70, 1);
    await().until(() -> status().lastError() != null);
    log.takeAll();
    await().until(() -> status().missed() == 70);
  }

  @Test
  void theTargetIsToldWhatItMissed() {
    // Given
    serve();
    deliver(POOL.withMaxConnections(1), Acknowledge.ALWAYS);
    seventyAreMissed();
    // When
    List<String> ids = log.publish(5, 1);
    server.make("listen");
    awaitDelivered(5);
    // Then
    var received = server.recorded();
    assertThat(received.missed()).containsExactly(70L);
    assertThat(received.ids()).containsExactlyElementsOf(ids);
    assertThat(status().missed()).isEqualTo(70);
    // And never again
    targets.close();
    deliver(POOL.withMaxConnections(1), Acknowledge.ALWAYS);
    log.publish(5, 1);
    awaitDelivered(5);
    assertThat(server.recorded().missed()).containsExactly(70L);
  }

  @Test
  void aTargetThatDoesNotListenToMissedIsNotTakenForSilent() {
    // Given
    serve();
    server.mode("acknowledge", "events");
    deliver(POOL.withMaxConnections(1), Acknowledge.ALWAYS);
    seventyAreMissed();
    // When
    List<String> ids = log.publish(5, 1);
    server.make("listen");
    awaitDelivered(5);
    // Then
    assertThat(server.recorded().missed()).containsExactly(70L);
    assertThat(server.recorded().ids()).containsExactlyElementsOf(ids);
    assertThat(server.recorded().repeated()).isEmpty();
    assertThat(server.state().everJoined()).isEqualTo(1);
    assertThat(status().missed()).isEqualTo(70);
    assertThat(status().undeliverable()).isZero();
  }

  @Test
  void aTargetThatHangsUpOnMissedGetsWhatFollows() {
    // Given
    serve();
    server.mode("missed", "close");
    deliver(POOL.withMaxConnections(1), Acknowledge.ALWAYS);
    seventyAreMissed();
    // When
    List<String> ids = log.publish(5, 1);
    server.make("listen");
    awaitDelivered(5);
    // Then
    assertThat(server.recorded().ids()).containsExactlyElementsOf(ids);
    assertThat(status().missed()).isEqualTo(70);
    assertThat(status().undeliverable()).isZero();
  }

  @Test
  void theWordThatEventsAreMissedIsSaidOnceAlsoWhenNothingFollows() {
    serve();
    server.mode("acknowledge", "events");
    var pool = POOL.withAcknowledge(Duration.ofMillis(300), Duration.ofMillis(100));
    deliver(pool.withMaxConnections(1), Acknowledge.ALWAYS);
    seventyAreMissed();
    server.make("listen");
    await().until(() -> server.recorded().missed().equals(List.of(70L)));
    await()
        .during(Duration.ofSeconds(1))
        .until(
            () ->
                server.recorded().missed().equals(List.of(70L))
                    && server.state().everJoined() == 1);
    List<String> ids = log.publish(3, 1);
    awaitDelivered(3);
    assertThat(server.recorded().ids()).containsExactlyElementsOf(ids);
    assertThat(status().missed()).isEqualTo(70);
  }

  @Test
  void anIdleConnectionIsClosedAndMadeAgainWhenNeeded() {
    serve();
    deliver(POOL.withCleanupInterval(Duration.ofMillis(300)), Acknowledge.ALWAYS);
    log.publish(30, 10);
    awaitDelivered(30);
    await().until(() -> server.state().joined() == 0 && targets.connections() == 0);
    await().until(() -> status().state() == State.IDLE);
    assertThat(status().lastError()).isNull();
    assertThat(happened()).anyMatch(e -> e.startsWith("closed: nothing to send for 300 ms"));
    log.publish(30, 10);
    awaitDelivered(60);
    assertThat(happened()).doesNotContain("replaced");
    assertThat(server.state().mostJoined()).isLessThanOrEqualTo(3);
  }

  @Test
  void aConnectionIsUsedAgain() {
    serve();
    deliver(POOL.withMaxConnections(1), Acknowledge.ALWAYS);
    log.publish(1, 1);
    awaitDelivered(1);
    await().until(() -> status().pending() == 0);
    log.publish(1, 1);
    awaitDelivered(2);
    assertThat(happened()).startsWith("created").contains("reused");
    assertThat(server.state().everJoined()).isEqualTo(1);
  }

  @Test
  void aHungServerIsGivenTheTimeToNoticeBeforeItIsConnectedToAgain() {
    // Given
    serve("--ping-interval", "300", "--ping-timeout", "700");
    deliver(POOL.withTimeouts(Duration.ofSeconds(1), Duration.ofMillis(500)), Acknowledge.ALWAYS);
    log.publish(60, 30);
    awaitDelivered(60);
    // When
    server.freeze();
    log.publish(60, 30);
    await()
        .atMost(30, SECONDS)
        .until(() -> happened().stream().anyMatch(e -> e.startsWith("failed")));
    server.thaw();
    // Then: a ping interval and time-out from the loss, and then the time-out of the connecting
    assertThat(shortestFromClosedToFailed()).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
    awaitDelivered(120);
    assertThat(server.state().mostJoined()).isLessThanOrEqualTo(3);
    assertThat(server.state().unique()).isEqualTo(120);
    assertThat(status().undeliverable()).isZero();
  }

  @Test
  void aLineThatIsCutOnOurSideOnlyKeepsTheCap() {
    // Given
    serve("--ping-interval", "1000", "--ping-timeout", "1000");
    var proxy = new TcpProxy(server.port());
    opened.add(proxy);
    deliver(POOL, new TargetConfig("test", proxy.url(), null, "/", Acknowledge.ALWAYS));
    log.publish(60, 30);
    awaitDelivered(60);
    // When
    int events = 60;
    for (int round = 0; round < 3; round++) {
      assertThat(proxy.cutClients()).isPositive();
      log.publish(60, 30);
      events += 60;
      awaitDelivered(events);
    }
    // Then
    assertThat(server.state().mostJoined()).isLessThanOrEqualTo(3);
    assertThat(server.state().unique()).isEqualTo(events);
    assertThat(server.state().outOfOrder()).isZero();
  }

  @Test
  void aTargetThatIsAwayDoesNotHoldAnotherBack() {
    serve();
    deliver(
        POOL,
        new TargetConfig("away", URI.create("http://127.0.0.1:1")),
        new TargetConfig("test", server.url()));
    log.publish(100, 10);
    awaitDelivered(100);
    assertThat(targets.status().get("away").pending()).isEqualTo(100);
  }

  @Test
  void itWaitsForMemoryAndGoesOn() {
    serve();
    var rest = budget.capacity() - budget.used();
    assertThat(budget.reserve(rest)).isTrue();
    deliver(POOL.withMaxConnections(1), Acknowledge.ALWAYS);
    log.publish(10, 1);
    await().until(() -> server.state().joined() == 1);
    assertThat(status().delivered()).isZero();
    budget.release(rest);
    awaitDelivered(10);
  }

  @Test
  void closingTwiceIsSafeAndLeavesNoSocket() {
    serve();
    deliver(POOL, Acknowledge.ALWAYS);
    log.publish(100, 10);
    awaitDelivered(100);
    targets.close();
    targets.close();
    await().until(() -> server.state().joined() == 0);
    assertThat(status().state()).isEqualTo(State.CLOSED);
    assertThat(targets.connections()).isZero();
  }

  @Test
  void aLogThatIsReadInStepsOrFailsForAWhileIsReadToItsEnd() {
    // Given: one session among many events of others, so that most steps find nothing
    serve();
    log.readAtOnce = 3;
    deliver(POOL, Acknowledge.ALWAYS);
    for (int i = 0; i < 50; i++) {
      log.publish("one", "{}");
    }
    log.publish("two", "{}");
    awaitDelivered(51);
    // When
    log.readAtOnce = 0;
    log.publish(10, 10);
    await().during(Duration.ofMillis(200)).until(() -> status().delivered() == 51);
    log.readAtOnce = 3;
    // Then
    awaitDelivered(61);
  }

  private Duration shortestFromClosedToFailed() {
    Duration shortest = Duration.ofDays(1);
    for (Happening failed : happenings) {
      for (Happening closed : happenings) {
        if (failed.what.startsWith("failed")
            && closed.what.startsWith("closed")
            && failed.slot == closed.slot) {
          Duration between = Duration.ofNanos(failed.nanos - closed.nanos);
          shortest = between.compareTo(shortest) < 0 ? between : shortest;
        }
      }
    }
    return shortest;
  }
}
