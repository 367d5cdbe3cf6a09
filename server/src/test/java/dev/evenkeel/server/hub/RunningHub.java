package dev.evenkeel.server.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.server.budget.QueueState;
import dev.evenkeel.server.hub.socketio.FakeClient;
import dev.evenkeel.server.log.OpenLog;
import dev.evenkeel.server.log.TestClock;
import dev.evenkeel.server.query.LastEvents;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A hub on a real log, with clients that the test plays. */
final class RunningHub implements AutoCloseable {

  static final String TOKEN = "secret";

  final OpenLog log;
  final Hub hub;

  /** Moves only when a test moves it. */
  final AtomicLong nanos = new AtomicLong();

  final AtomicInteger linesOpened = new AtomicInteger();
  final List<String> takenIn = new CopyOnWriteArrayList<>();
  final List<String> rejected = new CopyOnWriteArrayList<>();
  private final List<FakeClient> clients = new ArrayList<>();
  private final long reservedBefore;

  RunningHub(Path folder) throws Exception {
    this(folder, HubConfig.within(64 << 20), null, 64 << 20);
  }

  RunningHub(Path folder, HubConfig config, @Nullable String token, long budget) throws Exception {
    this(folder, config, token, budget, past -> past);
  }

  /** With another way to read what is past. */
  RunningHub(
      Path folder,
      HubConfig config,
      @Nullable String token,
      long budget,
      UnaryOperator<PastEvents> past)
      throws Exception {
    log = new OpenLog(folder, new TestClock(), 64 << 20, 1 << 20, budget);
    var inbox =
        new Inbox() {
          @Override
          public Line open() {
            linesOpened.incrementAndGet();
            return event -> {
              takenIn.add(new String(event, StandardCharsets.UTF_8));
              return CompletableFuture.completedFuture(null);
            };
          }

          @Override
          public void reject(String why) {
            rejected.add(why);
          }
        };
    hub =
        new Hub(
            config,
            new Hub.Parts(
                log.log,
                past.apply(new LastEvents(log.log)),
                inbox,
                (authorization, given) ->
                    token == null
                        || Objects.equals(authorization, "Bearer " + token)
                        || Objects.equals(given, token),
                log.budget,
                "1.2.3",
                () -> 8765),
            log.clock,
            nanos::get);
    hub.start();
    reservedBefore = hubBytes();
  }

  /** Publishes an event and waits until it is. */
  void publish(String session, String name, int count) throws Exception {
    long before = log.log.status().published();
    log.append(session, name, count);
    log.publish(count);
    log.awaitPublished(before + count);
  }

  /** Publishes events of about so many bytes. */
  void publishLarge(String session, int count, int bytes) throws Exception {
    long before = log.log.status().published();
    for (int i = 0; i < count; i++) {
      log.log.append(log.event(session, "Large", ",\"x\":\"" + "z".repeat(bytes) + "\"")).join();
      log.publish(1);
    }
    log.awaitPublished(before + count);
  }

  FakeClient client(String auth) {
    FakeClient client = FakeClient.of(hub, auth);
    clients.add(client);
    return client;
  }

  FakeClient joined(String auth) {
    FakeClient client = client(auth);
    assertThat(client.join()).isNull();
    return client;
  }

  void advance(Duration by) {
    nanos.addAndGet(by.toNanos());
  }

  static List<String> idsOf(List<JsonNode> events) {
    return events.stream().map(each -> each.get("id").textValue()).toList();
  }

  List<String> allIds() {
    return idsOf(log.all(0, dev.evenkeel.server.log.Lanes.ALL));
  }

  /** What all clients have not read: what was handed over to them, and what waits before that. */
  long unreadBytes() {
    return queue("hub-clients").bytes();
  }

  boolean isReadingTheLog() {
    return queue("hub-readings").size() > 0;
  }

  QueueState queue(String name) {
    return hub.queues().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
  }

  long hubBytes() {
    return hub.queues().stream().mapToLong(queue -> Math.max(0, queue.bytes())).sum();
  }

  /** All clients leave; then nothing may be left of them. */
  @Override
  public void close() {
    clients.forEach(FakeClient::close);
    assertThat(hub.status().clients()).isZero();
    hub.close();
    await("nothing is reserved any more").until(() -> hubBytes() == reservedBefore);
    log.close();
    assertThat(log.budget.used()).isZero();
  }
}
