package dev.evenkeel.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import dev.evenkeel.testbed.SocketIoServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The counters of /api/status add up, whatever comes and whatever fails. */
class CountersTest {

  private static final int AGENTS = 6;
  private static final int ROUNDS = 400;
  private static final int MEMORY = 8 << 20;
  private static final int MOST_ROUNDS = 100;

  /** Events whose answer nobody has read yet: two of a batch for each that sends. */
  private static final long UNDER_WAY = 2 * (AGENTS + 1);

  private static final Duration SOON = Duration.ofSeconds(90);

  @RegisterExtension static final Servers SERVERS = new Servers();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  private final AtomicLong sent = new AtomicLong();

  private static JsonNode status(HttpConnection connection) throws IOException {
    return new JsonMapper().readTree(connection.get("/api/status").body());
  }

  private static long number(JsonNode status, String name) {
    return status.get(name).asLong();
  }

  /** What came less what is known of it. */
  private static long underWay(JsonNode status) {
    return number(status, "received")
        - number(status, "accepted")
        - number(status, "merged")
        - number(status, "rejected")
        - number(status, "shed");
  }

  /** Everything that hooks can send, right and wrong. */
  private Void agent(EvenkeelProcess server, int agent) throws IOException {
    var random = new Random(agent);
    try (var connection = HttpConnection.to(server.port())) {
      for (int i = 0; i < ROUNDS; i++) {
        String session = "a" + agent + "-" + i % 4;
        switch (random.nextInt(12)) {
          case 0 -> count(connection.post("/hooks/claude-code", "[1, 2]"), 400, 1);
          case 1 -> count(connection.post("/hooks/claude-code", "{\"a\":"), 400, 1);
          case 2 -> {
            String call =
                "{\"hook_event_name\":\"PreToolUse\",\"session_id\":\"%s\",\"tool_use_id\":\"t%d-%d\"}"
                    .formatted(session, agent, i);
            count(connection.post("/hooks/claude-code", call), 200, 1);
            count(connection.post("/hooks/claude-code", call), 200, 1);
          }
          case 3 -> {
            String batch =
                "{\"hook_event_name\":\"Note\",\"session_id\":\"%s\"}\nno json\n"
                    .formatted(session);
            HttpConnection.Answer answer = connection.post("/hooks/claude-code/batch", batch);
            assertThat(answer.status()).as(answer.text()).isIn(200, 503);
            JsonNode said = new JsonMapper().readTree(answer.body());
            sent.addAndGet(answer.status() == 200 ? 2 : said.get("lines").asInt());
          }
          case 4 -> {
            String large =
                "{\"hook_event_name\":\"Note\",\"session_id\":\"%s\",\"x\":\"%s\"}"
                    .formatted(session, "x".repeat(300_000));
            count(connection.post("/hooks/claude-code", large), 200, 1);
          }
          case 5 -> {
            String few =
                "{\"hook_event_name\":\"MessageDisplay\",\"session_id\":\"%s\",\"delta\":\"%s\"}"
                    .formatted(session, "y".repeat(20_000));
            count(connection.post("/hooks/claude-code", few), 200, 1);
          }
          default -> {
            String note =
                "{\"hook_event_name\":\"Note\",\"session_id\":\"%s\",\"n\":%d}"
                    .formatted(session, i);
            count(connection.post("/hooks/claude-code", note), 200, 1);
          }
        }
      }
    }
    return null;
  }

  /** Holds so much memory that it is short, and sends meanwhile what is shed then. */
  private Void hog(EvenkeelProcess server) throws IOException {
    byte[] body = new byte[MEMORY / 10 * 9 + (100 << 10)]; // no JSON
    try (var asking = HttpConnection.to(server.port())) {
      for (int round = 0; round < MOST_ROUNDS; round++) {
        try (var holding = HttpConnection.to(server.port())) {
          holding.write(
              holding.head("POST", "/hooks/claude-code", body.length),
              Arrays.copyOf(body, body.length - 1));
          for (int i = 0; i < 5; i++) {
            String few =
                "{\"hook_event_name\":\"MessageDisplay\",\"session_id\":\"h\",\"n\":\"%d-%d\"}"
                    .formatted(round, i);
            count(asking.post("/hooks/claude-code", few), 200, 1);
          }
          holding.write(new byte[1]);
          count(holding.readAnswer(), 400, 1);
        }
        if (number(status(asking), "shed") >= 20) {
          return null;
        }
      }
    }
    throw new AssertionError("little was shed in " + MOST_ROUNDS + " rounds");
  }

