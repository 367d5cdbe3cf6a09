package dev.evenkeel.server.intake;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.MalformedEventException;
import dev.evenkeel.extension.Session;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
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

  /** Version 3.9 sends both in one word: {@code hook.pre_tool}. */
  private static final String TYPE_AND_SUBTYPE = "hook.";

  /** The envelope, its event, the shell hook's, the raw one: whatever is deeper is payload. */
  private static final int MOST_LEVELS = 4;

  private static final int LONGEST_ID = 512;
  private static final int LONGEST_NAME = 256;
  private static final int LONGEST_PATH = 4096;

  /** What is looked for, and how long it can be. */
  private static final Map<String, Integer> WANTED =
      Map.of(
          "session_id", LONGEST_ID,
          "sessionId", LONGEST_ID,
          "tool_use_id", LONGEST_ID,
          "correlation_id", LONGEST_ID,
          "cwd", LONGEST_PATH,
          "working_directory", LONGEST_PATH,
          "subtype", LONGEST_NAME,
          "hook_event_name", LONGEST_NAME,
          "type", LONGEST_NAME);

  private static final JsonFactory JSON =
      JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();

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

  /** Where an object stands in the body. */
  private record Place(int from, int to) {}

  /** One level: what it says, and where the next one stands. */
  private record Level(Map<String, String> texts, @Nullable Place data) {

    /** An agent's own event may have a field {@code data} too; that is a part of it. */
    boolean isRaw() {
      return texts.containsKey("hook_event_name") && !"hook".equals(texts.get("type"));
    }
  }

  private @Nullable String session;
  private @Nullable String correlation;
  private @Nullable String cwd;
  private @Nullable String subtype;
  private @Nullable String ownName;

  private MpmEnvelope() {}

  /**
   * Reads one event.
   *
   * @throws MalformedEventException when the body is no JSON object, or the event has an id that is
   *     too long
   */
  static HookEvent read(byte[] body, Instant time) throws MalformedEventException {
    byte[] object = withoutMargins(body, HookEvent.read(AGENT, null, body, time));
    var names = new MpmEnvelope();
    var place = new Place(0, object.length);
    for (int level = 1; ; level++) {
      Level here = levelAt(object, place);
      names.take(here.texts());
      if (here.data() == null || here.isRaw() || level == MOST_LEVELS) {
        break;
      }
      place = here.data();
    }
    return names.event(Arrays.copyOfRange(object, place.from(), place.to()), time);
  }

  private static byte[] withoutMargins(byte[] body, HookEvent read) {
    if (read.size() == body.length) {
      return body;
    }
    byte[] object = new byte[read.size()];
    ByteBuffer utf8 = read.utf8();
    utf8.get(object);
    return object;
  }

  private HookEvent event(byte[] payload, Instant time) throws MalformedEventException {
    String shortForm = subtype == null ? HookEvent.UNNAMED : subtype;
    String name = ownName != null ? ownName : NAMES.getOrDefault(shortForm, shortForm);
    String agent = ownName != null ? RAW_AGENT : AGENT;
    return HookEvent.read(
        new Session(agent, session == null ? "" : session), name, time, cwd, correlation, payload);
  }

  /** What stands further in goes before what stands around it. */
  private void take(Map<String, String> texts) {
    session = textOr(session, texts, "session_id", "sessionId");
    correlation = textOr(correlation, texts, "tool_use_id", "correlation_id");
    cwd = textOr(cwd, texts, "cwd", "working_directory");
    String type = texts.getOrDefault("type", "");
    if (type.startsWith(TYPE_AND_SUBTYPE) && type.length() > TYPE_AND_SUBTYPE.length()) {
      subtype = type.substring(TYPE_AND_SUBTYPE.length());
    }
    subtype = textOr(subtype, texts, "subtype");
    ownName = textOr(ownName, texts, "hook_event_name");
  }

  private static @Nullable String textOr(
      @Nullable String otherwise, Map<String, String> texts, String... names) {
    for (String name : names) {
      String text = texts.get(name);
      if (text != null) {
        return text;
      }
    }
    return otherwise;
  }

  private static Level levelAt(byte[] body, Place place) {
    var texts = new HashMap<String, String>();
    Place data = null;
    try (JsonParser parser = JSON.createParser(body, place.from(), place.to() - place.from())) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (name.equals("data")) {
          data = null;
        }
        if (name.equals("data") && value == JsonToken.START_OBJECT) {
          int from = place.from() + (int) parser.currentTokenLocation().getByteOffset();
          parser.skipChildren();
          data = new Place(from, place.from() + (int) parser.currentLocation().getByteOffset());
        } else if (WANTED.containsKey(name) && value.isScalarValue()) {
          keep(texts, name, parser);
        } else {
          parser.skipChildren();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Level(texts, data);
  }

  /** What is empty or longer than it can be says nothing. */
  private static void keep(Map<String, String> texts, String name, JsonParser parser)
      throws IOException {
    int length = parser.getTextLength();
    boolean says =
        parser.currentToken() != JsonToken.VALUE_NULL
            && length > 0
            && length <= WANTED.getOrDefault(name, 0);
    if (says) {
      texts.put(name, parser.getText());
    } else {
      texts.remove(name);
    }
  }
}
