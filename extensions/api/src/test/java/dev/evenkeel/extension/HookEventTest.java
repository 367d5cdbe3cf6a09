package dev.evenkeel.extension;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HookEventTest {

  private static HookEvent read(String json) throws MalformedEventException {
    return HookEvent.read("claude-code", json, Instant.EPOCH);
  }

  @Test
  void keepsThePayloadAsItCame() throws Exception {
    String json = "{ \"b\": 1.50e+3, \"a\":0.10 , \"b\":2,\"hook_event_name\":\"X\" }";
    assertThat(read("\uFEFF \n" + json + "\r\n").json()).isEqualTo(json);
    assertThat(read(" \uFEFF\uFEFF" + json).json()).isEqualTo(json);
  }

  @Test
  void findsTreesAtAnyPlace() throws Exception {
    HookEvent event =
        read(
            "{\"a\" :\n {\"b\":[1,[],{\"c\":\"\u00fc\"} ] } , \"d\" : [ ],\"e\":{},\"f\":[{\"a\":{}}]}");
    assertThat(event.at("a", "b")).hasToString("[1,[],{\"c\":\"\u00fc\"}]");
    assertThat(event.at("a")).hasToString("{\"b\":[1,[],{\"c\":\"\u00fc\"}]}");
    assertThat(event.at("d")).hasToString("[]");
    assertThat(event.at("e")).hasToString("{}");
    assertThat(event.at("f")).hasToString("[{\"a\":{}}]");
    assertThat(event.payload())
        .hasToString(
            "{\"a\":{\"b\":[1,[],{\"c\":\"\u00fc\"}]},\"d\":[],\"e\":{},\"f\":[{\"a\":{}}]}");
  }

  @Test
  void aTreeHasABoundedNumberOfValues() throws Exception {
    String most = "[" + "0,".repeat(HookEvent.MAX_TREE_VALUES - 2) + "0]";
    String more = "[" + "0,".repeat(HookEvent.MAX_TREE_VALUES - 1) + "0]";
    HookEvent event = read("{\"most\":" + most + ",\"more\":" + more + ",\"x\":{\"y\":[7]}}");
    assertThat(event.at("most")).hasSize(HookEvent.MAX_TREE_VALUES - 1);
    assertThat(event.at("more").isMissingNode()).isTrue();
    assertThat(event.at("x", "y")).hasToString("[7]");
    assertThatThrownBy(event::payload)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("more than 200000 values");
  }

  @Test
  void readsTheEnvelopeInOnePass() throws Exception {
    HookEvent event =
        read(
            """
            {"session_id":"s","cwd":"/w","prompt_id":"p","agent_id":"a","agent_type":"Explore",
             "hook_event_name":"PostToolUse","tool_name":"Bash","tool_use_id":"t",
             "tool_input":{"session_id":"not this","tool_use_id":"nor this"}}\
            """);
    assertThat(event.session()).isEqualTo(new Session("claude-code", "s"));
    assertThat(event.name()).isEqualTo("PostToolUse");
    assertThat(event.subtype()).isEqualTo("post_tool");
    assertThat(event.cwd()).isEqualTo("/w");
    assertThat(event.promptId()).isEqualTo("p");
    assertThat(event.agentId()).isEqualTo("a");
    assertThat(event.agentType()).isEqualTo("Explore");
    assertThat(event.toolName()).isEqualTo("Bash");
    assertThat(event.toolUseId()).isEqualTo("t");
  }

  @ParameterizedTest
  @CsvSource({
    "UserPromptSubmit,user_prompt",
    "PreToolUse,pre_tool",
    "preToolUse,pre_tool",
    "PostToolUse,post_tool",
    "PostToolUseFailure,post_tool_use_failure",
    "SubagentStop,subagent_stop",
    "SessionEnd,session_end",
    "BeforeTool,pre_tool",
    "AfterTool,post_tool",
    "BeforeAgent,user_prompt",
    "AfterAgent,stop",
    "BeforeModel,before_model",
    "beforeSubmitPrompt,user_prompt",
    "beforeShellExecution,pre_tool",
    "afterShellExecution,post_tool",
    "beforeMCPExecution,pre_tool",
    "afterMCPExecution,post_tool",
    "afterFileEdit,after_file_edit",
    "stop,stop",
    "userPromptSubmitted,user_prompt",
    "agentStop,stop",
    "errorOccurred,error_occurred",
    "agent-turn-complete,stop",
    "chat.message,user_prompt",
    "tool.execute.before,pre_tool",
    "tool.execute.after,post_tool",
    "session.created,session_start",
    "session.idle,stop",
    "session.error,session_error",
    "session.deleted,session_end",
    "file.edited,file_edited",
    "StopFailure,stop_failure",
    "PermissionDenied,permission_denied",
    "unknown,unknown"
  })
  void subtypeIsTheShortForm(String name, String subtype) throws Exception {
    assertThat(read("{\"hook_event_name\":\"" + name + "\"}").subtype()).isEqualTo(subtype);
  }

  @Test
  void theAgentsOwnNameGoesBeforeTheAddressAndTheAddressBeforeAGenericField() throws Exception {
    assertThat(nameOf("{\"hook_event_name\":\"own\",\"type\":\"generic\"}", "url"))
        .isEqualTo("own");
    assertThat(nameOf("{\"type\":\"generic\"}", "url")).isEqualTo("url");
    assertThat(nameOf("{\"type\":\"generic\"}", "")).isEqualTo("generic");
    assertThat(nameOf("{}", "")).isEqualTo(HookEvent.UNNAMED);
  }

  private static String nameOf(String json, String inAddress) throws MalformedEventException {
    return HookEvent.read("x", inAddress, json.getBytes(UTF_8), Instant.EPOCH).name();
  }

  @Test
  void findsAPartWithoutTheWhole() throws Exception {
    HookEvent event = read("{\"a\":{\"b\":[1]},\"n\":null,\"a\":{\"b\":{\"c\":\"last\"}}}");
    assertThat(event.text("a", "b", "c")).isEqualTo("last");
    assertThat(event.at("n").isNull()).isTrue();
    assertThat(event.at("a", "x").isMissingNode()).isTrue();
    assertThat(event.text("a")).isNull();
  }

  @Test
  void attachmentsNeverReplaceEarlierOnes() throws Exception {
    HookEvent event =
        read("{}")
            .withAttachments(Map.of("x", TextNode.valueOf("first")))
            .withAttachments(Map.of("x", TextNode.valueOf("second"), "y", TextNode.valueOf("y")));
    assertThat(event.attachments().get("x").textValue()).isEqualTo("first");
    assertThat(event.attachments().keySet()).containsExactly("x", "y");
  }

  @Test
  void anotherPayloadIsKeptByteForByteAndTheTypedFieldsFollowIt() throws Exception {
    // Given
    HookEvent event =
        read("{\"session_id\":\"s\",\"hook_event_name\":\"Stop\",\"cwd\":\"/secret\","
                + "\"tool_name\":\"Bash\"}")
            .withAttachments(Map.of("x", TextNode.valueOf("y")));
    String other = "{ \"session_id\":\"other\",\"n\":1.50e+3,\"cwd\":\"/masked\" }";
    // When
    HookEvent changed = event.withPayload(other.getBytes(UTF_8));
    // Then
    assertThat(changed.json()).isEqualTo(other);
    assertThat(changed.cwd()).isEqualTo("/masked");
    assertThat(changed.toolName()).isEqualTo("Bash");
    assertThat(changed.session().id()).isEqualTo("s");
    assertThat(changed.name()).isEqualTo("Stop");
    assertThat(changed.attachments()).containsKey("x");
    assertThat(event.cwd()).isEqualTo("/secret");
  }

  @Test
  void aTypedFieldThatCameFromElsewhereDoesNotFollowThePayload() throws Exception {
    String json = "{\"cwd\":\"/in/payload\"}";
    HookEvent event =
        HookEvent.restore(
            new Session("a", "s"), "Stop", Instant.EPOCH, "/beside", null, json.getBytes(UTF_8));
    assertThat(event.withPayload(json.getBytes(UTF_8)).cwd()).isEqualTo("/beside");
  }

  @Test
  void anotherPayloadThatIsNoEventIsRefused() throws Exception {
    HookEvent event = read("{}");
    assertThatThrownBy(() -> event.withPayload("[]".getBytes(UTF_8)))
        .isInstanceOf(MalformedEventException.class);
    assertThatThrownBy(() -> event.withPayload("{\"a\":\"\u00e9\"}".getBytes(ISO_8859_1)))
        .hasMessageContaining("not valid UTF-8");
  }

  @Test
  void aTreeIsRefusedAsItsBytesWouldBe() throws Exception {
    HookEvent event = read("{\"session_id\":\"s\",\"tool_use_id\":\"t\"}");
    assertTreeRefused(event, "session_id", "s".repeat(513), "session_id has 513");
    assertTreeRefused(event, "hook_event_name", "e".repeat(257), "hook_event_name has 257");
    assertTreeRefused(event, "tool_use_id", "t".repeat(513), "tool_use_id has 513");
    assertTreeRefused(event, "n".repeat(4001), "x", "4000");
    assertThatThrownBy(() -> event.withPayload(tree().putRawValue("x", new RawValue("[1"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not valid JSON");
  }

  private static void assertTreeRefused(HookEvent event, String field, String text, String reason) {
    ObjectNode tree = tree().put(field, text);
    assertThatThrownBy(() -> event.withPayload(tree))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
    assertThatThrownBy(() -> event.withPayload(tree.toString().getBytes(UTF_8)))
        .isInstanceOf(MalformedEventException.class)
        .hasMessageContaining(reason);
  }

  private static ObjectNode tree() {
    return JsonNodeFactory.instance.objectNode();
  }

  @Test
  void theTypedFieldsStayWhateverATreeSays() throws Exception {
    HookEvent event = read("{\"session_id\":\"s\",\"hook_event_name\":\"Stop\",\"cwd\":\"/w\"}");
    HookEvent changed =
        event.withPayload(
            tree()
                .put("session_id", "s".repeat(512))
                .put("cwd", "/other")
                .put("tool_name", "Bash"));
    assertThat(changed.session()).isEqualTo(event.session());
    assertThat(changed.name()).isEqualTo("Stop");
    assertThat(changed.cwd()).isEqualTo("/w");
    assertThat(changed.toolName()).isNull();
  }

  @Test
  void whatWasTakenOnceIsMadeAgainWhateverIsTakenNow() throws Exception {
    for (String tooMuch :
        List.of(
            "\"session_id\":\"" + "s".repeat(513) + "\"",
            "\"hook_event_name\":\"" + "e".repeat(257) + "\"",
            "\"tool_use_id\":\"" + "t".repeat(513) + "\"",
            "\"" + "n".repeat(4001) + "\":1")) {
      // When
      HookEvent event = restore("{\"tool_name\":\"Bash\"," + tooMuch + ",\"x\":1}");
      // Then
      assertThat(event.session().id()).isEqualTo("s");
      assertThat(event.name()).isEqualTo("Stop");
      assertThat(event.cwd()).isEqualTo("/w");
      assertThat(event.toolUseId()).isEqualTo("t");
      assertThat(event.toolName()).isEqualTo("Bash");
      assertThat(event.json()).contains(tooMuch);
      assertThat(event.withPayload("{\"cwd\":\"/x\"}".getBytes(UTF_8)).size()).isEqualTo(12);
    }
    assertThatThrownBy(() -> restore("{\"a\":")).isInstanceOf(MalformedEventException.class);
  }

  private static HookEvent restore(String json) throws MalformedEventException {
    return HookEvent.restore(
        new Session("a", "s"), "Stop", Instant.EPOCH, "/w", "t", json.getBytes(UTF_8));
  }

  @Test
  void refusesWhatIsNoEventAndSaysWhy() {
    assertMalformed("", "empty");
    assertMalformed("[1]", "an array");
    assertMalformed("\"x\"", "a string");
    assertMalformed("{} {}", "follows");
    assertMalformed("{\"a\":", "not valid JSON");
    assertMalformed("{\"a\":\"\u0000\"}", "not valid JSON");
    assertMalformed("{\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}", "1000");
    assertMalformed("{\"session_id\":\"" + "s".repeat(513) + "\"}", "session_id has 513");
    assertMalformed("{\"" + "n".repeat(4001) + "\":1}", "4000");
  }

  private static void assertMalformed(String json, String reason) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(MalformedEventException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void refusesOtherEncodings() {
    assertThatThrownBy(() -> bytes("{\"a\":\"\u00e9\"}".getBytes(ISO_8859_1)))
        .hasMessageContaining("not valid UTF-8 at byte 6");
    assertThatThrownBy(() -> bytes("{\"a\":1}".getBytes(UTF_16LE)))
        .hasMessageContaining("zero byte");
  }

  private static HookEvent bytes(byte[] json) throws MalformedEventException {
    return HookEvent.read("x", null, json, Instant.EPOCH);
  }

  @Test
  void takesALoneSurrogateInAnEscape() throws Exception {
    assertThat(read("{\"a\":\"\\ud800\"}").json()).isEqualTo("{\"a\":\"\\ud800\"}");
  }

  @Test
  void eachFieldOfAWidePayloadIsFoundAlsoWhenItIsWrittenWithEscapes() throws Exception {
    for (int fields = 0; fields < 200; fields += 7) {
      var json = new StringBuilder("{\"dur\\u0061tion_ms\":5");
      for (int i = 0; i < fields; i++) {
        json.append(",\"f").append(i).append("\":{\"g\":").append(i).append('}');
      }
      HookEvent event = HookEvent.read("x", json + "}", Instant.EPOCH);
      HookEvent changed =
          event.withPayload(event.json().replace("}}", "},\"new\":1}").getBytes(UTF_8));

      for (HookEvent each : List.of(event, changed, event.withPayload(event.payload()))) {
        assertThat(each.at("duration_ms").intValue()).isEqualTo(5);
        for (int i = 0; i < fields; i++) {
          assertThat(each.at("f" + i, "g").intValue()).isEqualTo(i);
        }
        assertThat(each.at("f" + fields, "g").isMissingNode()).isTrue();
        assertThat(each.at("g").isMissingNode()).isTrue();
      }
      assertThat(changed.at("new").isMissingNode()).isEqualTo(fields == 0);
    }
  }
}
