package dev.evenkeel.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that is full, damaged or of another time does not stop an agent, and loses no id twice.
 */
class DiskTest {

  private static final String DOOR = "/hooks/claude-code";
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int EVENTS = 50;

  @RegisterExtension static final Servers SERVERS = new Servers();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  private static void post(EvenkeelProcess server, String session, int count) throws IOException {
    try (var connection = HttpConnection.to(server.port())) {
      for (int i = 0; i < count; i++) {
        String event =
            "{\"hook_event_name\":\"Stop\",\"session_id\":\"%s\",\"n\":%d,\"x\":\"%s\"}"
                .formatted(session, i, "x".repeat(2_000));
        HttpConnection.Answer answer = connection.post(DOOR, event);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      }
    }
  }

  private static JsonNode status(HttpConnection connection) throws IOException {
    return new JsonMapper().readTree(connection.get("/api/status").body());
  }

  private static List<Integer> kept(EvenkeelProcess server, String session) {
    try (LogFile log = LogFile.of(server.dataDir())) {
      return log.published().stream()
          .filter(row -> row.session().equals(session))
          .map(row -> row.data().get("n").asInt())
          .toList();
    }
  }

  private static void awaitKept(EvenkeelProcess server, String session, int count) {
    await(session).atMost(SOON).until(() -> kept(server, session).size() >= count);
    assertThat(kept(server, session)).hasSize(count).isSorted();
  }

  /** From now on no file of the server can grow beyond so many bytes; -1: as it was. */
  private static void limitFiles(EvenkeelProcess server, long bytes) throws Exception {
    String limit = bytes < 0 ? "unlimited:unlimited" : bytes + ":unlimited";
    Process prlimit =
        new ProcessBuilder("prlimit", "--pid", "" + server.pid(), "--fsize=" + limit)
            .redirectErrorStream(true)
            .start();
    String said = new String(prlimit.getInputStream().readAllBytes(), UTF_8);
    assertThat(prlimit.waitFor()).as("prlimit (package util-linux): " + said).isZero();
  }

  @Test
  void whileTheDiskFailsAgentsAreAnsweredAndWhenItIsBackSoIsEverything() throws Exception {
    // Given
    EvenkeelProcess server = SERVERS.on(folder.resolve("data")).start();
    post(server, "before", EVENTS);
    awaitKept(server, "before", EVENTS);
    // When: no file can grow any more
    limitFiles(server, 4096);
    post(server, "meanwhile", EVENTS);
    // Then
    await().atMost(SOON).until(() -> server.output().contains("The disk does not take the log"));
    assertThat(server.output().lines().filter(line -> line.contains("does not take the log")))
        .as("it is said once, not with each event")
        .hasSizeLessThan(5);
    try (var connection = HttpConnection.to(server.port())) {
      assertThat(status(connection).get("unlogged").asInt()).isBetween(1, EVENTS);
      assertThat(connection.get("/q/health/ready").status()).isEqualTo(503);
      await("events go on from memory")
          .atMost(SOON)
          .until(() -> status(connection).get("published").asInt() >= 2 * EVENTS);
    }
    // When: the disk is back
    limitFiles(server, -1);
    await().atMost(SOON).until(() -> server.output().contains("The disk takes the log"));
    post(server, "after", EVENTS);
    // Then
    awaitKept(server, "before", EVENTS);
    awaitKept(server, "after", EVENTS);
    try (var connection = HttpConnection.to(server.port())) {
      assertThat(connection.get("/q/health/ready").status()).isEqualTo(200);
    }
    try (LogFile log = LogFile.of(server.dataDir())) {
      await()
          .atMost(SOON)
          .until(
              () ->
                  log.published().stream()
                      .map(LogFile.Row::event)
                      .toList()
                      .contains("log_available"));
      assertThat(log.number("SELECT count(*) - count(DISTINCT id) FROM published")).isZero();
    }
  }

  @Test
  void aKillWhileTheDiskFailsRepeatsNoId() throws Exception {
    // Given
    EvenkeelProcess server = SERVERS.on(folder.resolve("data")).start();
    post(server, "before", EVENTS);
    awaitKept(server, "before", EVENTS);
    long lastBefore = lastId(server);
    limitFiles(server, 4096);
    post(server, "meanwhile", EVENTS);
    // When
    server.kill();
    server.start();
    post(server, "after", EVENTS);
    // Then: ids that were given from memory may not come again
    awaitKept(server, "before", EVENTS);
    awaitKept(server, "after", EVENTS);
    try (LogFile log = LogFile.of(server.dataDir())) {
      long firstAfter =
          log.number(
              "SELECT min(id) FROM published WHERE session ="
                  + " (SELECT key FROM sessions WHERE session_id = 'after')");
      assertThat(firstAfter).isGreaterThan(lastBefore + EVENTS);
    }
  }

