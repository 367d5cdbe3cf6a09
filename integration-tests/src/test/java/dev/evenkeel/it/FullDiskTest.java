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
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A file system that is really full, and one that is read-only: small ones, made for it. */
class FullDiskTest {

  private static final Duration SOON = Duration.ofSeconds(90);
  private static final int EVENTS = 60;
  private static final int BODY = 20_000;

  @RegisterExtension static final Servers SERVERS = new Servers();

  @TempDir Path folder;
  private Path disk;

  @BeforeEach
  void mountASmallDisk() throws Exception {
    disk = Files.createDirectory(folder.resolve("disk"));
    run("mount", "-t", "tmpfs", "-o", "size=24m", "evenkeel-test", disk.toString());
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", "--lazy", disk.toString());
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    assertThat(process.waitFor())
        .as(
            "%s failed (%s). This test makes a file system of its own, which only root may: run the"
                + " build as root, or in a container with CAP_SYS_ADMIN",
            String.join(" ", command), said)
        .isZero();
  }

  private static void post(HttpConnection connection, String session, int count)
      throws IOException {
    for (int i = 0; i < count; i++) {
      String event =
          "{\"hook_event_name\":\"Note\",\"session_id\":\"%s\",\"n\":%d,\"x\":\"%s\"}"
              .formatted(session, i, "x".repeat(BODY));
      HttpConnection.Answer answer = connection.post("/hooks/claude-code", event);
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      assertThat(answer.body()).isEmpty();
    }
  }

  private static JsonNode json(HttpConnection connection, String path) throws IOException {
    return new JsonMapper().readTree(connection.get(path).body());
  }

  private static int came(SocketIoServer target, String session) {
    return target.record().get("sessions").path(session).size();
  }

  private static void fill(Path file) throws IOException {
    byte[] block = new byte[64 << 10];
    try (var out = Files.newOutputStream(file)) {
      for (int size = block.length; size >= 1; size /= 2) {
        writeUntilFull(out, block, size);
      }
    }
  }

  private static void writeUntilFull(OutputStream out, byte[] block, int size) {
    try {
      while (true) {
        out.write(block, 0, size);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  @Test
  void agentsAndTargetsDoNotNoticeAFullDiskAndAllIsBackWhenThereIsSpace() throws Exception {
    try (var target = SocketIoServer.process()) {
      // Given
      EvenkeelProcess server =
          SERVERS
              .on(disk.resolve("data"), folder.resolve("output.log"))
              .with("EVENKEEL_TARGETS_MAIN_URL", target.url())
              .start();
      try (var connection = HttpConnection.to(server.port())) {
        post(connection, "before", EVENTS);
        await().atMost(SOON).until(() -> came(target, "claude-code/before") == EVENTS);
        // When nothing more fits
        fill(disk.resolve("filler"));
        int meanwhile = 0;
        while (json(connection, "/api/status").get("unlogged").asInt() == 0) {
          assertThat(meanwhile).as("the disk is full").isLessThan(3_000);
          post(connection, "filling" + meanwhile, 20);
          meanwhile += 20;
        }
        post(connection, "full", EVENTS);
        // Then
        assertThat(json(connection, "/api/status").get("unlogged").asInt())
            .isGreaterThanOrEqualTo(EVENTS);
        assertThat(json(connection, "/api/status").at("/log/writable").asBoolean()).isFalse();
        assertThat(connection.get("/q/health/ready").status()).isEqualTo(503);
        assertThat(connection.get("/q/health/live").status()).isEqualTo(200);
        assertThat(connection.post("/hooks/claude-code/batch", "{}").status()).isEqualTo(503);
        await("events go on from memory, in their order")
            .atMost(SOON)
            .until(() -> came(target, "claude-code/full") == EVENTS);
        await("a server event tells").atMost(SOON).until(() -> came(target, "evenkeel/") >= 1);
        assertThat(server.output()).contains("The disk does not take the log");
        // When there is space again
        Files.delete(disk.resolve("filler"));
        await().atMost(SOON).until(() -> connection.get("/q/health/ready").status() == 200);
        post(connection, "after", EVENTS);
        // Then
        await().atMost(SOON).until(() -> came(target, "claude-code/after") == EVENTS);
        assertThat(target.state().get("outOfOrder").asInt()).isZero();
        assertThat(target.state().get("missedTotal").asInt()).isZero();
        assertThat(json(connection, "/api/events?session=after&limit=1000").get("events"))
            .hasSize(EVENTS);
        assertThat(json(connection, "/api/events?session=before&limit=1000").get("events"))
            .hasSize(EVENTS);
        await("the text index goes on, too")
            .atMost(SOON)
            .until(
                () ->
                    json(connection, "/api/events?text=note&session=after&limit=1000")
                            .path("events")
                            .size()
                        == EVENTS);
        JsonNode told = json(connection, "/api/events?type=server&limit=1000").get("events");
        assertThat(told).extracting(each -> each.get("event").asText()).contains("log_available");
        for (JsonNode each : told) {
          if (each.get("event").asText().equals("log_available")) {
            assertThat(each.at("/data/unlogged").asInt()).isGreaterThanOrEqualTo(EVENTS);
          }
        }
      }
    }
  }

  @Test
  void aFolderThatIsReadOnlyStopsTheStartWithWhatToDoAndKeepsItsEvents() throws Exception {
    // Given
    EvenkeelProcess server = SERVERS.on(disk.resolve("data"), folder.resolve("output.log")).start();
    try (var connection = HttpConnection.to(server.port())) {
      post(connection, "before", EVENTS);
    }
    assertThat(server.stop()).isIn(0, 143);
    run("mount", "-o", "remount,ro", disk.toString());
    // When
    String before = server.output();
    server.spawn();
    // Then
    assertThat(server.awaitEnd()).isNotZero();
    String said = server.output().substring(before.length());
    assertThat(said)
        .contains("The data folder " + disk.resolve("data"), "cannot be used", "evenkeel.data-dir");
    assertThat(said.lines()).as(said).hasSizeLessThan(15);
    // When
    run("mount", "-o", "remount,rw", disk.toString());
    server.start();
    // Then
    try (var connection = HttpConnection.to(server.port())) {
      await()
          .atMost(SOON)
          .until(
              () ->
                  json(connection, "/api/events?session=before&limit=1000").get("events").size()
                      == EVENTS);
    }
  }

  @Test
  void aDiskFromWhichNothingMayBeRunHoldsTheDataAllTheSame() throws Exception {
    // Given
    run("mount", "-o", "remount,noexec", disk.toString());
    EvenkeelProcess server = SERVERS.on(disk.resolve("data"), folder.resolve("output"));
    // When
    server.start();
    // Then
    try (var connection = HttpConnection.to(server.port())) {
      post(connection, "kept", EVENTS);
      await()
          .atMost(SOON)
          .until(
              () ->
                  json(connection, "/api/events?session=kept&limit=1000").get("events").size()
                      == EVENTS);
    }
  }
}
