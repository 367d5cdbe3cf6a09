package dev.evenkeel.server.hub.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.hub.engineio.CloseReason;
import dev.evenkeel.server.hub.engineio.EngineConfig;
import dev.evenkeel.server.hub.engineio.WaitingBytes;
import dev.evenkeel.server.hub.socketio.Acknowledgement;
import dev.evenkeel.server.hub.socketio.Application;
import dev.evenkeel.server.hub.socketio.Client;
import dev.evenkeel.server.hub.socketio.OutgoingEvent;
import dev.evenkeel.server.hub.socketio.SocketConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients do that are slow, broken or hostile, and what it must not lead to. */
class HostileClientTest {

  private static final int MAX_PAYLOAD = EngineConfig.DEFAULT.maxPayload();

  /** Keeps the clients that join, and the reasons why they left. */
  private static final class Joined implements Application {

    final BlockingQueue<Client> clients = new LinkedBlockingQueue<>();
    final BlockingQueue<String> reasons = new LinkedBlockingQueue<>();

    @Override
    public void connected(Client client) {
      clients.add(client);
    }

    @Override
    public void event(
        Client client,
        String name,
        List<JsonNode> arguments,
        @Nullable Acknowledgement acknowledgement) {
      if (name.equals("fail")) {
        throw new IllegalStateException("the application fails");
      }
      if (acknowledgement != null) {
        acknowledgement.answer(arguments);
      }
    }

    @Override
    public void disconnected(Client client, String reason) {
      reasons.add(reason);
    }

    Client next() throws InterruptedException {
      Client client = clients.poll(20, TimeUnit.SECONDS);
      assertThat(client).isNotNull();
      return client;
    }

    String nextReason() throws InterruptedException {
      return reasons.poll(20, TimeUnit.SECONDS);
    }
  }

  private final Joined application = new Joined();

  private ConformanceServer serving(EngineConfig config) {
    return ConformanceServer.socketIo(config, SocketConfig.DEFAULT, Map.of("/", application), 0);
  }

  private static TestSocket joining(ConformanceServer server) throws Exception {
    var socket = TestSocket.opened(server);
    socket.send("40");
    assertThat(socket.nextText()).startsWith("40");
    return socket;
  }

  private static OutgoingEvent event(int bytes) {
    byte[] json = ("\"" + "x".repeat(bytes - 2) + "\"").getBytes(StandardCharsets.US_ASCII);
    return OutgoingEvent.ofJson("/", "e", json);
  }

  /**
   * Waits until the server has sent what it can: one turn of the client's loop, and what follows.
   */
  private static void settle(Client client) throws Exception {
    for (int turn = 0; turn < 2; turn++) {
      var done = new CompletableFuture<Void>();
      client.execute(() -> done.complete(null));
      done.get(20, TimeUnit.SECONDS);
    }
  }