  private static long lastId(EvenkeelProcess server) {
    try (LogFile log = LogFile.of(server.dataDir())) {
      return log.number("SELECT max(id) FROM published");
    }
  }

  @Test
  void aDamagedHeaderIsSetAsideAndTheServerRuns() throws Exception {
    damageAndRestart(0, 100);
  }

  @Test
  void damagedPagesInTheMiddleAreSetAsideAndTheServerRuns() throws Exception {
    damageAndRestart(4096, Long.MAX_VALUE);
  }

  private void damageAndRestart(long from, long length) throws Exception {
    // Given
    EvenkeelProcess server = SERVERS.on(folder.resolve("data")).start();
    post(server, "before", EVENTS);
    awaitKept(server, "before", EVENTS);
    long lastBefore = lastId(server);
    assertThat(server.stop()).isIn(0, 143);
    Path file = server.dataDir().resolve("events.db");
    overwrite(file, from, Math.min(length, Files.size(file) - from));
    // When
    server.start();
    post(server, "after", EVENTS);
    // Then
    awaitKept(server, "after", EVENTS);
    try (Stream<Path> files = Files.list(server.dataDir())) {
      assertThat(files.map(each -> each.getFileName().toString()))
          .anyMatch(name -> name.matches("events\\.db\\.damaged-\\d{8}-\\d{6}"));
    }
    assertThat(server.output()).contains("is damaged", "It was kept as", "a new log begins");
    assertThat(server.output().lines().filter(line -> line.startsWith("\tat "))).isEmpty();
    try (LogFile log = LogFile.of(server.dataDir())) {
      assertThat(log.number("SELECT min(id) FROM published")).isGreaterThan(lastBefore);
    }
  }

  private static void overwrite(Path file, long from, long length) throws IOException {
    try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(from);
      byte[] noise = new byte[8192];
      new java.util.Random(7).nextBytes(noise);
      for (long left = length; left > 0; left -= noise.length) {
        bytes.write(noise, 0, (int) Math.min(left, noise.length));
      }
    }
  }

  @Test
  void aLogOfANewerVersionIsLeftAloneAndTheStartIsRefusedWithWhatToDo() throws Exception {
    // Given
    EvenkeelProcess server = SERVERS.on(folder.resolve("data")).start();
    post(server, "before", EVENTS);
    awaitKept(server, "before", EVENTS);
    assertThat(server.stop()).isIn(0, 143);
    LogFile.write(server.dataDir(), "PRAGMA user_version = 99");
    String before = server.output();
    // When
    server.spawn();
    // Then
    assertThat(server.awaitEnd()).isNotZero();
    String said = server.output().substring(before.length());
    assertThat(said).contains("newer Evenkeel", "format 99", "evenkeel.data-dir");
    assertThat(said.lines()).as(said).hasSizeLessThan(15);
    assertThat(kept(server, "before")).hasSize(EVENTS);
  }

  @Test
  void aSecondServerDoesNotWorkInTheSameFolder() throws Exception {
    // Given
    Path data = folder.resolve("data");
    EvenkeelProcess first = SERVERS.on(data).start();
    EvenkeelProcess second = SERVERS.on(data, folder.resolve("second.log"));
    // When
    second.spawn();
    // Then
    assertThat(second.awaitEnd()).isNotZero();
    assertThat(second.output())
        .contains("Another Evenkeel", data.toString(), "evenkeel.data-dir")
        .satisfies(said -> assertThat(said.lines()).as(said).hasSizeLessThan(15));
    post(first, "still there", EVENTS);
    awaitKept(first, "still there", EVENTS);
    // When
    first.kill();
    second.start();
    // Then
    post(second, "next", EVENTS);
    awaitKept(second, "next", EVENTS);
  }

  @Test
  void serversThatAreKilledLeaveNoCopyOfSqliteBehind() throws Exception {
    // Given
    EvenkeelProcess server = SERVERS.on(folder.resolve("data"));
    // When
    for (int i = 0; i < 3; i++) {
      server.start().kill();
    }
    server.start();
    // Then
    try (Stream<Path> copies = Files.list(server.dataDir().resolve("native"))) {
      assertThat(copies.filter(each -> each.toString().endsWith("sqlitejdbc.so"))).hasSize(1);
    }
  }
}
