package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import dev.evenkeel.testbed.SocketIoServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The testbed's own promises: what it says of a target has happened there. */
class SocketIoServerTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  private static final String[] UPGRADE = {
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
  };

  @TempDir Path folder;

  @Test
  void whatReachedAContainerIsCountedThroughKillsPausesAndACutNetwork() throws IOException {
    Path journal = folder.resolve("journal");
    try (var target =
            SocketIoServer.withJournal(
                "main", journal, "--ping-interval", "300", "--ping-timeout", "300");
        var server = EvenkeelProcess.on(folder.resolve("data"))) {
      target.start();
      server.with("EVENKEEL_TARGETS_MAIN_URL", target.url()).start();
      String url = target.url();
      post(server, "first");
      awaitReceived(target, 1);
      assertThat(target.state().get("mostJoined").asInt()).isBetween(1, 3);

      target.kill();
      assertThat(target.isAlive()).isFalse();
      post(server, "while-killed");
      target.start();
      assertThat(target.url()).isEqualTo(url);
      awaitReceived(target, 1);

      target.pause();
      post(server, "while-paused");
      target.resume();
      awaitReceived(target, 2);

      target.cutNetwork();
      post(server, "while-cut");
      target.restoreNetwork();
      awaitReceived(target, 3);

      assertThat(sessionsIn(journal))
          .contains("test/first", "test/while-killed", "test/while-paused", "test/while-cut");
      assertThat(target.rssBytes()).isPositive();
    }
  }

  @Test
  void aTargetThatIsNoneIsToldFromOneThatIs() throws IOException {
    try (var target = SocketIoServer.process()) {
      target.answer(SocketIoServer.Answers.GARBAGE);
      assertThat(ask(target).text()).contains("Welcome");
      assertThat(ask(target, UPGRADE).status()).isEqualTo(101);

      target.answer(SocketIoServer.Answers.REDIRECT);
      assertThat(ask(target).header("Location")).endsWith("/elsewhere");
      assertThat(ask(target, UPGRADE).status()).isBetween(301, 308);

      target.answer(SocketIoServer.Answers.NORMAL);
      target.readEvery(5);
      assertThat(ask(target).text()).startsWith("0{\"sid\"");
    }
  }

  private static HttpConnection.Answer ask(SocketIoServer target, String... headers)
      throws IOException {
    try (var connection = HttpConnection.to(target.port())) {
      String transport = headers.length == 0 ? "polling" : "websocket";
      return connection.get("/socket.io/?EIO=4&transport=" + transport, headers);
    }
  }

  private static void awaitReceived(SocketIoServer target, int events) {
    await().atMost(SOON).until(() -> target.state().get("unique").asInt() == events);
  }

  private static void post(EvenkeelProcess server, String session) throws IOException {
    try (var connection = HttpConnection.to(server.port())) {
      assertThat(
              connection
                  .post(
                      "/hooks/test",
                      "{\"hook_event_name\":\"Stop\",\"session_id\":\"" + session + "\"}")
                  .status())
          .isEqualTo(200);
    }
  }

  private static Stream<String> sessionsIn(Path journal) throws IOException {
    try (Stream<Path> files = Files.list(journal)) {
      return files.sorted().toList().stream()
          .flatMap(SocketIoServerTest::lines)
          .filter(line -> line.startsWith("e\t"))
          .map(line -> line.split("\t")[4]);
    }
  }

  private static Stream<String> lines(Path file) {
    try {
      return Files.readAllLines(file).stream();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
