package dev.evenkeel.server.log;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Session;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes a published event: the envelope around the payload's own bytes, and the attachments
 * spliced in at their end. The ids are fixed in width and place, so that they can be filled in
 * later.
 */
final class EventEncoder {

  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
  private static final String NO_ID = "0".repeat(EventId.LENGTH);
  private static final String ID_FIELD = "{\"id\":\"";
  private static final String CAUSE_FIELD = "\",\"cause\":\"";
  private static final int ID_AT = ID_FIELD.length();
  private static final int CAUSE_AT = ID_AT + EventId.LENGTH + CAUSE_FIELD.length();
  private static final byte[] EMPTY_OBJECT = {'{', '}'};

  private EventEncoder() {}

  /**
   * @param hasCause leaves room for the id of the event that this one comes with
   * @param payload a JSON object in UTF-8
   * @param attached a JSON object whose fields are added to the payload, or null
   */
  static byte[] encode(
      EventType type,
      Session session,
      String name,
      Instant time,
      @Nullable String correlationId,
      @Nullable String cwd,
      boolean hasCause,
      ByteBuffer payload,
      byte @Nullable [] attached) {
    var head = new StringBuilder(320);
    head.append(ID_FIELD).append(NO_ID);
    if (hasCause) {
      head.append(CAUSE_FIELD).append(NO_ID);
    }
    head.append("\",\"type\":\"").append(type.text());
    field(head.append('"'), "subtype", type == EventType.HOOK ? HookEvent.subtypeOf(name) : name);
    field(head, "event", name);
    head.append(",\"timestamp\":\"");
    MILLIS.formatTo(time, head);
    field(head.append('"'), "source", session.source());
    field(head, "session_id", session.id());
    if (correlationId != null) {
      field(head, "correlation_id", correlationId);
    }
    if (cwd != null) {
      field(head, "cwd", cwd);
    }
    head.append(",\"data\":");
    return join(head.toString().getBytes(UTF_8), payload, attached);
  }

  /**
   * The encoder escapes quotes and control characters; a lone surrogate becomes a question mark.
   */
  private static void field(StringBuilder json, String name, String value) {
    json.append(",\"").append(name).append("\":\"");
    JsonStringEncoder.getInstance().quoteAsString(value, json);
    json.append('"');
  }

  private static byte[] join(byte[] head, ByteBuffer payload, byte @Nullable [] attached) {
    int length = payload.remaining();
    if (attached == null || attached.length <= EMPTY_OBJECT.length) {
      byte[] json = Arrays.copyOf(head, head.length + length + 1);
      payload.get(json, head.length, length);
      json[json.length - 1] = '}';
      return json;
    }
    boolean comma = !isEmptyObject(payload);
    int at = head.length + length - 1;
    byte[] json = Arrays.copyOf(head, at + (comma ? 1 : 0) + attached.length);
    payload.get(json, head.length, length - 1);
    if (comma) {
      json[at++] = ',';
    }
    System.arraycopy(attached, 1, json, at, attached.length - 1);
    json[json.length - 1] = '}';
    return json;
  }

  private static boolean isEmptyObject(ByteBuffer payload) {
    for (int i = payload.position() + 1; i < payload.limit(); i++) {
      byte b = payload.get(i);
      if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
        return b == '}';
      }
    }
    return true;
  }

  static void fillInId(byte[] json, long id) {
    fillIn(json, ID_AT, id);
  }

  static void fillInCause(byte[] json, long id) {
    fillIn(json, CAUSE_AT, id);
  }

  private static void fillIn(byte[] json, int at, long id) {
    byte[] digits = EventId.text(id).getBytes(US_ASCII);
    System.arraycopy(digits, 0, json, at, digits.length);
  }
}
