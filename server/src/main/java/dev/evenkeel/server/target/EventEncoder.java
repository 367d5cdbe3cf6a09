package dev.evenkeel.server.target;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.evenkeel.extension.HookEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Writes Socket.IO event packets around JSON that is already written: {@code
 * 42/namespace,17["claude_event",{...}]}, of which {@code 4} is Engine.IO's message and {@code 2}
 * Socket.IO's event. The JSON itself is neither parsed nor written again.
 */
final class EventEncoder {

  /** An acknowledgement id that asks for none. */
  static final int NO_ACKNOWLEDGEMENT = -1;

  /** The largest event that is accepted. */
  private static final int MOST_BYTES = 16 << 20;

  private static final Set<String> ENVELOPE =
      Set.of(
          "id",
          "type",
          "subtype",
          "event",
          "timestamp",
          "source",
          "session_id",
          "correlation_id",
          "cause",
          "cwd");

  /** An event is its envelope around a payload. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(HookEvent.MAX_DEPTH + 10).build())
          .build();

  /** What follows the JSON. */
  static final byte[] TAIL = {']'};

  private final String head;

  EventEncoder(String namespace) {
    this.head = namespace.equals("/") ? "42" : "42" + namespace + ",";
  }

  /** What comes before the JSON. */
  byte[] head(String name, int acknowledgementId) {
    String number = acknowledgementId < 0 ? "" : Integer.toString(acknowledgementId);
    return (head + number + "[\"" + name + "\",").getBytes(StandardCharsets.ISO_8859_1);
  }

  /** How many bytes a message has that is made of so many bytes of JSON. */
  long encodedSize(String name, int acknowledgementId, int jsonBytes) {
    int digits = acknowledgementId < 0 ? 0 : Integer.toString(acknowledgementId).length();
    return head.length() + digits + name.length() + 5L + jsonBytes;
  }

  /** Whether a target with this limit takes an event of this size. */
  boolean fits(String name, int jsonBytes, int maxPayload) {
    return encodedSize(name, Integer.MAX_VALUE, jsonBytes) <= Math.min(maxPayload, MOST_BYTES);
  }

  /**
   * What is sent in place of an event that is too large: its envelope, with data that says so.
   *
   * @throws UncheckedIOException when the event is not one JSON object
   */
  static byte[] stub(byte[] event, int limit) {
    var out = new ByteArrayOutputStream(512);
    try (JsonParser parser = JSON.createParser(event);
        JsonGenerator stub = JSON.createGenerator(out)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("an event is one JSON object");
      }
      stub.writeStartObject();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        if (ENVELOPE.contains(field) && value.isScalarValue()) {
          stub.writeFieldName(field);
          stub.copyCurrentEvent(parser);
        } else {
          parser.skipChildren();
        }
      }
      stub.writeObjectFieldStart("data");
      stub.writeBooleanField("truncated", true);
      stub.writeNumberField("bytes", event.length);
      stub.writeNumberField("limit", limit);
      stub.writeEndObject();
      stub.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
