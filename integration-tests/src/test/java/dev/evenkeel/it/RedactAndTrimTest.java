package dev.evenkeel.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import dev.evenkeel.testbed.SocketIoServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A secret that was posted is nowhere, and long strings are cut after it was looked for. */
class RedactAndTrimTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int LIMIT = 64 << 10;
  private static final String MARKER = "\\[redacted:github-token#[0-9a-f]{8}]";

  @RegisterExtension static final Servers SERVERS = new Servers();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  static Path folder;

  /** Made when the test runs, so that none stands in the repository. */
  private static final String SECRET = "gh" + "p_" + word(36);

  private static EvenkeelProcess server;
  private static JsonNode history;
  private static JsonNode atTarget;

  private static String word(int length) {
    var random = new Random();
    var word = new StringBuilder();
    while (word.length() < length) {
      word.append(
          (char) (random.nextBoolean() ? 'a' + random.nextInt(26) : '0' + random.nextInt(10)));
    }
    return word.toString();
  }

  @BeforeAll
  static void postAndReadEverywhere() throws IOException {
    try (var target = SocketIoServer.process()) {
      server =
          SERVERS
              .on(folder.resolve("data"))
              .with("EVENKEEL_TARGETS_MAIN_URL", target.url())
              .start();
      try (var connection = HttpConnection.to(server.port())) {
        post(connection, withSecrets().toString());
        post(connection, longWithASecretAtTheCut().toString());
        post(connection, withSecrets().toString().replace("gh" + "p_", "\\u0067h\\u0070_"));
        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> target.state().get("received").asInt() >= 3);
        history =
            JSON.readTree(connection.get("/api/events?after=0&type=hook").body()).get("events");
        atTarget = target.latest();
      }
      int _ = server.stop();
    }
  }

  private static void post(HttpConnection connection, String event) throws IOException {
    HttpConnection.Answer answer = connection.post("/hooks/claude-code", event);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.text()).doesNotContain(SECRET);
  }

  /** In a value, in the name of a field, in a list, and where the server looks itself. */
  private static ObjectNode withSecrets() {
    ObjectNode event = JSON.createObjectNode();
    event.put("session_id", "s").put("hook_event_name", "UserPromptSubmit");
    event.put("cwd", "/home/" + SECRET + "/shop");
    event.put("prompt", "Push with " + SECRET + ", please.");
    event.putObject("tool_input").put(SECRET, 1).putArray("args").add("--token=" + SECRET);
    return event;
  }

  /** The limit is in the middle of it: cut first, its half would not be known for a secret. */
  private static ObjectNode longWithASecretAtTheCut() {
    ObjectNode event = JSON.createObjectNode();
    event.put("session_id", "s").put("hook_event_name", "PostToolUse");
    String before = "some words ".repeat(LIMIT / 11 + 1).substring(0, LIMIT - 20) + " ";
    event.put("stdout", before + SECRET + " and more".repeat(5000));
    return event;
  }

  @Test
  void theSecretIsNotInTheFiles() throws IOException {
    int files = 0;
    try (Stream<Path> all = Files.walk(server.dataDir())) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files++;
        assertThat(Files.readString(file, ISO_8859_1))
            .as(file.toString())
            .doesNotContain(SECRET)
            .doesNotContain(SECRET.substring(0, 14));
      }
    }
    assertThat(files).isPositive();
    assertThat(server.output()).doesNotContain(SECRET);
  }

  @Test
  void theSecretIsNotInTheHistoryAndItsMarkerIs() {
    assertThat(history).hasSize(3);
    assertThat(history.toString()).doesNotContain(SECRET.substring(0, 14));
    JsonNode event = history.get(0);
    assertThat(event.get("cwd").textValue()).matches("/home/" + MARKER + "/shop");
    assertThat(event.get("data").get("prompt").textValue())
        .matches("Push with " + MARKER + ", please\\.");
    assertThat(event.get("data").get("tool_input").toString())
        .matches("\\{\"" + MARKER + "\":1,\"args\":\\[\"--token=" + MARKER + "\"]}");
  }

  @Test
  void theSecretDidNotReachTheTarget() {
    assertThat(atTarget.size()).isGreaterThanOrEqualTo(3);
    assertThat(atTarget.toString()).doesNotContain(SECRET.substring(0, 14)).contains("[redacted:");
  }

  @Test
  void aLongStringIsCutAfterItsSecretsWereReplaced() {
    String kept = history.get(1).get("data").get("stdout").textValue();
    assertThat(kept)
        .contains(" [redacted:")
        .containsPattern("\\.\\.\\.\\[trimmed \\d+ of \\d+ bytes]$");
    assertThat(kept).hasSizeLessThan(LIMIT + 100);
  }
}
