package dev.evenkeel.server.guard;

import static dev.evenkeel.extension.HookAnswer.addContext;
import static dev.evenkeel.extension.HookAnswer.allow;
import static dev.evenkeel.extension.HookAnswer.ask;
import static dev.evenkeel.extension.HookAnswer.deny;
import static dev.evenkeel.extension.HookAnswer.replaceInput;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.HookAnswer;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.guard.AnswerDraft.Part;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Golden answers: what each agent gets for each event, to the letter. */
class AnswerFormatTest {

  private static final HookAnswer REPLACE =
      replaceInput(JsonNodeFactory.instance.objectNode().put("command", "ls"));
  private static final String DENY_BEFORE_A_TOOL =
      "{'hookSpecificOutput':{'hookEventName':'PreToolUse','permissionDecision':'deny',"
          + "'permissionDecisionReason':'no'}}";

  private static HookEvent event(String agent, String name) throws Exception {
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    payload.put("session_id", "s").put("hook_event_name", name).put("tool_name", "Bash");
    payload.putObject("tool_input").put("command", "rm");
    return HookEvent.read(agent, payload.toString(), Instant.EPOCH);
  }

  private static AnswerDraft draft(String agent, String name, HookAnswer... answers)
      throws Exception {
    List<Word> words =
        Arrays.stream(answers).map(each -> Word.of("g", each, Duration.ZERO)).toList();
    return AnswerFormat.draft(event(agent, name), Ruling.of(words));
  }

  private static Arguments golden(String agent, String event, String json, HookAnswer... answers) {
    return arguments(agent, event, json.replace('\'', '"'), answers);
  }

  private static String specific(String event, String fields) {
    return "{'hookSpecificOutput':{'hookEventName':'" + event + "'," + fields + "}}";
  }

  static Stream<Arguments> answers() {
    return Stream.of(
        golden("claude-code", "PreToolUse", DENY_BEFORE_A_TOOL, deny("no")),
        golden(
            "claude-code",
            "PreToolUse",
            specific("PreToolUse", "'permissionDecision':'ask','permissionDecisionReason':'sure?'"),
            ask("sure?")),
        golden(
            "claude-code",
            "PreToolUse",
            specific("PreToolUse", "'permissionDecision':'allow'"),
            allow()),
        golden(
            "claude-code",
            "PreToolUse",
            specific(
                "PreToolUse",
                "'permissionDecision':'allow','permissionDecisionReason':'fine',"
                    + "'updatedInput':{'command':'ls'},'additionalContext':'more'"),
            allow("fine"),
            REPLACE,
            addContext("more")),
        golden(
            "claude-code",
            "PreToolUse",
            specific("PreToolUse", "'updatedInput':{'command':'ls'}"),
            REPLACE),
        golden(
            "claude-code",
            "PermissionRequest",
            specific("PermissionRequest", "'decision':{'behavior':'deny','message':'no'}"),
            deny("no")),
        golden(
            "claude-code",
            "PermissionRequest",
            specific(
                "PermissionRequest",
                "'decision':{'behavior':'allow','updatedInput':{'command':'ls'}}"),
            allow("fine"),
            REPLACE),
        golden(
            "claude-code",
            "UserPromptSubmit",
            "{'decision':'block','reason':'no','hookSpecificOutput':"
                + "{'hookEventName':'UserPromptSubmit','additionalContext':'more'}}",
            deny("no"),
            addContext("more")),
        golden("claude-code", "Stop", "{'decision':'block','reason':'go on'}", deny("go on")),
        golden("claude-code", "PostToolUse", "{'decision':'block','reason':'no'}", deny("no")),
        golden(
            "claude-code",
            "SessionStart",
            specific("SessionStart", "'additionalContext':'more'"),
            addContext("more")),
        golden("codex", "PreToolUse", DENY_BEFORE_A_TOOL, deny("no")),
        golden(
            "codex",
            "PreToolUse",
            specific("PreToolUse", "'permissionDecision':'allow','updatedInput':{'command':'ls'}"),
            REPLACE),
        golden(
            "codex",
            "PreToolUse",
            specific("PreToolUse", "'additionalContext':'more'"),
            addContext("more")),
        golden(
            "codex",
            "PermissionRequest",
            specific("PermissionRequest", "'decision':{'behavior':'allow'}"),
            allow("fine"),
            REPLACE),
        golden(
            "codex",
            "PermissionRequest",
            specific("PermissionRequest", "'decision':{'behavior':'deny','message':'no'}"),
            deny("no")),
        golden("codex", "UserPromptSubmit", "{'decision':'block','reason':'no'}", deny("no")),
        golden("codex", "Stop", "{'decision':'block','reason':'go on'}", deny("go on")),
        golden("gemini-cli", "BeforeTool", "{'decision':'deny','reason':'no'}", deny("no")),
        golden(
            "gemini-cli",
            "BeforeTool",
            "{'decision':'allow','hookSpecificOutput':"
                + "{'hookEventName':'BeforeTool','tool_input':{'command':'ls'}}}",
            allow("fine"),
            REPLACE),
        golden(
            "gemini-cli",
            "BeforeAgent",
            specific("BeforeAgent", "'additionalContext':'more'"),
            addContext("more")),
        golden(
            "cursor",
            "beforeShellExecution",
            "{'permission':'deny','user_message':'no','agent_message':'no'}",
            deny("no")),
        golden(
            "cursor",
            "beforeShellExecution",
            "{'permission':'ask','user_message':'sure?','agent_message':'sure?'}",
            ask("sure?")),
        golden(
            "cursor",
            "preToolUse",
            "{'permission':'allow','updated_input':{'command':'ls'}}",
            REPLACE),
        golden("cursor", "beforeReadFile", "{'permission':'deny','user_message':'no'}", deny("no")),
        golden(
            "cursor", "beforeSubmitPrompt", "{'continue':false,'user_message':'no'}", deny("no")),
        golden("cursor", "stop", "{'followup_message':'go on'}", deny("go on")),
        golden("cursor", "postToolUse", "{'additional_context':'more'}", addContext("more")),
        golden(
            "copilot",
            "preToolUse",
            "{'permissionDecision':'deny','permissionDecisionReason':'no'}",
            deny("no")),
        golden(
            "copilot",
            "PreToolUse",
            "{'permissionDecision':'ask','permissionDecisionReason':'sure?',"
                + "'modifiedArgs':{'command':'ls'}}",
            ask("sure?"),
            REPLACE),
        golden("copilot", "permissionRequest", "{'behavior':'deny','message':'no'}", deny("no")),
        golden("copilot", "agentStop", "{'decision':'block','reason':'go on'}", deny("go on")),
        golden("opencode", "tool.execute.before", "{'decision':'deny','reason':'no'}", deny("no")),
        golden("opencode", "tool.execute.before", "{'args':{'command':'ls'}}", REPLACE));
  }

