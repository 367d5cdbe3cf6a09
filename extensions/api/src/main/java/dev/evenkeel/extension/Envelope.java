package dev.evenkeel.extension;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields that every agent has under a name of its own, read in one pass over the payload
 * without building a tree.
 */
final class Envelope {

  /** What is looked for; {@link #of} knows what agents call it. */
  private enum Field {
    SESSION(512),
    EVENT(256),
    GENERIC_EVENT(256),
    CWD(4096),
    TOOL(512),
    TOOL_USE_ID(512),
    PROMPT_ID(512),
    AGENT_ID(512),
    AGENT_TYPE(512),
    AGENT_NAME(512);

    final int longest;

    Field(int longest) {
      this.longest = longest;
    }

    /**
     * The names are those of the recorded events: Claude Code, Codex and Gemini CLI in snake case,
     * Codex' notify in kebab case, Copilot CLI in camel case, Cursor with conversations and
     * generations, opencode with {@code type} and {@code properties}.
     */
    static @Nullable Field of(String name) {
      return switch (name) {
        case "session_id", "sessionId", "sessionID", "conversation_id", "thread-id", "thread_id" ->
            SESSION;
        case "hook_event_name", "hookEventName" -> EVENT;
        case "type", "event" -> GENERIC_EVENT;
        case "cwd", "working_directory" -> CWD;
        case "tool_name", "toolName" -> TOOL;
        case "tool_use_id", "toolUseId", "tool_call_id", "toolCallId", "callID" -> TOOL_USE_ID;
        case "prompt_id", "turn_id", "turn-id", "turnId", "generation_id" -> PROMPT_ID;
        case "agent_id", "agentId", "subagent_id" -> AGENT_ID;
        case "agent_type", "agentType", "subagent_type" -> AGENT_TYPE;
        case "agent_name", "agentName" -> AGENT_NAME;
        default -> null;
      };
    }

    /** opencode has its fields, whose names are shorter there, one level down. */
    static @Nullable Field ofProperty(String name) {
      return switch (name) {
        case "tool" -> TOOL;
        case "callID" -> TOOL_USE_ID;
        default -> of(name) == SESSION ? SESSION : null;
      };
    }
  }

  private static final long ANY_NAME = -1L;

  private final Map<Field, String> found = new EnumMap<>(Field.class);
  private final boolean takenBefore;
  private @Nullable String firstWorkspaceRoot;
  private long names;

  private Envelope(boolean takenBefore) {
    this.takenBefore = takenBefore;
  }

  /** Reads the one object that the parser is about to give, to the end of the input. */
  static Envelope read(JsonParser parser) throws MalformedEventException {
    return read(parser, new Envelope(false));
  }

  /** The same of a payload that was taken once: what is longer than is taken now says nothing. */
  static Envelope readAgain(JsonParser parser) throws MalformedEventException {
    return read(parser, new Envelope(true));
  }

  private static Envelope read(JsonParser parser, Envelope envelope)
      throws MalformedEventException {
    try {
      JsonToken start = parser.nextToken();
      if (start != JsonToken.START_OBJECT) {
        throw new MalformedEventException(
            start == null
                ? "the body is empty; an event is one JSON object"
                : "the body is " + nameOf(start) + "; an event is one JSON object");
      }
      envelope.readFields(parser, true);
      if (parser.nextToken() != null) {
        throw new MalformedEventException(
            "something follows the JSON object at byte "
                + parser.currentLocation().getByteOffset());
      }
      return envelope;
    } catch (StreamConstraintsException e) {
      if (envelope.takenBefore) {
        envelope.names = ANY_NAME;
        return envelope;
      }
      throw malformed(e);
    } catch (JsonProcessingException e) {
      throw malformed(e);
    } catch (IOException e) {
      throw new MalformedEventException("not valid JSON: " + e.getMessage());
    }
  }

