package dev.evenkeel.server.target;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an Engine.IO server says of a new session ({@code 0{"sid": ...}}).
 *
 * @param sid the session's id at the server, or null when the server did not say it
 * @param pingInterval how often the server pings
 * @param pingTimeout how long the server waits for the answer
 * @param maxPayload the bytes of the largest message that the server takes
 */
record Handshake(
    @Nullable String sid, Duration pingInterval, Duration pingTimeout, int maxPayload) {

  /** What Socket.IO servers do when nobody sets anything, for a server that has not spoken yet. */
  static final Handshake UNKNOWN =
      new Handshake(null, Duration.ofSeconds(25), Duration.ofSeconds(20), 1_000_000);

  private static final JsonFactory JSON = new JsonFactory();

  /** After so long a server has noticed that a client does not answer any more. */
  Duration noticeTime() {
    return pingInterval.plus(pingTimeout);
  }

  /**
   * Reads the object of an open packet.
   *
   * @throws IOException when it is none
   */
  static Handshake parse(String json) throws IOException {
    String sid = null;
    Duration pingInterval = UNKNOWN.pingInterval;
    Duration pingTimeout = UNKNOWN.pingTimeout;
    int maxPayload = UNKNOWN.maxPayload;
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("the open packet is no object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        if (value == JsonToken.VALUE_STRING && field.equals("sid")) {
          sid = parser.getText();
        } else if (value == JsonToken.VALUE_NUMBER_INT) {
          long number = parser.getLongValue();
          switch (field) {
            case "pingInterval" -> pingInterval = Duration.ofMillis(Math.max(1, number));
            case "pingTimeout" -> pingTimeout = Duration.ofMillis(Math.max(1, number));
            case "maxPayload" -> maxPayload = Math.clamp(number, 1, Integer.MAX_VALUE);
            default -> {}
          }
        } else {
          parser.skipChildren();
        }
      }
    }
    return new Handshake(sid, pingInterval, pingTimeout, maxPayload);
  }
}
