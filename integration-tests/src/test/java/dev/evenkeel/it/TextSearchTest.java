package dev.evenkeel.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Events are found by their text, in the packaged server, whatever happens to it. */
class TextSearchTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final JsonMapper JSON = new JsonMapper();

  @RegisterExtension static final Servers SERVERS = new Servers();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  private static void post(HttpConnection connection, String session, int number)
      throws IOException {
    String event =
        "{\"hook_event_name\":\"Note\",\"session_id\":\"%s\",\"text\":\"a needle number%d\"}"
            .formatted(session, number);
    HttpConnection.Answer answer = connection.post("/hooks/claude-code", event);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
  }

  private static JsonNode get(HttpConnection connection, String path) throws IOException {
    HttpConnection.Answer answer = connection.get(path);
    assertThat(answer.status()).as(path + ": " + answer.text()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static void awaitIndexed(HttpConnection connection) {
    await()
        .atMost(SOON)
        .until(
            () -> {
              for (JsonNode queue : get(connection, "/api/state").get("queues")) {
                boolean isOpen = !queue.get("name").asText().equals("memory-budget");
                if (isOpen && queue.get("size").asInt() > 0 && waits(queue)) {
                  return false;
                }
              }
              return connection.get("/api/events?text=x").status() == 200;
            });
  }

  private static boolean waits(JsonNode queue) {
    return switch (queue.get("name").asText()) {
      case "accepted", "handler", "log-publications", "text-index" -> true;
      default -> false;
    };
  }

  private static List<Integer> find(HttpConnection connection, String query) throws IOException {
    var numbers = new ArrayList<Integer>();
    String after = "0";
    while (true) {
      JsonNode page = get(connection, "/api/events?limit=200&after=" + after + "&" + query);
      for (JsonNode event : page.get("events")) {
        String text = event.at("/data/text").asText();
        numbers.add(Integer.parseInt(text.substring(text.lastIndexOf("number") + 6)));
      }
      String next = page.get("next").asText();
      if (page.get("events").isEmpty() && next.equals(after)) {
        return numbers;
      }
      after = next;
    }
  }

  @Test
  void whatWasAnsweredIsFoundOnceOverKills() throws Exception {
    EvenkeelProcess server = SERVERS.on(folder.resolve("data"));
    var random = new Random(11);
    var answered = new ArrayList<Integer>();
    for (int kill = 0; kill < 5; kill++) {
      server.start();
      int from = kill * 1_000_000;
      Thread agent =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (var connection = HttpConnection.to(server.port())) {
                      for (int i = from; ; i++) {
                        post(connection, "s", i);
                        answered.add(i);
                      }
                    } catch (IOException e) {
                      // The server was killed; had it ended by itself, kill() would say so.
                    }
                  });
      LockSupport.parkNanos(Duration.ofMillis(random.nextInt(300, 900)).toNanos());
      server.kill();
      agent.join();
    }
    server.start();
    try (var connection = HttpConnection.to(server.port())) {
      awaitIndexed(connection);
      assertThat(answered).hasSizeGreaterThan(100);
      assertThat(find(connection, "text=needle"))
          .isSorted()
          .doesNotHaveDuplicates()
          .containsAll(answered)
          .isEqualTo(find(connection, "name=Note"));
      int some = answered.get(answered.size() / 2);
      assertThat(find(connection, "text=" + encoded("\"needle number" + some + "\"")))
          .containsExactly(some);
    }
  }

  @Test
  void whatALogHeldBeforeThereWasAnIndexIsFoundAfterwards() throws Exception {
    EvenkeelProcess server =
        SERVERS.on(folder.resolve("data")).with("EVENKEEL_LOG_TEXT_SEARCH", "false").start();
    try (var connection = HttpConnection.to(server.port())) {
      for (int i = 0; i < 500; i++) {
        post(connection, "s" + i % 3, i);
      }
      HttpConnection.Answer off = connection.get("/api/events?text=needle");
      assertThat(off.status()).isEqualTo(400);
      assertThat(off.text()).contains("evenkeel.log.text-search");
    }
    assertThat(server.stop()).isIn(0, 143);
    assertThat(server.dataDir().resolve("text-index.db")).doesNotExist();
    server.with("EVENKEEL_LOG_TEXT_SEARCH", "true").start();
    try (var connection = HttpConnection.to(server.port())) {
      awaitIndexed(connection);
      assertThat(find(connection, "text=needle")).hasSize(500);
      assertThat(find(connection, "text=needle&session=s1")).hasSize(167);
    }
    assertThat(server.stop()).isIn(0, 143);
    server.with("EVENKEEL_LOG_TEXT_SEARCH", "false").start();
    assertThat(Files.exists(server.dataDir().resolve("text-index.db"))).isFalse();
  }

  @Test
  void hostileTextIsAnErrorOrText() throws Exception {
    EvenkeelProcess server = SERVERS.on(folder.resolve("data")).start();
    String many =
        IntStream.range(0, 10_000).mapToObj(i -> "w" + i).collect(Collectors.joining(" "));
    var wrong =
        List.of(
            "", " ", "*", "\"", "\"open", "a\"b", "()", "\u0000", many, "a ".repeat(40), "\ue000");
    var text =
        List.of(
            "a AND",
            "NOT",
            "NEAR(a b, 5)",
            "NEAR",
            "OR OR OR",
            "a*",
            "***a***",
            "words:needle",
            "{words}:x",
            "^a",
            "a + b",
            "-a",
            "'; DROP TABLE parts; --",
            "\"a\" * \"b\"",
            "a\u0000b",
            "👍🏽",
            "東京タワー",
            "ที่นี่",
            "e\u0301",
            "\ufeffx",
            "%",
            "_",
            "x".repeat(1000),
            "\"\" a",
            "\u202eevil",
            "rowid",
            "needle\u0000\"x\"");
    try (var connection = HttpConnection.to(server.port())) {
      post(connection, "s", 1);
      awaitIndexed(connection);
      for (String each : wrong) {
        HttpConnection.Answer answer = answer(server, "/api/events?text=" + encoded(each));
        assertThat(answer.status()).as(each).isIn(400, 414);
        if (answer.status() == 400) {
          assertThat(JSON.readTree(answer.body()).get("error").asText()).startsWith("'text': ");
        }
      }
      for (String each : text) {
        boolean nothing = each.equals("%") || each.equals("_");
        HttpConnection.Answer answer = answer(server, "/api/events?text=" + encoded(each));
        assertThat(answer.status()).as(each + ": " + answer.text()).isEqualTo(nothing ? 400 : 200);
      }
      for (String raw : List.of("%ff%fe", "%", "%zz", "%ed%a0%80", "a%00b", "+++", "a&text=b")) {
        HttpConnection.Answer answer = answer(server, "/api/events?text=" + raw);
        assertThat(answer.status()).as(raw + ": " + answer.text()).isIn(200, 400);
      }
      assertThat(find(connection, "text=needle")).containsExactly(1);
      assertThat(find(connection, "text=" + encoded("needle numb*"))).containsExactly(1);
    }
    assertThat(server.output()).doesNotContain("text index").doesNotContain("Exception");
  }

  /** Over a connection of its own: what is refused early may be hung up on. */
  private static HttpConnection.Answer answer(EvenkeelProcess server, String path)
      throws IOException {
    try (var connection = HttpConnection.to(server.port())) {
      return connection.get(path);
    }
  }
}
