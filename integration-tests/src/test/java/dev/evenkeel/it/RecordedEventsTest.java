package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Every event that agents were seen to send comes out as it went in, with what was found out. */
class RecordedEventsTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String FEATURE = "50b4aeea-b2aa-4856-9422-ddadf56a9e8d";

  @RegisterExtension static final Servers SERVERS = new Servers();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  static Path folder;

  private static final List<Recorded> SENT = new ArrayList<>();

  /** What GET /api/events gives, from the start. */
  private static final List<JsonNode> PUBLISHED = new ArrayList<>();

  @BeforeAll
  static void postAllAndReadThemBack() throws IOException {
    SENT.addAll(Recorded.all());
    EvenkeelProcess server =
        SERVERS
            .on(folder.resolve("data"))
            .with("EVENKEEL_EXTENSIONS_TRIM_MAX_FIELD", "65536")
            .with("EVENKEEL_EXTENSIONS_TRIM_MAX_BASE64", "65536")
            .start();
    try (var connection = HttpConnection.to(server.port())) {
      for (Recorded each : SENT) {
        HttpConnection.Answer answer = each.postTo(connection);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.body()).as("no guard has anything to say").isEmpty();
      }
      try (LogFile log = LogFile.of(server.dataDir())) {
        await().atMost(Duration.ofSeconds(60)).until(() -> log.unpublished() == 0);
      }
      String after = "0";
      while (true) {
        JsonNode page =
            JSON.readTree(connection.get("/api/events?limit=1000&after=" + after).body());
        assertThat(page.get("missed").asLong()).isZero();
        if (page.get("events").isEmpty()) {
          return;
        }
        page.get("events").forEach(PUBLISHED::add);
        after = page.get("next").asText();
      }
    }
  }

  private static List<JsonNode> hooks() {
    return PUBLISHED.stream().filter(event -> event.get("type").asText().equals("hook")).toList();
  }

  private static List<JsonNode> derived(String name) {
    return PUBLISHED.stream()
        .filter(event -> event.get("event").asText().equals(name))
        .filter(event -> event.get("session_id").asText().equals(FEATURE))
        .toList();
  }

  @Test
  void everyEventComesOutInTheOrderOfItsSession() {
    // Given
    var sent = new HashMap<String, List<Recorded>>();
    for (Recorded each : SENT) {
      sent.computeIfAbsent(each.agent() + each.session(), key -> new ArrayList<>()).add(each);
    }
    // Then
    assertThat(hooks()).hasSameSizeAs(SENT);
    var came = new HashMap<String, List<JsonNode>>();
    for (JsonNode event : hooks()) {
      String session = event.get("source").asText() + event.get("session_id").asText();
      came.computeIfAbsent(session, key -> new ArrayList<>()).add(event.get("data"));
    }
    assertThat(came.keySet()).isEqualTo(sent.keySet());
    sent.forEach(
        (session, events) -> {
          List<JsonNode> data = came.get(session);
          assertThat(data).as(session).hasSameSizeAs(events);
          for (int i = 0; i < events.size(); i++) {
            Recorded event = events.get(i);
            assertThat(event.withoutAttachments(data.get(i))).isEqualTo(event.payload());
          }
        });
  }

  @Test
  void idsGrowAsTextAndNoneComesTwice() {
    List<String> ids = PUBLISHED.stream().map(event -> event.get("id").asText()).toList();
    assertThat(ids).isSorted().doesNotHaveDuplicates();
    assertThat(ids).allMatch(id -> id.length() == ids.getFirst().length());
  }

  @Test
  void theEnvelopeSaysWhatEachAgentSaysInItsOwnWords() {
    assertThat(names("cursor", "cv-1"))
        .containsExactly(
            "beforeSubmitPrompt",
            "beforeShellExecution",
            "afterShellExecution",
            "beforeMCPExecution",
            "afterFileEdit",
            "stop");
    assertThat(names("gemini-cli", "g-1"))
        .containsExactly(
            "SessionStart",
            "BeforeAgent",
            "BeforeTool",
            "AfterTool",
            "Notification",
            "PreCompress",
            "AfterAgent",
            "SessionEnd");
    assertThat(names("codex", "0199-c"))
        .containsExactly("UserPromptSubmit", "PreToolUse", "PostToolUse", "Interrupt", "Stop");
    assertThat(hooks().stream().filter(event -> event.get("source").asText().equals("copilot-cli")))
        .extracting(event -> event.get("event").asText())
        .containsExactly("preToolUse", "postToolUse");
    assertThat(hooks().stream().filter(event -> event.get("source").asText().equals("opencode")))
        .extracting(event -> event.get("event").asText())
        .containsExactly("session.idle", "file.edited");
    assertThat(hooks().stream().filter(event -> event.get("source").asText().equals("codex")))
        .extracting(event -> event.path("correlation_id").asText())
        .containsExactly("", "call_1", "call_1", "", "");
  }

  private static List<String> names(String source, String session) {
    return hooks().stream()
        .filter(event -> event.get("source").asText().equals(source))
        .filter(event -> event.get("session_id").asText().equals(session))
        .map(event -> event.get("event").asText())
        .toList();
  }

  @Test
  void callsOfARealSessionArePairedByTheirIds() {
    var begun = new HashSet<String>();
    var outcomes = new HashMap<String, String>();
    for (JsonNode event : hooks()) {
      if (event.get("session_id").asText().equals(FEATURE) && event.has("correlation_id")) {
        String id = event.get("correlation_id").asText();
        assertThat(event.get("data").get("tool_use_id").asText()).isEqualTo(id);
        if (event.get("subtype").asText().equals("pre_tool")) {
          begun.add(id);
        } else {
          outcomes.put(id, event.get("data").get("outcome").asText());
          assertThat(event.get("data").get("duration_ms").asLong()).isNotNegative();
        }
      }
    }
    assertThat(begun).hasSize(10).isEqualTo(outcomes.keySet());
    Map<String, String> failed = new HashMap<>(outcomes);
    failed.values().removeIf("succeeded"::equals);
    assertThat(failed).isEqualTo(Map.of("toolu_140edacf3356439f864669", "failed"));
  }

  @Test
  void theTwoParallelSubagentsOfARealSessionAreToldApart() {
    assertThat(derived("delegation_started"))
        .extracting(event -> event.get("data").get("tool_use_id").asText())
        .containsExactly("toolu_01cbb5be438d4e0c8a8973", "toolu_d32be5e14db74112b5b06f");
    assertThat(derived("delegation_ended"))
        .extracting(
            event -> event.get("data").get("tool_use_id").asText(),
            event -> event.get("data").get("agent_id").asText(),
            event -> event.get("data").get("agent_type").asText(),
            event -> event.get("data").get("duration_ms").asInt(),
            event -> event.get("data").get("tokens").asInt(),
            event -> event.get("data").get("tool_uses").asInt(),
            event -> event.get("data").get("outcome").asText())
        .containsExactly(
            tuple("toolu_d32be5e14db74112b5b06f", "a810061b47570e174", "Explore", 103, 150, 1),
            tuple(
                "toolu_01cbb5be438d4e0c8a8973",
                "ada90385ac6328205",
                "general-purpose",
                359,
                150,
                2));
  }

  private static org.assertj.core.groups.Tuple tuple(
      String call, String agent, String type, int millis, int tokens, int uses) {
    return org.assertj.core.groups.Tuple.tuple(
        call, agent, type, millis, tokens, uses, "completed");
  }

  @Test
  void theTurnOfARealSessionIsSummedUpOnce() {
    List<JsonNode> turns = derived("turn_ended");
    assertThat(turns).hasSize(1);
    JsonNode turn = turns.getFirst().get("data");
    assertThat(turn.get("prompt_id").asText()).isEqualTo("db45302a-2c59-4360-bbd7-caeff7b76284");
    assertThat(turn.get("tool_calls").asInt()).isEqualTo(10);
    assertThat(turn.get("failures").asInt()).isEqualTo(1);
    assertThat(turn.get("outcome").asText()).isEqualTo("completed");
  }
}
