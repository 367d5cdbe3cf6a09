package dev.evenkeel.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What docs/http.md says of the doors is what a running server does. */
class HttpReferenceTest {

  private static final Path REFERENCE = Path.of("..", "docs", "http.md");
  private static final Pattern DOOR =
      Pattern.compile("^### `(GET|POST) (/\\S*)`$", Pattern.MULTILINE);
  private static final Pattern EXAMPLE =
      Pattern.compile("```sh\\n(curl|printf)(.*?)```\\n(?:```json\\n(.*?)```)?", Pattern.DOTALL);
  private static final JsonMapper JSON = new JsonMapper();

  @RegisterExtension static final Servers SERVERS = new Servers();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  private static String reference() throws IOException {
    return Files.readString(REFERENCE);
  }

  @Test
  void everyDoorThatItNamesAnswers() throws Exception {
    EvenkeelProcess server = SERVERS.on(folder.resolve("data")).start();
    List<MatchResult> doors = DOOR.matcher(reference()).results().toList();
    assertThat(doors).hasSizeGreaterThan(12);
    for (MatchResult door : doors) {
      String path = door.group(2).replace("{agent}", "my-agent").replace("{event}", "Stop");
      try (var connection = HttpConnection.to(server.port())) {
        HttpConnection.Answer answer =
            door.group(1).equals("GET")
                ? connection.get(path)
                : connection.post(path, "{\"session_id\":\"s\"}");
        assertThat(answer.status()).as(door.group() + ": " + answer.text()).isBetween(200, 299);
      }
    }
  }

  /** The examples are run from top to bottom, as a reader would. */
  @Test
  void everyExampleAnswersInTheFormThatIsPrinted() throws Exception {
    EvenkeelProcess server = SERVERS.on(folder.resolve("data")).start();
    List<MatchResult> examples = EXAMPLE.matcher(reference()).results().toList();
    assertThat(examples).hasSizeGreaterThan(12);
    for (MatchResult example : examples) {
      String command = example.group(1) + example.group(2);
      if (command.contains("text=")) {
        awaitIndexed(server);
      }
      String said = run(command.replace("127.0.0.1:8765", "127.0.0.1:" + server.port()));
      if (command.contains("curl -i")) {
        assertThat(said).as(command).startsWith("HTTP/1.1 20");
      }
      if (example.group(3) != null) {
        assertThat(shape(JSON.readTree(said)))
            .as(command + "\n" + said)
            .isEqualTo(shape(JSON.readTree(example.group(3))));
      } else if (!command.contains("-i ") && !command.contains("metrics")) {
        assertThat(fields(said)).as(command).isNotEmpty();
      }
    }
  }

  @Test
  void theFieldsOfTheStatusAreThoseThatItNames() throws Exception {
    EvenkeelProcess server = SERVERS.on(folder.resolve("data")).start();
    String text = reference();
    try (var connection = HttpConnection.to(server.port())) {
      for (String field : fields(connection.get("/api/status").text())) {
        boolean isPlain = field.equals("version") || field.equals("uptimeSeconds");
        assertThat(isPlain || field.equals("sessions") || text.contains("`" + field + "`"))
            .as(field + " of /api/status is in docs/http.md")
            .isTrue();
      }
    }
  }

  private static List<String> fields(String json) throws JsonProcessingException {
    var names = new ArrayList<String>();
    JSON.readTree(json).fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static void awaitIndexed(EvenkeelProcess server) {
    await()
        .until(
            () -> {
              try (var connection = HttpConnection.to(server.port())) {
                HttpConnection.Answer answer = connection.get("/api/events?text=shell");
                return answer.status() == 200
                    && !JSON.readTree(answer.body()).get("events").isEmpty();
              }
            });
  }

  private static String run(String command) throws Exception {
    Process process = new ProcessBuilder("sh", "-c", command.replace("curl ", "curl -sS ")).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    String error = new String(process.getErrorStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(command + ": " + error).isZero();
    return said;
  }

  /** The names of all fields with the kinds of their values; of a list, its first. */
  private static String shape(JsonNode node) {
    if (node.isObject()) {
      var fields = new TreeSet<String>();
      node.properties().forEach(each -> fields.add(each.getKey() + ":" + shape(each.getValue())));
      return fields.toString();
    }
    if (node.isArray()) {
      return node.isEmpty() ? "[]" : "[" + shape(node.get(0)) + "]";
    }
    return node.getNodeType().toString();
  }
}
