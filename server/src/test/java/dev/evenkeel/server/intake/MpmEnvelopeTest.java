package dev.evenkeel.server.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.MalformedEventException;
import dev.evenkeel.extension.Session;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MpmEnvelopeTest {

  private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

  /** With the white space, the order and the spelling of numbers and letters of its sender. */
  private static final String RAW =
      """
      {  "session_id": "s1", "cwd":"/work", "hook_event_name": "PreToolUse",
       "tool_name": "Bash", "tool_input": {"n": 1.50, "u": "\\u00e4ä😀"}, "tool_use_id":"toolu_1" }""";

  private static HookEvent read(String body) throws MalformedEventException {
    return MpmEnvelope.read(body.getBytes(UTF_8), TIME);
  }

  private static String envelope(String data) {
    return "{\"namespace\": \"\", \"event\": \"claude_event\", \"data\": " + data + "}";
  }

  private static void assertRaw(HookEvent event) {
    assertThat(event.session()).isEqualTo(new Session("claude-code", "s1"));
    assertThat(event.name()).isEqualTo("PreToolUse");
    assertThat(event.subtype()).isEqualTo("pre_tool");
    assertThat(event.cwd()).isEqualTo("/work");
    assertThat(event.toolUseId()).isEqualTo("toolu_1");
    assertThat(event.toolName()).isEqualTo("Bash");
    assertThat(event.time()).isEqualTo(TIME);
    assertThat(event.json()).isEqualTo(RAW);
  }

  @Test
  void theShellHooksRawEventIsTakenByteForByte() throws Exception {
    assertRaw(
        read(
            envelope(
                """
                {"event": "mpm_event", "source": "hook", "type": "hook", "subtype": "pre_tool",
                 "timestamp": "2026-01-01T00:00:00Z", "session_id": "s1",
                 "data": {"type": "hook", "subtype": "pre_tool", "hook_event_name": "PreToolUse",
                          "tool_name": "Bash", "session_id": "other", "correlation_id": "c",
                          "timestamp": "x", "source": "fast_hook", "data": %s }}"""
                    .formatted(RAW))));
  }

  @Test
  void anEventThatStandsInTheEnvelopeDirectlyIsTakenByteForByte() throws Exception {
    assertRaw(read(envelope("{\"type\":\"hook\",\"subtype\":\"pre_tool\",\"data\":" + RAW + "}")));
    assertRaw(read(envelope(RAW)));
    assertRaw(read(RAW));
  }

  @Test
  void typeAndSubtypeMayBeOneWordAsVersion39SendsIt() throws Exception {
    // When
    HookEvent event =
        read(
            """
            {"type": "hook.pre_tool", "timestamp": "2025-08-01T00:00:00Z",
             "data": {"tool_name": "Bash", "session_id": "s3", "working_directory": "/there",
                      "type": "other"}}""");
    // Then
    assertThat(event.session()).isEqualTo(new Session("claude-mpm", "s3"));
    assertThat(event.name()).isEqualTo("PreToolUse");
    assertThat(event.cwd()).isEqualTo("/there");
    assertThat(event.json()).startsWith("{\"tool_name\": \"Bash\"");
    assertThat(read("{\"type\": \"hook.\", \"data\": {}}").name()).isEqualTo(HookEvent.UNNAMED);
  }

  @Test
  void aByteOrderMarkAndWhiteSpaceAroundAreNoPartOfIt() throws Exception {
    assertRaw(read("\uFEFF \r\n" + RAW + " \n"));
    assertRaw(read("\uFEFF\n" + envelope(RAW) + "\n\n"));
  }

  @Test
  void whatNamesTheEventMayStandAroundIt() throws Exception {
    // When
    HookEvent event =
        read(
            envelope(
                """
                {"event": "mpm_event", "type": "hook", "subtype": "post_tool",
                 "session_id": "s2", "correlation_id": "c2", "cwd": "/there",
                 "data": {"tool_name": "Read", "ok": true}}"""));
    // Then
    assertThat(event.session()).isEqualTo(new Session("claude-mpm", "s2"));
    assertThat(event.toolUseId()).isEqualTo("c2");
    assertThat(event.cwd()).isEqualTo("/there");
    assertThat(event.name()).isEqualTo("PostToolUse");
    assertThat(event.json()).isEqualTo("{\"tool_name\": \"Read\", \"ok\": true}");
  }

  @Test
  void whatStandsFurtherInGoesBeforeWhatStandsAround() throws Exception {
    // When
    HookEvent event =
        read(
            """
            {"session_id":"0","cwd":"/0","subtype":"stop","correlation_id":"c0",
             "data":{"sessionId":"1","correlation_id":"c1","working_directory":"/1",
             "data":{"session_id":"2","subtype":"session_end","session_id":null,"cwd":""}}}""");
    // Then
    assertThat(event.session().id()).isEqualTo("1");
    assertThat(event.toolUseId()).isEqualTo("c1");
    assertThat(event.cwd()).isEqualTo("/1");
    assertThat(event.name()).isEqualTo("SessionEnd");
  }

  @Test
  void aLongFolderIsKept() throws Exception {
    String folder = "/f".repeat(2048);
    assertThat(read(envelope("{\"cwd\":\"" + folder + "\",\"data\":{}}")).cwd()).isEqualTo(folder);
  }

  @ParameterizedTest
  @CsvSource({
    "user_prompt,UserPromptSubmit",
    "pre_tool,PreToolUse",
    "post_tool,PostToolUse",
    "subagent_start,SubagentStart",
    "subagent_stop,SubagentStop",
    "stop,Stop",
    "session_start,SessionStart",
    "session_end,SessionEnd",
    "notification,Notification",
    "pre_compact,pre_compact"
  })
  void shortFormsGetTheAgentsNameWhereItHasOne(String subtype, String name) throws Exception {
    HookEvent event = read(envelope("{\"subtype\":\"" + subtype + "\",\"data\":{\"a\":1}}"));
    assertThat(event.name()).isEqualTo(name);
    assertThat(event.subtype()).isEqualTo(subtype);
    assertThat(event.session().source()).isEqualTo("claude-mpm");
  }

  @Test
  void whatIsNamedNowhereIsUnknown() throws Exception {
    assertThat(read("{}").name()).isEqualTo(HookEvent.UNNAMED);
    assertThat(read("{}").session()).isEqualTo(new Session("claude-mpm", ""));
    assertThat(read(envelope("{\"data\":[1]}")).json()).isEqualTo("{\"data\":[1]}");
  }

  @Test
  void anAgentsEventMayHaveAFieldOfThatNameItself() throws Exception {
    // Given
    String raw =
        "{\"hook_event_name\":\"Stop\",\"session_id\":\"s\",\"data\":{\"session_id\":\"x\"}}";
    // When
    HookEvent event = read(envelope("{\"type\":\"hook\",\"data\":" + raw + "}"));
    // Then
    assertThat(event.json()).isEqualTo(raw);
    assertThat(event.session().id()).isEqualTo("s");
  }

  @Test
  void whereAFieldStandsTwiceTheLastCounts() throws Exception {
    HookEvent event =
        read("{\"session_id\":\"a\",\"data\":{\"x\":1},\"session_id\":\"b\",\"data\":{\"x\":2}}");
    assertThat(event.session().id()).isEqualTo("b");
    assertThat(event.json()).isEqualTo("{\"x\":2}");
    assertThat(read("{\"data\":{\"x\":1},\"data\":5}").json())
        .isEqualTo("{\"data\":{\"x\":1},\"data\":5}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "{\"data\":{}", "{}x", "\"data\"", "{\"data\":{\"a\":}}"})
  void whatIsNoObjectIsRefused(String body) {
    assertThatThrownBy(() -> read(body)).isInstanceOf(MalformedEventException.class);
  }

  @Test
  void anIdOfTheEventThatIsTooLongIsRefused() {
    String id = "i".repeat(513);
    assertThatThrownBy(() -> read(envelope("{\"data\":{\"session_id\":\"" + id + "\"}}")))
        .isInstanceOf(MalformedEventException.class)
        .hasMessageContaining("512");
  }

  @Test
  void onlySoManyLevelsAreOpenedHoweverManyThereAre() throws Exception {
    // Given: as deep as an event may nest, and as large as a body may be
    int levels = 900;
    String filler = "x".repeat(Intake.MAX_BYTES - levels * 9 - 100);
    String body = "{\"data\":".repeat(levels) + "{\"x\":\"" + filler + "\"}" + "}".repeat(levels);
    byte[] bytes = body.getBytes(UTF_8);
    MpmEnvelope.read(bytes, TIME);
    // When
    long before = allocated();
    HookEvent event = MpmEnvelope.read(bytes, TIME);
    // Then: a copy of the payload, and not one for each level
    assertThat(allocated() - before).isLessThan(4L * Intake.MAX_BYTES);
    assertThat(event.json()).startsWith("{\"data\":{\"data\":").hasSize(body.length() - 3 * 9);
  }

  @Test
  void manyFieldsAroundTheEventTakeNoMemory() throws Exception {
    // Given
    var body = new StringBuilder("{");
    for (int i = 0; i < 200_000; i++) {
      body.append("\"f").append(i).append("\":").append(i).append(',');
    }
    byte[] bytes = body.append("\"data\":{\"session_id\":\"s\"}}").toString().getBytes(UTF_8);
    // When, then
    assertThat(MpmEnvelope.read(bytes, TIME).session().id()).isEqualTo("s");
  }

  private static long allocated() {
    return ((com.sun.management.ThreadMXBean)
            java.lang.management.ManagementFactory.getThreadMXBean())
        .getCurrentThreadAllocatedBytes();
  }
}
