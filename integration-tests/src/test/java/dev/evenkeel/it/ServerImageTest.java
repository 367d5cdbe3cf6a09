package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.testbed.EvenkeelContainer;
import dev.evenkeel.testbed.HttpConnection;
import dev.evenkeel.testbed.SocketIoServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** The server as a container: what docs/containers.md promises. */
@DisabledIfSystemProperty(named = "testbed", matches = "process")
class ServerImageTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Path RECORDED = Path.of("events/real-sessions-masked.jsonl");
  private static final String SESSION_ID = "\"session_id\":\"";
  private static final long LIMIT = 256L << 20;
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final int LARGE_BYTES = 15 << 20;

  /** The exit code of {@code -XX:+ExitOnOutOfMemoryError}. */
  private static final int EXIT_ON_OUT_OF_MEMORY = 3;

  @Test
  void theImageIsSmallLabelledAndRunsAsNobody() {
    var image = EvenkeelContainer.image();

    assertThat(image.getSize()).isLessThan(300_000_000L);
    assertThat(image.getConfig().getUser()).isEqualTo("65534:65534");
    assertThat(image.getConfig().getVolumes()).containsOnlyKeys("/data", "/extensions");
    assertThat(image.getConfig().getHealthcheck()).isNotNull();
    assertThat(image.getConfig().getLabels())
        .containsEntry("org.opencontainers.image.title", "Evenkeel")
        .containsKeys(
            "org.opencontainers.image.version",
            "org.opencontainers.image.revision",
            "org.opencontainers.image.licenses");
  }

  @Test
  void aLimitedReadOnlyContainerDeliversUnderLoadAndLosesNothingWhenItIsKilled()
      throws IOException {
    // Given
    try (var target = SocketIoServer.of("main").start();
        var server = EvenkeelContainer.withNewData().withTarget(target)) {
      // Where the start-up cache cannot be used, the JVM ends instead of starting without it
      server.with("JAVA_TOOL_OPTIONS", "-XX:AOTMode=on").start();
      assertThat(server.inspect().getHostConfig().getMemory()).isEqualTo(LIMIT);
      assertThat(server.output()).doesNotContain("[error]", "[warning]");
      String token = server.token();
      assertThat(token).matches("[0-9a-f]{32}");
      assertThat(server.output()).doesNotContain(token);

      // Strangers neither read nor post
      try (var stranger = HttpConnection.to(server.port())) {
        assertThat(stranger.get("/api/events").status()).isEqualTo(401);
        assertThat(stranger.post("/hooks/test", "{}").status()).isEqualTo(401);
        assertThat(stranger.get("/q/metrics").status()).isEqualTo(401);
      }
      assertThat(server.execute("/bin/bash", "-c", "echo > /opt/evenkeel/x; echo > /x"))
          .contains("/opt/evenkeel/x", "/x:");

      // When
      postRecorded(server, token, 15);

      // Then
      await().atMost(SOON).until(() -> published(server, token) >= accepted(server, token));
      int delivered = awaitDelivered(server, token, target);
      assertThat(delivered).isEqualTo(accepted(server, token));
      assertThat(server.inspect().getState().getOOMKilled()).isFalse();
      assertThat(server.peakRssBytes()).isLessThan(LIMIT);

      // When it is killed and started again on its volume
      server.kill();
      server.start();

      // Then
      assertThat(server.token()).isEqualTo(token);
      post(server, token, "after-kill");
      await().atMost(SOON).until(() -> published(server, token) >= 1);
      assertThat(awaitDelivered(server, token, target)).isEqualTo(delivered + 1);
      assertThat(target.state().get("outOfOrder").asInt()).isZero();

      // SIGTERM
      assertThat(server.stop()).isIn(0, 143);
    }
  }

  @Test
  void itEndsWhenMemoryIsOutAndHasWhatItAcceptedWhenItIsStartedAgain() throws IOException {
    // Given
    try (var server = EvenkeelContainer.withNewData()) {
      server.with("_JAVA_OPTIONS", "-Xms40m -Xmx40m -XX:AOTMode=off").start();
      String token = server.token();
      post(server, token, "before");

      // When
      postUntilItIsGone(server, token, largeEvent());

      // Then
      assertThat(server.awaitEnd()).as(server.output()).isEqualTo(EXIT_ON_OUT_OF_MEMORY);
      assertThat(server.output()).contains("Terminating due to java.lang.OutOfMemoryError");
      assertThat(server.inspect().getState().getOOMKilled()).isFalse();

      // Then it has what it accepted when it stays up: so little memory may be out again at a start
      await()
          .atMost(Duration.ofMinutes(2))
          .ignoreExceptions()
          .until(() -> sessionsOf(restarted(server), token).contains("before"));
    }
  }

  private static EvenkeelContainer restarted(EvenkeelContainer server) {
    boolean runs = Boolean.TRUE.equals(server.inspect().getState().getRunning());
    return runs ? server : server.start();
  }

  private static List<String> sessionsOf(EvenkeelContainer server, String token)
      throws IOException {
    try (var connection = HttpConnection.to(server.port())) {
      JsonNode page = JSON.readTree(connection.get("/api/events?after=0", bearer(token)).body());
      return page.get("events").findValuesAsText("session_id");
    }
  }

  /** As many short lines, so that nothing of it is cut. */
  private static String largeEvent() {
    String line = "\"" + "line ".repeat(200) + "\",";
    return "{\"hook_event_name\":\"Stop\",\"session_id\":\"large\",\"lines\":["
        + line.repeat(LARGE_BYTES / line.length())
        + "0]}";
  }

  private static void postUntilItIsGone(EvenkeelContainer server, String token, String event) {
    for (int i = 0; i < 20; i++) {
      try (var connection = HttpConnection.to(server.port())) {
        HttpConnection.Answer _ = connection.post("/hooks/test", event, bearer(token));
      } catch (IOException e) {
        return;
      }
    }
  }

  /** Waits until every event that the server keeps has reached the target. */
  private static int awaitDelivered(EvenkeelContainer server, String token, SocketIoServer target)
      throws IOException {
    Set<String> kept = new TreeSet<>();
    try (var connection = HttpConnection.to(server.port())) {
      String next = "0";
      while (true) {
        String page = "/api/events?type=hook&limit=1000&after=" + next;
        JsonNode answer = JSON.readTree(connection.get(page, bearer(token)).body());
        answer.get("events").forEach(event -> kept.add(event.get("id").asText()));
        if (answer.get("events").isEmpty()) {
          break;
        }
        next = answer.get("next").asText();
      }
    }
    await().atMost(SOON).until(() -> idsAt(target).containsAll(kept));
    return kept.size();
  }

  private static Set<String> idsAt(SocketIoServer target) {
    Set<String> ids = new HashSet<>();
    target.record().get("ids").forEach(id -> ids.add(id.asText()));
    return ids;
  }

  private static int accepted(EvenkeelContainer server, String token) throws IOException {
    return status(server, token).get("accepted").asInt();
  }

  private static int published(EvenkeelContainer server, String token) throws IOException {
    return status(server, token).get("published").asInt();
  }

  private static JsonNode status(EvenkeelContainer server, String token) throws IOException {
    try (var connection = HttpConnection.to(server.port())) {
      return JSON.readTree(connection.get("/api/status", bearer(token)).body());
    }
  }

  private static void post(EvenkeelContainer server, String token, String session)
      throws IOException {
    try (var connection = HttpConnection.to(server.port())) {
      String event = "{\"hook_event_name\":\"Stop\",\"session_id\":\"" + session + "\"}";
      assertThat(connection.post("/hooks/test", event, bearer(token)).status()).isEqualTo(200);
    }
  }

  /** In batches, as fast as it goes; each pass has sessions of its own. */
  private static void postRecorded(EvenkeelContainer server, String token, int passes)
      throws IOException {
    String lines = Files.readString(RECORDED);
    try (var connection = HttpConnection.to(server.port())) {
      for (int pass = 0; pass < passes; pass++) {
        String batch = lines.replace(SESSION_ID, SESSION_ID + pass + "-");
        HttpConnection.Answer answer = connection.post("/hooks/test/batch", batch, bearer(token));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      }
    }
  }

  private static String bearer(String token) {
    return "Authorization: Bearer " + token;
  }
}