  private static MalformedEventException malformed(JsonProcessingException e) {
    long at = e.getLocation() == null ? -1 : e.getLocation().getByteOffset();
    return new MalformedEventException(
        "not valid JSON" + (at < 0 ? "" : " at byte " + at) + ": " + e.getOriginalMessage());
  }

  private void readFields(JsonParser parser, boolean top)
      throws IOException, MalformedEventException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      names |= bitsOf(name);
      JsonToken value = parser.nextToken();
      if (value == JsonToken.START_ARRAY && name.equals("workspace_roots")) {
        readWorkspaceRoots(parser);
      } else if (value == JsonToken.START_OBJECT && top && name.equals("properties")) {
        readFields(parser, false);
      } else if (value.isScalarValue()) {
        Field field = top ? Field.of(name) : Field.ofProperty(name);
        if (field != null && value != JsonToken.VALUE_NULL) {
          keep(field, name, parser);
        }
      } else {
        parser.skipChildren();
      }
    }
  }

  private void readWorkspaceRoots(JsonParser parser) throws IOException {
    int depth = 1;
    while (depth > 0) {
      JsonToken token = parser.nextToken();
      if (token == JsonToken.VALUE_STRING && depth == 1 && firstWorkspaceRoot == null) {
        if (parser.getTextLength() <= Field.CWD.longest) {
          firstWorkspaceRoot = parser.getText();
        }
      } else if (token.isStructStart()) {
        depth++;
      } else if (token.isStructEnd()) {
        depth--;
      }
    }
  }

  private void keep(Field field, String name, JsonParser parser)
      throws IOException, MalformedEventException {
    if (parser.getTextLength() <= field.longest) {
      found.put(field, parser.getText());
    } else if (!takenBefore
        && (field == Field.SESSION || field == Field.EVENT || field == Field.TOOL_USE_ID)) {
      throw new MalformedEventException(
          name
              + " has "
              + parser.getTextLength()
              + " characters; at most "
              + field.longest
              + " are taken");
    }
  }

  /**
   * The names of the fields at the top as a Bloom filter of 64 bits: a name of which a bit of
   * {@link #bitsOf} is missing here is no field's. (Those of opencode's properties are among them.)
   */
  long names() {
    return names;
  }

  /** Two of 64 bits for a name. */
  static long bitsOf(String name) {
    int hash = name.hashCode() * 0x9e3779b1;
    return 1L << (hash >>> 26) | 1L << (hash >>> 20 & 63);
  }

  String session() {
    return found.getOrDefault(Field.SESSION, "");
  }

  /** The agent's own word first, then the address of the hook, then fields that often mean it. */
  String event(@Nullable String inAddress) {
    String own = found.get(Field.EVENT);
    if (own != null && !own.isEmpty()) {
      return own;
    }
    if (inAddress != null && !inAddress.isEmpty()) {
      return inAddress;
    }
    String generic = found.get(Field.GENERIC_EVENT);
    return generic == null || generic.isEmpty() ? HookEvent.UNNAMED : generic;
  }

  @Nullable String cwd() {
    String cwd = found.get(Field.CWD);
    return cwd == null || cwd.isEmpty() ? firstWorkspaceRoot : cwd;
  }

  @Nullable String tool() {
    return found.get(Field.TOOL);
  }

  @Nullable String toolUseId() {
    return found.get(Field.TOOL_USE_ID);
  }

  @Nullable String promptId() {
    return found.get(Field.PROMPT_ID);
  }

  @Nullable String agentId() {
    return found.get(Field.AGENT_ID);
  }

  /** Copilot CLI names a subagent that starts only by its name, which is its type elsewhere. */
  @Nullable String agentType() {
    String type = found.get(Field.AGENT_TYPE);
    return type == null ? found.get(Field.AGENT_NAME) : type;
  }

  private static String nameOf(JsonToken token) {
    return switch (token) {
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case VALUE_NULL -> "null";
      default -> "no value";
    };
  }
}