  @ParameterizedTest
  @MethodSource("answers")
  void theAgentGetsItsOwnKeysAndNoOthers(
      String agent, String event, String json, HookAnswer... answers) throws Exception {
    AnswerDraft draft = draft(agent, event, answers);
    assertThat(draft.text()).isEqualTo(json);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          claude-code | PermissionRequest  | ask     | claude-code asks its user already
          claude-code | PermissionRequest  | replace | claude-code takes another input only with a permission
          claude-code | PermissionRequest  | context | claude-code takes no context with PermissionRequest
          claude-code | UserPromptSubmit   | allow   | claude-code takes only denials of UserPromptSubmit
          claude-code | Stop               | replace | claude-code takes no other input for Stop
          claude-code | SessionEnd         | deny    | claude-code takes no decision on SessionEnd
          claude-code | PreCompact         | context | claude-code takes no context with PreCompact
          codex       | PreToolUse         | ask     | codex does not let a hook ask its user
          codex       | PreToolUse         | allow   | codex takes a permission only with another input
          codex       | PermissionRequest  | ask     | codex asks its user already
          codex       | agent-turn-complete| deny    | codex takes no decision on agent-turn-complete
          gemini-cli  | BeforeTool         | ask     | gemini-cli does not let a hook ask its user
          gemini-cli  | BeforeTool         | context | gemini-cli takes no context with BeforeTool
          gemini-cli  | SessionStart       | deny    | gemini-cli takes no decision on SessionStart
          cursor      | preToolUse         | ask     | cursor does not let a hook ask its user on preToolUse
          cursor      | beforeSubmitPrompt | ask     | cursor takes no question on beforeSubmitPrompt
          cursor      | afterFileEdit      | deny    | cursor takes no decision on afterFileEdit
          cursor      | beforeShellExecution | context | cursor takes no context with beforeShellExecution
          copilot     | preToolUse         | context | copilot takes no context with preToolUse
          copilot     | postToolUse        | deny    | copilot takes no answer to postToolUse
          opencode    | tool.execute.before| ask     | opencode takes only denials of tool.execute.before
          opencode    | tool.execute.before| allow   | opencode takes only denials of tool.execute.before
          opencode    | tool.execute.before| context | opencode takes no context with tool.execute.before
          opencode    | chat.message       | deny    | opencode takes no answer to chat.message
          my-agent    | PreToolUse         | deny    | how my-agent takes an answer is not known
          """)
  void whatTheAgentDoesNotTakeIsLeftOutAndSaid(String agent, String event, String kind, String why)
      throws Exception {
    HookAnswer answer =
        switch (kind) {
          case "deny" -> deny("no");
          case "ask" -> ask("sure?");
          case "allow" -> allow("fine");
          case "context" -> addContext("more");
          default -> REPLACE;
        };
    AnswerDraft draft = draft(agent, event, answer);
    assertThat(draft.text()).isEmpty();
    Part part =
        switch (kind) {
          case "context" -> Part.CONTEXT;
          case "replace" -> Part.INPUT;
          default -> Part.PERMISSION;
        };
    assertThat(draft.undelivered(part)).isEqualTo(why);
  }

  @Test
  void geminiWouldMergeAnInputSoThatOneThatLeavesAFieldOutIsNotSent() throws Exception {
    HookAnswer other = replaceInput(JsonNodeFactory.instance.objectNode().put("path", "/tmp"));
    AnswerDraft draft = draft("gemini-cli", "BeforeTool", other);
    assertThat(draft.text()).isEmpty();
    assertThat(draft.undelivered(Part.INPUT))
        .isEqualTo("gemini-cli would keep what the new input leaves out: [command]");
  }
}