  // ---- size

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 123, 124, 125, 126, 65_533, 65_534, 65_535, 65_536, 999_999})
  void messagesOfEverySizeThatIsAllowedComeBackWhole(int length) throws Exception {
    try (var server = ConformanceServer.engineIo(EngineConfig.DEFAULT, EngineEcho::new, 0);
        var socket = TestSocket.opened(server);
        var polling = Wire.Kind.POLLING.open(server)) {
      String message = "4" + "m".repeat(length);
      socket.send(message);
      assertThat(socket.next()).isEqualTo(message);
      socket.send(new int[length]);
      assertThat(socket.next()).isEqualTo(new byte[length]);

      polling.send(message);
      assertThat(polling.next()).isEqualTo(message);
    }
  }

  @Test
  void aWebSocketMessageThatIsTooLargeClosesTheConnection() throws Exception {
    try (var server = serving(EngineConfig.DEFAULT);
        var socket = joining(server)) {
      // The server may close while the message is still being sent
      CompletableFuture.runAsync(() -> sendQuietly(socket, "4" + "m".repeat(MAX_PAYLOAD)));
      socket.awaitClosed();
      assertThat(application.nextReason()).isEqualTo("transport error");
      assertThat(server.engine().status().sessions()).isZero();
    }
  }

  @Test
  void aWebSocketMessageInEndlessPartsClosesTheConnection() throws Exception {
    try (var server = serving(EngineConfig.DEFAULT);
        var socket = joining(server)) {
      CompletableFuture.runAsync(() -> socket.sendPartsUntilItFails("m".repeat(100_000)));
      socket.awaitClosed();
      assertThat(application.nextReason()).isEqualTo("transport error");
    }
  }

  private static void sendQuietly(TestSocket socket, String message) {
    try {
      socket.send(message);
    } catch (Exception e) {
      assertThat(socket.awaitIsClosed()).isTrue();
    }
  }

  @Test
  void aPostThatIsTooLargeIsRefusedAndTheSessionLivesOn() throws Exception {
    try (var server = ConformanceServer.engineIo(EngineConfig.DEFAULT, EngineEcho::new, 0);
        var polls = new Polls(server)) {
      String sid = polls.open();
      assertThat(polls.declare(sid, MAX_PAYLOAD + 1L)).startsWith("HTTP/1.1 413");
      assertThat(polls.declare(sid, 999_999_999_999_999_999L)).startsWith("HTTP/1.1 413");
      assertThat(polls.chunked(sid, MAX_PAYLOAD + 1)).startsWith("HTTP/1.1 413");

      assertThat(polls.post(sid, "4" + "m".repeat(MAX_PAYLOAD - 1)).statusCode()).isEqualTo(200);
      assertThat(polls.poll(sid).body()).hasSize(MAX_PAYLOAD);
    }
  }

  @Test
  void aPostOfAMillionTinyPacketsIsTaken() throws Exception {
    try (var server = ConformanceServer.engineIo(EngineConfig.DEFAULT, EngineEcho::new, 0);
        var polls = new Polls(server)) {
      String sid = polls.open();
      String payload = "6" + "\u001e6".repeat(MAX_PAYLOAD / 2 - 1);
      assertThat(polls.post(sid, payload).statusCode()).isEqualTo(200);
      assertThat(polls.post(sid, "4after").statusCode()).isEqualTo(200);
      assertThat(polls.poll(sid).body()).isEqualTo("4after");
    }
  }

  @Test
  void attachmentsThatAreTooLargeTogetherCloseTheConnection() throws Exception {
    try (var server = serving(EngineConfig.DEFAULT);
        var socket = joining(server)) {
      socket.send("4564-[\"message\"]");
      CompletableFuture.runAsync(
          () -> {
            for (int i = 0; i < 64 && !socket.isClosed(); i++) {
              sendQuietly(socket, new int[900_000]);
            }
          });
      socket.awaitClosed();
      assertThat(application.nextReason()).isEqualTo("parse error");
    }
  }

  private static void sendQuietly(TestSocket socket, int[] bytes) {
    try {
      socket.send(bytes);
    } catch (Exception e) {
      assertThat(socket.awaitIsClosed()).isTrue();
    }
  }

  @Test
  void theUnfinishedAttachmentsOfAllClientsTogetherAreBounded() throws Exception {
    try (var server = withRoomFor(3_000_000);
        var first = joining(server);
        var second = joining(server)) {
      // Given
      first.send("452-7[\"ask\",{\"_placeholder\":true,\"num\":0}]");
      first.send(new int[600_000]);
      first.send(new int[1]);
      assertThat(first.nextText()).startsWith("461-7"); // it was whole, and is forgotten
      assertThat(first.next()).isEqualTo(new byte[600_000]);
      first.send("454-[\"ask\"]");
      for (long held = 600_000; held <= 1_800_000; held += 600_000) {
        first.send(new int[600_000]);
        awaitHeld(server, held); // frames in a row take more than each by itself
      }
      // When: a frame that comes in pieces counts beside the attachment that is made of it
      second.send("453-[\"ask\"]");
      second.send(new int[900_000]);
      second.send(new int[900_000]);
      // Then
      await().until(second::isClosed);
      assertThat(application.nextReason()).isEqualTo(CloseReason.NO_ROOM);
      assertThat(server.engine().status().closed()).containsEntry(CloseReason.NO_ROOM, 1L);
      // When
      assertThat(first.isClosed()).isFalse();
      first.close();
      assertThat(application.nextReason()).isNotNull();
      awaitHeld(server, 0);
      // Then
      try (var third = joining(server)) {
        third.send("451-7[\"ask\",{\"_placeholder\":true,\"num\":0}]");
        third.send(new int[900_000]);
        assertThat(third.nextText()).startsWith("461-7");
      }
    }
  }

  private static void awaitHeld(ConformanceServer server, long bytes) {
    await()
        .untilAsserted(
            () ->
                assertThat(server.engine().waiting().state().bytes())
                    .as("closed: %s", server.engine().status().closed())
                    .isEqualTo(bytes));
  }

  private ConformanceServer withRoomFor(long unfinished) {
    var waiting = new WaitingBytes(new MemoryBudget(64 << 20), unfinished);
    return ConformanceServer.socketIo(
        EngineConfig.DEFAULT, SocketConfig.DEFAULT, waiting, Map.of("/", application), 0);
  }

  @ParameterizedTest
  @EnumSource
  void whatAllClientsTogetherBeginToSendIsBoundedAndTheOthersLiveOn(HalfSent kind)
      throws Exception {
    try (var server = withRoomFor(2_500_000);
        var healthy = joining(server)) {
      // Given
      var waiting = server.engine().waiting();
      var others = new ArrayList<Socket>();
      // When
      for (int i = 0; i < 6; i++) {
        others.add(kind.begin(server));
      }
      // Then
      await().until(() -> server.engine().status().closed().containsKey(CloseReason.NO_ROOM));
      assertThat(waiting.state().bytes()).isLessThanOrEqualTo(2_500_000);
      await().until(() -> waiting.state().bytes() >= HalfSent.SENT);
      healthy.send("427[\"ask\",1]");
      assertThat(healthy.nextText()).isEqualTo("437[1]");
      // When
      for (Socket each : others) {
        each.close();
      }
      await().until(() -> waiting.state().bytes() == 0);
      // Then
      healthy.send("428[\"ask\",\"" + "m".repeat(900_000) + "\"]");
      assertThat(healthy.nextText().length()).isEqualTo(900_007);
    }
  }

  @Test
  void whatIsNotWholeIsReservedInTheMemoryBudget() throws Exception {
    // Given
    var budget = new MemoryBudget(64 << 20);
    try (var server =
        ConformanceServer.socketIo(
            EngineConfig.DEFAULT,
            SocketConfig.DEFAULT,
            new WaitingBytes(budget),
            Map.of("/", application),
            0)) {
      // When
      try (var half = HalfSent.FRAME.begin(server)) {
        // Then
        await().until(() -> budget.used() >= HalfSent.SENT);
        assertThat(half.isConnected()).isTrue();
      }
      await().until(() -> budget.used() == 0);
    }
  }

  @Test
  void aPostThatDoesNotEndIsRefusedWhenItsSessionMustHaveEnded() throws Exception {
    try (var server = serving(ConformanceServer.ENGINE);
        var polls = new Polls(server)) {
      assertThat(polls.declare(polls.open(), 10)).startsWith("HTTP/1.1 408");
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoHasNotJoinedCannotAnnounceAttachments(Wire.Kind kind) throws Exception {
    try (var server = serving(EngineConfig.DEFAULT);
        var stranger = kind.open(server)) {
      stranger.send("4564-[\"message\"]");

      stranger.awaitClosed();
      assertThat(server.engine().status().closed()).containsEntry("parse error", 1L);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"_placeholder\":true,\"num\":0}",
        "{\"tool_input\":{\"_placeholder\":true}}",
        "[{\"_placeholder\":true,\"num\":-1}]"
      })
  void whatLooksLikeAPlaceholderInAnEventWithoutAttachmentsStaysAsItIs(String json)
      throws Exception {
    try (var server = serving(EngineConfig.DEFAULT);
        var socket = joining(server)) {
      socket.send("427[\"ask\"," + json + "]");
      assertThat(socket.nextText()).isEqualTo("437[" + json + "]");
    }
  }

  @Test
  void aTextThatIsNoUtf8ClosesTheConnection() throws Exception {
    try (var server = serving(EngineConfig.DEFAULT);
        var polls = new Polls(server)) {
      String sid = polls.open();
      assertThat(polls.postBytes(sid, new byte[] {'4', (byte) 0xff}).statusCode()).isEqualTo(400);
      assertThat(polls.poll(sid).statusCode()).isEqualTo(400);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"permessage-deflate; client_max_window_bits", "x-webkit-deflate-frame"})
  void compressionIsNotAgreedTo(String extension) throws Exception {
    try (var server = serving(EngineConfig.DEFAULT);
        var polls = new Polls(server)) {
      List<String> head = polls.upgrade("Sec-WebSocket-Extensions: " + extension);
      assertThat(head.getFirst()).startsWith("HTTP/1.1 101");
      assertThat(head)
          .anyMatch(line -> line.toLowerCase(Locale.ROOT).startsWith("sec-websocket-accept:"))
          .noneMatch(line -> line.toLowerCase(Locale.ROOT).startsWith("sec-websocket-extensions"));
    }
  }

  // ---- number

  @Test
  void clientsThatNeverPollAreFreedByThePingTimeout() throws Exception {
    try (var server =
            serving(
                EngineConfig.DEFAULT.withHeartbeat(
                    Duration.ofMillis(300), Duration.ofMillis(200)));
        var polls = new Polls(server)) {
      for (int i = 0; i < 300; i++) {
        polls.open();
      }
      await()
          .untilAsserted(
              () -> {
                var status = server.engine().status();
                assertThat(status.closed()).containsEntry("ping timeout", 300L);
                assertThat(status.sessions()).isZero();
                assertThat(status.pendingBytes()).isZero();
              });
    }
  }

  @Test
  void moreClientsThanThereIsRoomForAreRefusedWithAReason() throws Exception {
    try (var server = serving(EngineConfig.DEFAULT.withMaxSessions(2));
        var polls = new Polls(server);
        var first = joining(server)) {
      polls.open();

      var refused = polls.get("?EIO=4&transport=polling");
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.body()).contains("Too many clients: this server takes 2");
      assertThatThrownBy(() -> TestSocket.opened(server))
          .hasRootCauseMessage("Unexpected HTTP response status code 503");
      assertThat(server.engine().status().refused()).containsEntry("full", 2L);

      first.close();
      await().until(() -> server.engine().status().sessions() == 1);
      joining(server).close();
    }
  }

  @Test
  void upgradesThatAreNeverFinishedAreGivenUp() throws Exception {
    try (var server =
            ConformanceServer.engineIo(
                EngineConfig.DEFAULT.withUpgradeTimeout(Duration.ofMillis(300)),
                EngineEcho::new,
                0);
        var polls = new Polls(server)) {
      String sid = polls.open();
      String upgrade = "?EIO=4&transport=websocket&sid=" + sid;
      try (var silent = new TestSocket(server, upgrade)) {
        silent.awaitClosed();
      }
      try (var probing = new TestSocket(server, upgrade);
          var second = new TestSocket(server, upgrade)) {
        probing.send("2probe");
        second.awaitClosed(); // one at a time
        probing.awaitClosed();
      }
      polls.post(sid, "4still here");
      assertThat(polls.poll(sid).body()).isEqualTo("4still here");
    }
  }

  @Test
  void aSecondRequestWithABodyWhileTheFirstIsOnItsWayClosesTheSession() throws Exception {
    try (var server = serving(EngineConfig.DEFAULT);
        var polls = new Polls(server)) {
      String sid = polls.open();
      try (Socket half = polls.halfPost(sid)) {
        await().until(() -> polls.post(sid, "6").statusCode() == 400);
        assertThat(polls.poll(sid).statusCode()).isEqualTo(400);
        assertThat(server.engine().status().closed()).containsEntry("overlapping requests", 1L);
        assertThat(half.isConnected()).isTrue();
      }
    }
  }

  // ---- slowness

  @Test
  void whatASlowWebSocketHasNotReadIsPending() throws Exception {
    try (var server = serving(EngineConfig.DEFAULT);
        var socket = joining(server)) {
      Client client = application.next();
      OutgoingEvent large = event(64 << 10);
      int count = 512;
      var whenDrained = new ConcurrentLinkedQueue<Long>();
      socket.stopReading();
      await().until(() -> client.pendingBytes() == 0);

      for (int i = 0; i < count; i++) {
        client.emit(large);
      }

      settle(client);
      // More than 16 MB are nowhere else: the buffers of both ends take some
      assertThat(client.pendingBytes()).isBetween(16L << 20, (long) large.size() * count);
      await().until(() -> server.engine().status().pendingBytes() == client.pendingBytes());

      client.onDrained(() -> whenDrained.add(client.pendingBytes()));
      socket.readAgain();
      for (int i = 0; i < count; i++) {
        assertThat(socket.nextText()).hasSize(8 + (64 << 10));
      }
      await().until(() -> client.pendingBytes() == 0);
      await().until(() -> whenDrained.contains(0L));
      assertThat(socket.isClosed()).isFalse();
    }
  }

  @Test
  void whatWaitsForAPollIsPending() throws Exception {
    try (var server = serving(EngineConfig.DEFAULT);
        var polling = Wire.Kind.POLLING.open(server)) {
      polling.send("40");
      assertThat(polling.nextText()).startsWith("40");
      Client client = application.next();
      var drained = new AtomicInteger();
      client.onDrained(drained::incrementAndGet);
      await().until(() -> client.pendingBytes() == 0);
      int before = drained.get();
      OutgoingEvent large = event(300_000);

      for (int i = 0; i < 10; i++) {
        client.emit(large);
      }

      assertThat(client.pendingBytes()).isEqualTo(10L * large.size());
      for (int i = 0; i < 10; i++) {
        assertThat(polling.nextText()).hasSize(8 + 300_000);
      }
      await().until(() -> client.pendingBytes() == 0);
      await().until(() -> drained.get() > before);
    }
  }

  @Test
  void theAnswerToAPollIsNoLargerThanTheMaximumPayloadUnlessOneMessageIs() throws Exception {
    try (var server = serving(EngineConfig.DEFAULT);
        var polls = new Polls(server)) {
      String sid = polls.join();
      Client client = application.next();
      for (int size : new int[] {600_000, 300_000, 300_000, 2_000_000, 10}) {
        client.emit(event(size));
      }
      var sizes = new ArrayList<Integer>();
      for (int i = 0; i < 4; i++) {
        sizes.add(polls.poll(sid).body().length());
      }
      assertThat(sizes).containsExactly(900_017, 300_008, 2_000_008, 18);
    }
  }

  /** Waits so long as a client takes to be closed that reads and does not answer. */
  private static void awaitAPingTimeout(ConformanceServer server) throws Exception {
    try (var silent = TestSocket.opened(server)) {
      silent.awaitClosed();
    }
  }

  @Test
  void aClientThatDoesNotReadIsAskedWhenItReadsAgain() throws Exception {
    // The first ping is to come when there is much to read before it
    var heartbeat =
        EngineConfig.DEFAULT.withHeartbeat(Duration.ofSeconds(4), Duration.ofMillis(200));
    try (var server = serving(heartbeat);
        var socket = joining(server)) {
      // Given
      Client client = application.next();
      socket.stopReading();
      OutgoingEvent large = event(1 << 20);
      for (int i = 0; i < 32; i++) {
        client.emit(large);
      }
      // When
      awaitAPingTimeout(server);
      // Then
      assertThat(application.reasons).isEmpty();
      socket.readAgain();
      int events = 0;
      while (events < 32) {
        events += ((String) socket.nextButPing()).startsWith("42") ? 1 : 0;
      }
      assertThat(socket.next()).isEqualTo("2");
      assertThat(application.nextReason()).isEqualTo("ping timeout"); // it did not answer
    }
  }

  @Test
  void whatTheNetworkTakesOfOneLargeEventIsSeen() throws Exception {
    try (var server = serving(EngineConfig.DEFAULT);
        var socket = joining(server)) {
      // Given
      Client client = application.next();
      await().until(() -> client.pendingBytes() == 0);
      socket.stopReading();
      long before = client.progress();
      // When
      OutgoingEvent large = event(32 << 20);
      client.emit(large);
      // Then the operating system takes some of it, and the client the rest when it reads
      await().until(() -> client.progress() > before);
      assertThat(client.pendingBytes()).isEqualTo(large.size());
      socket.readAgain();
      await().until(() -> client.pendingBytes() == 0);
    }
  }

  @Test
  void clientsThatDoNotReadShareALargeEvent() throws Exception {
    var sockets = new ArrayList<TestSocket>();
    try (var server = serving(EngineConfig.DEFAULT)) {
      // Given
      var clients = new ArrayList<Client>();
      for (int i = 0; i < 10; i++) {
        TestSocket socket = joining(server);
        sockets.add(socket);
        socket.stopReading();
        clients.add(application.next());
      }
      OutgoingEvent large = event(8 << 20);
      long before = outsideTheHeap();
      // When
      clients.forEach(client -> client.emit(large));
      for (Client each : clients) {
        settle(each);
      }
      // Then
      assertThat(clients).allMatch(client -> client.pendingBytes() > 0);
      assertThat(outsideTheHeap() - before).isLessThan(large.size());
    } finally {
      sockets.forEach(TestSocket::close);
    }
  }

  /** What network buffers take, in bytes. */
  private static long outsideTheHeap() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  @Test
  void aClientThatNobodyLooksAfterIsClosedWhenItDoesNotRead() throws Exception {
    var config =
        EngineConfig.DEFAULT
            .withHeartbeat(Duration.ofSeconds(1), Duration.ofSeconds(60))
            .withReadTimeout(Duration.ofMillis(300));
    try (var server = serving(config);
        var socket = joining(server)) {
      Client client = application.next();
      socket.stopReading();
      OutgoingEvent large = event(1 << 20);
      for (int i = 0; i < 32; i++) {
        client.emit(large);
      }
      assertThat(application.nextReason()).isEqualTo("does not read");
    }
  }

  @Test
  void aPollThatDoesNotReadItsAnswerLosesItsConnectionWithItsSession() throws Exception {
    int size = 16 << 20;
    try (var server = serving(EngineConfig.DEFAULT);
        var polls = new Polls(server)) {
      // Given
      String sid = polls.join();
      Client client = application.next();
      try (Socket stalled = polls.rawGet(sid)) {
        stalled.setSoTimeout(20_000);
        client.emit(event(size));
        assertThat(stalled.getInputStream().readNBytes(15)).asString().isEqualTo("HTTP/1.1 200 OK");
        assertThat(client.pendingBytes()).isGreaterThan(size);
        // When
        client.disconnect("does not read");
        assertThat(application.nextReason()).isEqualTo("does not read");
        // Then
        assertThat(bytesUntilTheEnd(stalled.getInputStream(), size)).isLessThan(size);
      }
    }
  }

  /** How much comes until the connection ends, or the most. */
  private static long bytesUntilTheEnd(InputStream in, int most) throws IOException {
    long bytes = 0;
    byte[] some = new byte[64 << 10];
    try {
      for (int read = in.read(some); read >= 0 && bytes < most; read = in.read(some)) {
        bytes += read;
      }
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset");
    }
    return bytes;
  }

  @Test
  void aClientThatAsksAndDoesNotReadIsClosed() throws Exception {
    try (var server = serving(EngineConfig.DEFAULT.withMaxUnreadReplies(1 << 20));
        var socket = joining(server)) {
      socket.stopReading();
      String ask = "420[\"ask\",\"" + "m".repeat(500_000) + "\"]";
      CompletableFuture.runAsync(
          () -> {
            while (server.engine().status().sessions() > 0) {
              sendQuietly(server, socket, ask);
            }
          });
      assertThat(application.nextReason()).isEqualTo("does not read");
      assertThat(server.engine().status().pendingBytes()).isZero();
    }
  }

  @Test
  void aClientThatJoinsAgainAndAgainAndDoesNotReadIsClosed() throws Exception {
    try (var server = serving(EngineConfig.DEFAULT.withMaxUnreadReplies(1 << 20));
        var polls = new Polls(server)) {
      polls.post(polls.open(), "40\u001e41\u001e".repeat(100_000) + "3");

      assertThat(server.engine().status().closed()).containsEntry("does not read", 1L);
      assertThat(server.engine().status().pendingBytes()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "40\u001e"})
  void aClientThatIsRefusedAgainAndAgainAndDoesNotReadIsClosed(String before) throws Exception {
    try (var server = serving(EngineConfig.DEFAULT);
        var polls = new Polls(server)) {
      polls.post(polls.open(), before + "40/nowhere,\u001e".repeat(1_000) + "3");

      awaitClosedUnread(server);
    }
  }

  /** The answer to the last request may come before the session is closed. */
  private static void awaitClosedUnread(ConformanceServer server) {
    await()
        .untilAsserted(
            () -> assertThat(server.engine().status().closed()).containsEntry("does not read", 1L));
    await().until(() -> server.engine().status().pendingBytes() == 0);
  }

  @Test
  void aClientThatReadsIsRefusedAsOftenAsItAsks() throws Exception {
    try (var server = serving(EngineConfig.DEFAULT);
        var socket = TestSocket.opened(server)) {
      for (int i = 0; i < 1_000; i++) {
        socket.send("40/nowhere,");
        assertThat(socket.nextText()).startsWith("44/nowhere,");
      }
      socket.send("40");
      assertThat(socket.nextText()).startsWith("40{");
    }
  }

  @Test
  void aClientThatLeavesWhatItHasNotReadIsClosed() throws Exception {
    try (var server = serving(EngineConfig.DEFAULT);
        var polls = new Polls(server)) {
      // Given
      String sid = polls.open();
      polls.post(sid, "40");
      application.next().emit(event(500_000));
      // When
      polls.post(sid, "41");
      // Then
      awaitClosedUnread(server);
    }
  }

  @Test
  void aClientThatLeavesAndJoinsNothingAgainIsClosedInTime() throws Exception {
    var config = SocketConfig.DEFAULT.withConnectTimeout(Duration.ofMillis(500));
    try (var server =
            ConformanceServer.socketIo(EngineConfig.DEFAULT, config, Map.of("/", application), 0);
        var socket = joining(server)) {
      // Given one that left and joined again, which it may
      socket.send("41");
      socket.send("40");
      assertThat(socket.nextText()).startsWith("40");
      // When
      socket.send("41");
      // Then
      socket.awaitClosed();
      assertThat(server.engine().status().closed()).containsEntry("connect timeout", 1L);
    }
  }

  @Test
  void whatAClientIsGreetedWithCountsAsAnAnswer() throws Exception {
    try (var server =
            ConformanceServer.socketIo(
                EngineConfig.DEFAULT.withMaxUnreadReplies(500_000),
                SocketConfig.DEFAULT,
                ConformanceServer.ECHO,
                0);
        var polls = new Polls(server)) {
      String join = "40{\"name\":\"" + "n".repeat(10_000) + "\"}\u001e41\u001e";
      polls.post(polls.open(), join.repeat(90) + "3");

      assertThat(server.engine().status().closed()).containsEntry("does not read", 1L);
    }
  }

  private static void sendQuietly(ConformanceServer server, TestSocket socket, String message) {
    try {
      socket.send(message);
    } catch (Exception e) {
      await().until(() -> server.engine().status().sessions() == 0);
    }
  }

  @RepeatedTest(20)
  void aClientThatDoesNotReadCanBeClosedAtOnceAndNothingIsLeftOfIt() throws Exception {
    try (var server = serving(EngineConfig.DEFAULT);
        var socket = HalfSent.websocket(server)) {
      byte[] join = {(byte) 0x81, (byte) 0x82, 0, 0, 0, 0, '4', '0'};
      socket.getOutputStream().write(join);
      Client client = application.next();
      OutgoingEvent large = event(1 << 20);
      for (int i = 0; i < 32; i++) {
        client.emit(large);
      }
      settle(client);
      assertThat(client.pendingBytes()).isGreaterThan(8 << 20);
      assertThat(isHeld(server.port(), socket.getLocalPort())).isTrue();
      client.disconnect("does not read");

      assertThat(application.nextReason()).isEqualTo("does not read");
      await().until(() -> client.pendingBytes() == 0);
      await().until(() -> !isHeld(server.port(), socket.getLocalPort()));
      client.emit(large); // says nothing to nobody
      assertThat(client.pendingBytes()).isZero();
      socket.setSoTimeout(20_000);
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    }
  }

  /**
   * Whether a process holds this end of a connection: the kernel shows one that nobody has as 0.
   */
  private static boolean isHeld(int port, int peer) throws IOException {
    var ends = Pattern.compile(".*:%04X \\S+:%04X ".formatted(port, peer));
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      for (String line : Files.readAllLines(Path.of(table))) {
        if (ends.matcher(line).lookingAt() && !line.trim().split(" +")[9].equals("0")) {
          return true;
        }
      }
    }
    return false;
  }

  @Test
  void aStalledClientHoldsUpNoOther() throws Exception {
    try (var server = serving(EngineConfig.DEFAULT);
        var stalled = joining(server);
        var healthy = joining(server)) {
      Client slow = application.next();
      Client quick = application.next();
      stalled.stopReading();
      OutgoingEvent large = event(1 << 20);
      for (int i = 0; i < 32; i++) {
        slow.emit(large);
      }
      for (int i = 0; i < 1_000; i++) {
        quick.emit(OutgoingEvent.of("/", "n", JsonNodeFactory.instance.numberNode(i)));
      }
      for (int i = 0; i < 1_000; i++) {
        assertThat(healthy.nextText()).isEqualTo("42[\"n\"," + i + "]");
      }
      assertThat(slow.pendingBytes()).isGreaterThan(8L << 20);
    }
  }

  @Test
  void anApplicationThatFailsClosesOnlyThatConnection() throws Exception {
    try (var server = serving(EngineConfig.DEFAULT);
        var failing = joining(server);
        var other = joining(server)) {
      failing.send("42[\"fail\"]");
      failing.awaitClosed();
      assertThat(application.nextReason()).isEqualTo("server error");
      other.send("427[\"ask\",1]");
      assertThat(other.nextText()).isEqualTo("437[1]");
    }
  }

  @Test
  void anEventOfAnotherNamespaceIsRefused() throws Exception {
    try (var server = serving(EngineConfig.DEFAULT);
        var socket = joining(server)) {
      Client client = application.next();
      assertThatThrownBy(() -> client.emit(OutgoingEvent.of("/custom", "e")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("an event for /custom was emitted to a client of /");
      client.emit(OutgoingEvent.of("/", "e"));
      assertThat(socket.nextText()).isEqualTo("42[\"e\"]");
    }
  }

  @Test
  void aClientThatIsSentAwayKeepsItsConnection() throws Exception {
    try (var server = serving(EngineConfig.DEFAULT);
        var socket = joining(server)) {
      application.next().leave();
      assertThat(socket.nextText()).isEqualTo("41");
      assertThat(application.nextReason()).isEqualTo("server namespace disconnect");
      socket.send("40");
      assertThat(socket.nextText()).startsWith("40{");
    }
  }
}
