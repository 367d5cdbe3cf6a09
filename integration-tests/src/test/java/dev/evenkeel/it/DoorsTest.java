package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import dev.evenkeel.testbed.HttpConnection.Answer;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No page in a browser and no stranger on the network reads events or posts them. */
class DoorsTest {

  private static final String TOKEN = "a-token-of-this-test";
  private static final String EVENT = "{\"hook_event_name\":\"Stop\",\"session_id\":\"stranger\"}";

  @RegisterExtension static final Servers SERVERS = new Servers();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  static Path folder;

  private static EvenkeelProcess open;
  private static EvenkeelProcess guarded;

  @BeforeAll
  static void startServers() {
    open = SERVERS.on(folder.resolve("open")).start();
    guarded = SERVERS.on(folder.resolve("guarded")).with("EVENKEEL_TOKEN", TOKEN).start();
  }

  private static Answer ask(EvenkeelProcess server, String door, String... headers)
      throws IOException {
    String method = door.substring(0, door.indexOf(' '));
    String path = door.substring(door.indexOf(' ') + 1);
    try (var connection = HttpConnection.to(server.port())) {
      return method.equals("POST")
          ? connection.post(path, EVENT, headers)
          : connection.send(method, path, headers);
    }
  }

  private static long kept(EvenkeelProcess server) {
    try (LogFile log = LogFile.of(server.dataDir())) {
      return log.number("SELECT count(*) FROM accepted");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Host: evil.example | evenkeel.allowed-hosts",
        "Host: evil.example:8765 | evenkeel.allowed-hosts",
        "Host: localhost.evil.example | evenkeel.allowed-hosts",
        "Host: 127.0.0.1.nip.io | evenkeel.allowed-hosts",
        "Host: 10.0.0.1 | evenkeel.allowed-hosts",
        "Origin: http://evil.example | evenkeel.allowed-origins",
        "Origin: http://localhost:1 | evenkeel.allowed-origins",
        "Origin: https://127.0.0.1 | evenkeel.allowed-origins",
        "Origin: null | evenkeel.allowed-origins",
        "Sec-Fetch-Site: cross-site | may not call",
      })
  void pagesOfOthersAreTurnedAwayAtEveryDoor(String header, String said) throws IOException {
    for (String door :
        new String[] {
          "POST /hooks/claude-code",
          "POST /hooks/claude-code/Stop",
          "POST /hooks/claude-code/batch",
          "POST /api/events",
          "GET /api/events",
          "GET /api/status",
          "GET /socket.io/?EIO=4&transport=polling",
          "GET /q/metrics",
          "GET /q/health/live",
          "GET /",
          "OPTIONS /hooks/claude-code",
          "GET /nothing"
        }) {
      Answer answer = ask(open, door, header);
      assertThat(answer.status()).as(door).isEqualTo(403);
      assertThat(answer.text()).as(door).contains(said);
      assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
    }
    assertThat(kept(open)).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /",
        "GET /nothing",
        "GET /q/health/live",
        "POST /hooks/-",
        "POST /hooks/a/b/c/d",
        "GET /hooks/x",
        "OPTIONS /",
        "DELETE /api/status"
      })
  void noAnswerLetsABrowserGuessItsType(String door) throws IOException {
    assertThat(ask(open, door).header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(ask(open, door, "Host: evil").header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(ask(guarded, door).header("X-Content-Type-Options")).isEqualTo("nosniff");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Host: localhost", "Host: LOCALHOST:99", "Host: [::1]:8765", "Host: 127.0.0.1"})
  void whoeverCallsFromThisMachineComesIn(String host) throws IOException {
    Answer answer = ask(open, "GET /q/health/live", host);
    assertThat(answer.status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /hooks/claude-code",
        "POST /hooks/claude-code/batch",
        "POST /api/events",
        "GET /api/events",
        "GET /api/status",
        "GET /api/state",
        "GET /q/metrics",
        "GET /nothing",
        "GET /page/../api/events",
        "GET /page/page.js/../../api/events",
        "POST /bench/bare",
        "GET /q/health/../metrics",
        "GET /q/health/..%2Fmetrics",
        "GET /q/health/../../api/status",
        "POST /q/health/live/../../../hooks/x",
        "GET //q/health",
        "GET /q/healthy"
      })
  void everyDoorButHealthAndThePagesFilesWantsTheToken(String door) throws IOException {
    for (String header :
        new String[] {
          "X-Nothing: 1",
          "Authorization: Bearer wrong",
          "Authorization: Bearer " + TOKEN + "x",
          "Authorization: Bearer",
          "Authorization: Basic " + TOKEN,
          "Authorization: " + TOKEN,
          "Cookie: token=" + TOKEN
        }) {
      Answer answer = ask(guarded, door, header);
      assertThat(answer.status()).as(header).isEqualTo(401);
      assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
      assertThat(answer.text()).contains("Authorization: Bearer").doesNotContain(TOKEN);
    }
    assertThat(ask(guarded, door, "Authorization: Bearer " + TOKEN).status()).isNotEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET /q/health/live", "GET /q/health/ready", "GET /q/health"})
  void healthIsToldWithoutAToken(String door) throws IOException {
    assertThat(ask(guarded, door).status()).isEqualTo(200);
  }

  @Test
  void aTokenDoesNotOpenTheDoorForAPage() throws IOException {
    Answer answer =
        ask(
            guarded,
            "POST /hooks/claude-code",
            "Authorization: Bearer " + TOKEN,
            "Origin: http://evil.example");
    assertThat(answer.status()).isEqualTo(403);
  }

  @Test
  void listeningBeyondThisMachineWithoutATokenIsRefusedWithTheReason() {
    EvenkeelProcess server =
        SERVERS.on(folder.resolve("exposed")).with("QUARKUS_HTTP_HOST", "0.0.0.0").spawn();
    assertThat(server.awaitEnd()).isNotZero();
    assertThat(server.output()).contains("0.0.0.0", "evenkeel.token is not set");
    assertThat(server.output().lines()).as(server.output()).hasSizeLessThan(15);
  }

  @Test
  void listeningBeyondThisMachineWithATokenIsAllowed() throws IOException {
    EvenkeelProcess server =
        SERVERS
            .on(folder.resolve("team"))
            .with("QUARKUS_HTTP_HOST", "0.0.0.0")
            .with("EVENKEEL_TOKEN", TOKEN)
            .start();
    assertThat(ask(server, "POST /hooks/claude-code").status()).isEqualTo(401);
    assertThat(server.output()).doesNotContain(TOKEN);
  }
}
