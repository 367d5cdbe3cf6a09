package dev.evenkeel.extension;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.internal.PayloadBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One event as an agent's hook sent it, and what processors have attached to it. It cannot be
 * changed: {@link #withPayload} and {@link #withAttachments} make another one.
 *
 * <p>The payload is kept as the bytes that came, with the order of its fields and the text of its
 * numbers. The fields that all agents have in some form are read once and typed; everything else is
 * read on demand, {@link #at a part} or {@link #payload the whole}.
 */
public final class HookEvent {

  /** The name of an event that names itself nowhere. */
  public static final String UNNAMED = "unknown";

  /** The deepest nesting that is taken: Jackson's own default, and more than any agent sends. */
  public static final int MAX_DEPTH = 1000;

  /** The longest field name that is taken, in characters; it bounds the parser's name table. */
  public static final int MAX_NAME_LENGTH = 4000;

  /**
   * The most values of which a tree is made, in {@link #payload} and {@link #at}: about 15 MB of
   * memory. An event may have more of them; it is kept and passed on all the same.
   */
  public static final int MAX_TREE_VALUES = 200_000;

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNameLength(MAX_NAME_LENGTH)
                          .build())
                  .build())
          .build();

  static {
    PayloadBytes.accessWith(event -> event.payload);
  }

  private final Session session;
  private final String name;
  private final String subtype;
  private final Instant time;
  private final @Nullable String cwd;
  private final @Nullable String toolName;
  private final @Nullable String toolUseId;
  private final @Nullable String promptId;
  private final @Nullable String agentId;
  private final @Nullable String agentType;
  private final byte[] payload;
  private final Map<String, JsonNode> attachments;

  /** Tells of most names that the payload has no field of that name, without reading it again. */
  private final long names;

  private HookEvent(
      Session session,
      String name,
      Instant time,
      @Nullable String cwd,
      @Nullable String toolUseId,
      byte[] payload,
      Envelope read) {
    this.session = session;
    this.name = name;
    this.subtype = EventNames.subtypeOf(name);
    this.time = time;
    this.cwd = cwd;
    this.toolName = read.tool();
    this.toolUseId = toolUseId;
    this.promptId = read.promptId();
    this.agentId = read.agentId();
    this.agentType = read.agentType();
    this.payload = payload;
    this.attachments = Map.of();
    this.names = read.names();
  }

  /** Where the new payload says what the old one said, its word counts. */
  private HookEvent(HookEvent other, Envelope before, Envelope now, byte[] payload) {
    this.session = other.session;
    this.name = other.name;
    this.subtype = other.subtype;
    this.time = other.time;
    this.cwd = following(other.cwd, before.cwd(), now.cwd());
    this.toolName = following(other.toolName, before.tool(), now.tool());
    this.toolUseId = following(other.toolUseId, before.toolUseId(), now.toolUseId());
    this.promptId = following(other.promptId, before.promptId(), now.promptId());
    this.agentId = following(other.agentId, before.agentId(), now.agentId());
    this.agentType = following(other.agentType, before.agentType(), now.agentType());
    this.payload = payload;
    this.attachments = other.attachments;
    this.names = now.names();
  }

  private static @Nullable String following(
      @Nullable String typed, @Nullable String before, @Nullable String now) {
    return now != null && Objects.equals(typed, before) ? now : typed;
  }

  private HookEvent(
      HookEvent other, byte[] payload, long names, Map<String, JsonNode> attachments) {
    this.session = other.session;
    this.name = other.name;
    this.subtype = other.subtype;
    this.time = other.time;
    this.cwd = other.cwd;
    this.toolName = other.toolName;
    this.toolUseId = other.toolUseId;
    this.promptId = other.promptId;
    this.agentId = other.agentId;
    this.agentType = other.agentType;
    this.payload = payload;
    this.attachments = attachments;
    this.names = names;
  }

  /** Reads an event from text. For tests, mostly. */
  public static HookEvent read(String agent, String json, Instant time)
      throws MalformedEventException {
    return read(agent, null, json.getBytes(UTF_8), time);
  }

  /**
   * Reads an event from UTF-8 bytes: one JSON object, nothing after it. The array is not copied and
   * must not be changed afterwards.
   *
   * @param agent who sent it
   * @param eventInAddress the event's name as the hook's address has it, for agents that leave it
   *     out of the body
   * @param time when it came
   * @throws MalformedEventException when the bytes are no JSON object in UTF-8, nest deeper than
   *     {@value #MAX_DEPTH} levels, or have an id that is too long
   */
  public static HookEvent read(
      String agent, @Nullable String eventInAddress, byte[] json, Instant time)
      throws MalformedEventException {
    byte[] object = withoutByteOrderMarkAndMargins(json);
    checkEncoding(object);
    try (JsonParser parser = JSON.createParser(object)) {
      Envelope read = Envelope.read(parser);
      return new HookEvent(
          new Session(agent, read.session()),
          read.event(eventInAddress),
          time,
          read.cwd(),
          read.toolUseId(),
          object,
          read);
    } catch (IOException e) {
      throw new MalformedEventException("not valid JSON: " + e.getMessage());
    }
  }

  /**
   * Reads an event of which the sender says beside the payload what names it.
   *
   * @throws MalformedEventException when the payload is no event, as above
   */
  public static HookEvent read(
      Session session,
      String name,
      Instant time,
      @Nullable String cwd,
      @Nullable String toolUseId,
      byte[] payload)
      throws MalformedEventException {
    byte[] object = withoutByteOrderMarkAndMargins(payload);
    checkEncoding(object);
    return new HookEvent(session, name, time, cwd, toolUseId, object, envelopeOf(object));
  }

  /**
   * Makes an event again that was read before and kept since: what names it comes from where it was
   * kept, the rest from the payload. An id in the payload may be longer than {@link #read} takes.
   *
   * @throws MalformedEventException when the payload is no JSON object
   */
  public static HookEvent restore(
      Session session,
      String name,
      Instant time,
      @Nullable String cwd,
      @Nullable String toolUseId,
      byte[] payload)
      throws MalformedEventException {
    return new HookEvent(
        session, name, time, cwd, toolUseId, payload, envelopeTakenBefore(payload));
  }

  /** The short form of an event's name. */
  public static String subtypeOf(String name) {
    return EventNames.subtypeOf(name);
  }

  /** The agent and its conversation. */
  public Session session() {
    return session;
  }

  /** The agent's own name for the event: {@code PreToolUse}, {@code beforeShellExecution}. */
  public String name() {
    return name;
  }

  /** The short form: {@code pre_tool}, or the name in snake case. */
  public String subtype() {
    return subtype;
  }

  /** What the event means, whatever the agent calls it. */
  public EventKind kind() {
    return EventNames.kindOf(name);
  }

  /** What the event says, whatever the agent calls its fields. */
  public Meaning meaning() {
    return new Meaning(this, JSON, payload);
  }

  /** When the server took the event. */
  public Instant time() {
    return time;
  }

  /** The folder that the agent works in. */
  public @Nullable String cwd() {
    return cwd;
  }

  /** The tool that is called, on tool events. */
  public @Nullable String toolName() {
    return toolName;
  }

  /** What pairs the events of one tool call. Old versions and some agents send none. */
  public @Nullable String toolUseId() {
    return toolUseId;
  }

  /** The turn. */
  public @Nullable String promptId() {
    return promptId;
  }

  /** The subagent that the event comes from; null in the main conversation. */
  public @Nullable String agentId() {
    return agentId;
  }

  /** What kind of subagent the event comes from. */
  public @Nullable String agentType() {
    return agentType;
  }

  /** How large the payload is, in bytes. */
  public int size() {
    return payload.length;
  }

  /** The payload as it came: UTF-8, read only. */
  public ByteBuffer utf8() {
    return ByteBuffer.wrap(payload).asReadOnlyBuffer();
  }

  /** The payload as it came, as text. */
  public String json() {
    return new String(payload, UTF_8);
  }

  /**
   * The whole payload as a tree of its own: changing it changes nothing here. It costs several
   * times the payload's size in memory; {@link #at} costs only what it finds.
   *
   * @throws IllegalStateException when it has more than {@value #MAX_TREE_VALUES} values
   */
  public ObjectNode payload() {
    try {
      if (Trees.read(JSON, payload) instanceof ObjectNode tree) {
        return tree;
      }
      throw new IllegalStateException(
          "the payload has more than "
              + MAX_TREE_VALUES
              + " values, too many for a tree: at(...) reads a part of it");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The part of the payload at a path of field names, {@code at("tool_response", "agentId")}; a
   * {@link MissingNode} where there is none, or where it has more than {@value #MAX_TREE_VALUES}
   * values. A field that stands twice counts as it last stands, as everywhere in JavaScript.
   */
  public JsonNode at(String... path) {
    List<String> fields = List.of(path);
    if (fields.isEmpty()) {
      return payload();
    }
    long bits = Envelope.bitsOf(fields.getFirst());
    if ((names & bits) != bits) {
      return MissingNode.getInstance();
    }
    try (JsonParser parser = JSON.createParser(payload)) {
      parser.nextToken();
      return find(parser, fields, payload);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode find(JsonParser parser, List<String> path, byte[] payload)
      throws IOException {
    JsonNode found = MissingNode.getInstance();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean here = parser.currentName().equals(path.getFirst());
      JsonToken value = parser.nextToken();
      if (!here) {
        parser.skipChildren();
      } else if (path.size() == 1) {
        found = Trees.read(JSON, parser, payload);
      } else if (value == JsonToken.START_OBJECT) {
        found = find(parser, path.subList(1, path.size()), payload);
      } else {
        parser.skipChildren();
        found = MissingNode.getInstance();
      }
    }
    return found;
  }

  /** The text at a path of field names, or null where there is no text. */
  public @Nullable String text(String... path) {
    return at(path).textValue();
  }

  /** What processors before this one attached, by field. Changing it changes nothing. */
  public Map<String, JsonNode> attachments() {
    if (attachments.values().stream().noneMatch(JsonNode::isContainerNode)) {
      return attachments;
    }
    var copy = new LinkedHashMap<String, JsonNode>(attachments);
    copy.replaceAll((field, value) -> value.deepCopy());
    return Collections.unmodifiableMap(copy);
  }

  /** Whether a processor before this one attached this field. */
  public boolean isAttached(String field) {
    return attachments.containsKey(field);
  }

  /**
   * The same event with another payload. Its typed fields stay.
   *
   * @throws IllegalArgumentException when the payload is no event, as in {@link #read}
   */
  public HookEvent withPayload(ObjectNode other) {
    try {
      byte[] json = JSON.writeValueAsBytes(other);
      checkEncoding(json);
      return new HookEvent(this, json, envelopeOf(json).names(), attachments);
    } catch (MalformedEventException e) {
      throw new IllegalArgumentException("no payload of an event: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The same event with another payload, given as UTF-8 bytes: for a filter that changes a few
   * places and keeps everything else as it came, the text of numbers and the order of fields. The
   * array is not copied and must not be changed afterwards.
   *
   * <p>Session, name and time stay. The other typed fields follow the new payload where it has
   * them, so that what was taken out of it is not kept beside it.
   *
   * @throws MalformedEventException when the bytes are no event, as in {@link #read}
   */
  public HookEvent withPayload(byte[] json) throws MalformedEventException {
    byte[] object = withoutByteOrderMarkAndMargins(json);
    checkEncoding(object);
    return new HookEvent(this, envelopeTakenBefore(payload), envelopeOf(object), object);
  }

  private static Envelope envelopeOf(byte[] json) throws MalformedEventException {
    try (JsonParser parser = JSON.createParser(json)) {
      return Envelope.read(parser);
    } catch (IOException e) {
      throw new MalformedEventException("not valid JSON: " + e.getMessage());
    }
  }

  private static Envelope envelopeTakenBefore(byte[] json) throws MalformedEventException {
    try (JsonParser parser = JSON.createParser(json)) {
      return Envelope.readAgain(parser);
    } catch (IOException e) {
      throw new MalformedEventException("not valid JSON: " + e.getMessage());
    }
  }

  /** The same event with these fields attached as well; what is attached already stays. */
  public HookEvent withAttachments(Map<String, JsonNode> more) {
    if (more.isEmpty()) {
      return this;
    }
    var all = new LinkedHashMap<>(more);
    all.putAll(attachments);
    var ordered = new LinkedHashMap<>(attachments);
    ordered.putAll(all);
    return new HookEvent(this, payload, names, Collections.unmodifiableMap(ordered));
  }

  @Override
  public String toString() {
    return name + " of " + session.source() + " " + session.id() + ", " + payload.length + " bytes";
  }

  /**
   * White space around the object has no meaning, and would stand inside what is published. So
   * would a second byte order mark, or one behind white space, which the parser passes over.
   */
  private static byte[] withoutByteOrderMarkAndMargins(byte[] json) {
    int from = 0;
    int to = requireNonNull(json).length;
    while (from < to && (isSpace(json[from]) || isByteOrderMark(json, from))) {
      from += isSpace(json[from]) ? 1 : 3;
    }
    while (to > from && isSpace(json[to - 1])) {
      to--;
    }
    return from == 0 && to == json.length ? json : Arrays.copyOfRange(json, from, to);
  }

  private static boolean isByteOrderMark(byte[] json, int at) {
    return at + 3 <= json.length
        && json[at] == (byte) 0xEF
        && json[at + 1] == (byte) 0xBB
        && json[at + 2] == (byte) 0xBF;
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }

  /** The parser would guess UTF-16 from zero bytes, and skips over bad UTF-8 in what it skips. */
  private static void checkEncoding(byte[] json) throws MalformedEventException {
    for (int i = 0; i < Math.min(4, json.length); i++) {
      if (json[i] == 0) {
        throw new MalformedEventException(
            "a zero byte at " + i + "; an event is a JSON object in UTF-8");
      }
    }
    if (isAscii(json)) {
      return;
    }
    CharsetDecoder decoder =
        UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(json);
    CharBuffer out = CharBuffer.allocate(Math.clamp(json.length, 1, 8192));
    while (true) {
      CoderResult result = decoder.decode(in, out, true);
      if (result.isError()) {
        throw new MalformedEventException("not valid UTF-8 at byte " + in.position());
      }
      if (result.isUnderflow()) {
        return;
      }
      out.clear();
    }
  }

  private static boolean isAscii(byte[] json) {
    int all = 0;
    for (byte b : json) {
      all |= b;
    }
    return all >= 0;
  }
}
