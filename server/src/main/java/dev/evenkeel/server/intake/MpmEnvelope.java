package dev.evenkeel.server.intake;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.MalformedEventException;
import dev.evenkeel.extension.Session;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads what claude-mpm's hooks post: an event inside {@code data}, or, from its shell hook, the
 * raw event inside the {@code data} of that. What names the event may stand on any of the levels.
 */
final class MpmEnvelope {

  private static final String AGENT = "claude-mpm";
  private static final String RAW_AGENT = "claude-code";
  private static final JsonFactory JSON = new JsonFactory();

  /** The agent's names of the short forms that claude-mpm sends. */
  private static final Map<String, String> NAMES =
      Map.of(
          "user_prompt", "UserPromptSubmit",
          "pre_tool", "PreToolUse",
          "post_tool", "PostToolUse",
          "subagent_start", "SubagentStart",
          "subagent_stop", "SubagentStop",
          "stop", "Stop",
          "session_start", "SessionStart",
          "session_end", "SessionEnd",
          "notification", "Notification");

  /** A field's value: where it stands, and its text where it is one. */
  private record Value(int from, int to, boolean object, @Nullable String text) {}

  private MpmEnvelope() {}

  /**
   * Reads one event.
   *
   * @throws MalformedEventException when the body is no JSON object
   */
  static HookEvent read(byte[] body, Instant time) throws MalformedEventException {
    HookEvent.read(AGENT, null, body, time);
    byte[] inner = body;
    Map<String, Value> fields = fieldsOf(inner);
    String session = null;
    String correlation = null;
    String cwd = null;
    String subtype = null;
    while (true) {
      session = textOr(fields, session, "session_id", "sessionId");
      correlation = textOr(fields, correlation, "tool_use_id", "correlation_id");
      cwd = textOr(fields, cwd, "cwd", "working_directory");
      subtype = textOr(fields, subtype, "subtype");
      Value data = fields.get("data");
      if (data == null || !data.object()) {
        break;
      }
      inner = Arrays.copyOfRange(inner, data.from(), data.to());
      fields = fieldsOf(inner);
    }
    String own = textOr(fields, null, "hook_event_name");
    String shortForm = subtype == null ? HookEvent.UNNAMED : subtype;
    String name = own != null ? own : NAMES.getOrDefault(shortForm, shortForm);
    String agent = own != null ? RAW_AGENT : AGENT;
    return HookEvent.restore(
        new Session(agent, session == null ? "" : session), name, time, cwd, correlation, inner);
  }

  /** What stands further in goes before what stands around it. */
  private static @Nullable String textOr(
      Map<String, Value> fields, @Nullable String otherwise, String... names) {
    for (String name : names) {
      Value value = fields.get(name);
      if (value != null && value.text() != null && !value.text().isEmpty()) {
        return value.text();
      }
    }
    return otherwise;
  }

  private static Map<String, Value> fieldsOf(byte[] object) {
    var fields = new HashMap<String, Value>();
    try (JsonParser parser = JSON.createParser(object)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken token = parser.nextToken();
        int from = (int) parser.currentTokenLocation().getByteOffset();
        String text =
            token == JsonToken.VALUE_STRING && parser.getTextLength() <= 512
                ? parser.getText()
                : null;
        parser.skipChildren();
        int to = (int) parser.currentLocation().getByteOffset();
        fields.put(name, new Value(from, to, token == JsonToken.START_OBJECT, text));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return fields;
  }
}