  /** What is shed is answered like what is taken, whatever it is. */
  private void count(HttpConnection.Answer answer, int status, int events) {
    assertThat(answer.status()).as(answer.text()).isIn(status, 200);
    sent.addAndGet(events);
  }

  private static void limitFiles(EvenkeelProcess server, String limit) throws Exception {
    Process prlimit =
        new ProcessBuilder("prlimit", "--pid", "" + server.pid(), "--fsize=" + limit)
            .redirectErrorStream(true)
            .start();
    String said = new String(prlimit.getInputStream().readAllBytes(), UTF_8);
    assertThat(prlimit.waitFor()).as("prlimit (package util-linux): " + said).isZero();
  }

  @Test
  void theyAddUpUnderLoadWithAFailingDiskAndATargetThatBreaks() throws Exception {
    try (var target = SocketIoServer.process()) {
      // Given little memory, a small log and a target
      EvenkeelProcess server =
          SERVERS
              .on(folder.resolve("data"))
              .with("EVENKEEL_TARGETS_MAIN_URL", target.url())
              .with("EVENKEEL_MEMORY_BUDGET", Integer.toString(MEMORY))
              .start();
      // When everything comes at once, and things break meanwhile
      try (var connection = HttpConnection.to(server.port());
          var pool = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
        var agents = new ArrayList<Future<?>>();
        for (int i = 0; i < AGENTS; i++) {
          int agent = i;
          Callable<Void> posting = () -> agent(server, agent);
          agents.add(pool.submit(posting));
        }
        Callable<Void> hogging = () -> hog(server);
        agents.add(pool.submit(hogging));
        boolean failed = false;
        boolean dropped = false;
        while (!agents.stream().allMatch(Future::isDone)) {
          long before = sent.get();
          JsonNode status = status(connection);
          assertThat(underWay(status)).as(status.toString()).isBetween(0L, UNDER_WAY);
          long received = number(status, "received");
          assertThat(received).isBetween(before, sent.get() + UNDER_WAY);
          if (!failed && received > AGENTS * ROUNDS / 4) {
            limitFiles(server, "4096:unlimited");
            failed = true;
          }
          if (!dropped && received > AGENTS * ROUNDS / 2) {
            target.drop();
            dropped = true;
          }
        }
        for (Future<?> each : agents) {
          each.get();
        }
        assertThat(failed && dropped).as("things broke while events came").isTrue();
        limitFiles(server, "unlimited:unlimited");
        await().atMost(SOON).until(() -> status(connection).at("/log/writable").asBoolean());
        // Then
        await("everything that was accepted is published or counted")
            .atMost(SOON)
            .untilAsserted(() -> assertThat(pending(connection)).isEmpty());
        JsonNode status = status(connection);
        assertThat(underWay(status)).as(status.toString()).isZero();
        assertThat(number(status, "received")).isEqualTo(sent.get());
        assertThat(List.of("accepted", "merged", "rejected", "shed", "unlogged"))
            .allSatisfy(name -> assertThat(number(status, name)).as(name).isPositive());
        // And what was published is what the target has or was told that it missed
        await()
            .atMost(SOON)
            .until(() -> status(connection).at("/targets/main/pending").asInt() == 0);
        await().atMost(SOON).untilAsserted(() -> assertOutAddsUp(connection, target));
      }
    }
  }

  private static List<String> pending(HttpConnection connection) throws IOException {
    var waiting = new ArrayList<String>();
    JsonNode state = new JsonMapper().readTree(connection.get("/api/state").body());
    for (JsonNode queue : state.get("queues")) {
      boolean waits =
          switch (queue.get("name").asText()) {
            case "log-appends", "accepted", "handler", "log-publications" -> true;
            default -> false;
          };
      if (waits && queue.get("size").asLong() > 0) {
        waiting.add(queue.toString());
      }
    }
    return waiting;
  }

  private static void assertOutAddsUp(HttpConnection connection, SocketIoServer target)
      throws IOException {
    JsonNode status = status(connection);
    JsonNode state = target.state();
    long missed = state.get("missedTotal").asLong();
    assertThat(state.get("unique").asLong() + missed).isEqualTo(number(status, "published"));
    long hooks = 0;
    for (var each : target.record().get("sessions").properties()) {
      hooks += each.getKey().startsWith("claude-code/") ? each.getValue().size() : 0;
    }
    long dropped = 0;
    for (JsonNode count : status.get("dropped")) {
      dropped += count.asLong();
    }
    long accepted = number(status, "accepted");
    assertThat(accepted).as(status.toString()).isBetween(hooks + dropped, hooks + dropped + missed);
    assertThat(state.get("outOfOrder").asInt()).isZero();
  }
}
