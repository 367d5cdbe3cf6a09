package dev.evenkeel.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeaningTest {

  private static Meaning of(String json) throws MalformedEventException {
    return HookEvent.read("x", json, Instant.EPOCH).meaning();
  }

  @Test
  void aThingIsFoundUnderEachNameAndTheBestNameWins() throws Exception {
    assertThat(of("{\"output\":\"b\",\"tool_response\":\"a\"}").resultText()).isEqualTo("a");
    assertThat(of("{\"output\":\"b\",\"tool_response\":null}").resultText()).isEqualTo("b");
    assertThat(of("{\"toolResult\":{\"textResultForLlm\":\"c\"}}").resultText()).isEqualTo("c");
    assertThat(of("{\"properties\":{\"output\":\"d\"}}").resultText()).isEqualTo("d");
    assertThat(of("{\"other\":{\"output\":\"e\"}}").resultText()).isNull();
  }

  @Test
  void anObjectThatIsSentAsTextIsReadAndOtherTextStays() throws Exception {
    assertThat(of("{\"tool_input\":\"{\\\"a\\\":1}\"}").toolInput().path("a").intValue())
        .isEqualTo(1);
    assertThat(of("{\"tool_input\":\"{ not JSON\"}").toolInput().textValue())
        .isEqualTo("{ not JSON");
    assertThat(of("{\"tool_input\":\"{} and more\"}").toolInput().isObject()).isTrue();
    assertThat(of("{\"tool_input\":[1]}").toolInput().isArray()).isTrue();
    assertThat(of("{}").toolInput().isMissingNode()).isTrue();
  }

  @Test
  void theLastOfSeveralMessagesIsThePrompt() throws Exception {
    assertThat(of("{\"input-messages\":[\"a\",\"b\"]}").prompt()).isEqualTo("b");
    assertThat(of("{\"input-messages\":[]}").prompt()).isNull();
    assertThat(of("{\"prompt\":{\"no\":\"text\"}}").prompt()).isNull();
  }

  @Test
  void textsAmongPartsAreJoined() throws Exception {
    assertThat(
            of("{\"tool_response\":{\"content\":[{\"text\":\"a\"},{\"x\":1},{\"text\":\"b\"}]}}")
                .resultText())
        .isEqualTo("a\nb");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "null",
      value = {
        "PreToolUse|{}|null",
        "UserPromptSubmit|{}|null",
        "SubagentStart|{}|null",
        "PostToolUse|{}|SUCCEEDED",
        "PostToolUse|{\"tool_response\":{\"interrupted\":true}}|INTERRUPTED",
        "PostToolUse|{\"tool_response\":{\"interrupted\":false}}|SUCCEEDED",
        "AfterTool|{\"tool_response\":{\"error\":null}}|SUCCEEDED",
        "AfterTool|{\"tool_response\":{\"error\":{}}}|FAILED",
        "PostToolUse|{\"tool_result\":{\"result_type\":\"denied\"}}|DENIED",
        "PostToolUse|{\"tool_result\":{\"result_type\":\"timeout\"}}|FAILED",
        "PostToolUse|{\"status\":\"error\"}|SUCCEEDED",
        "PostToolUseFailure|{}|FAILED",
        "PostToolUseFailure|{\"is_interrupt\":true}|INTERRUPTED",
        "PermissionDenied|{}|DENIED",
        "Stop|{}|SUCCEEDED",
        "stop|{\"status\":\"aborted\"}|INTERRUPTED",
        "subagentStop|{\"status\":\"error\"}|FAILED",
        "StopFailure|{\"error\":\"rate_limit\"}|FAILED",
        "session.error|{\"properties\":{\"error\":{\"name\":\"MessageAbortedError\"}}}|INTERRUPTED",
        "Interrupt|{}|INTERRUPTED",
        "Whatever|{\"status\":\"error\"}|null",
      })
  void howSomethingEndedIsSaidOnlyByWhatEndsIt(String name, String json, Outcome outcome)
      throws Exception {
    byte[] payload = json.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    assertThat(HookEvent.read("x", name, payload, Instant.EPOCH).meaning().outcome())
        .isEqualTo(outcome);
  }

  @Test
  void fieldsOfTheWrongTypeSayNothing() throws Exception {
    Meaning odd =
        of(
            """
            {"prompt":1,"last_assistant_message":[],"duration_ms":"1","error":[],
             "tool_response":"text","tool_input":"text","hook_event_name":"PostToolUse"}\
            """);
    assertThat(odd.prompt()).isNull();
    assertThat(odd.answer()).isNull();
    assertThat(odd.durationMillis()).isNull();
    assertThat(odd.error()).isNull();
    assertThat(odd.startedAgentId()).isNull();
    assertThat(odd.assignment()).isEqualTo(new Assignment(null, null, null));
    assertThat(odd.outcome()).isEqualTo(Outcome.SUCCEEDED);
  }
}
