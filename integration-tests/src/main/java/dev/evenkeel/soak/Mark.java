package dev.evenkeel.soak;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * What an agent writes into each event, and finds again at the other end.
 *
 * @param stream the agent
 * @param n the number of the event within it, from 0 on
 * @param sentMillis when it was posted, in milliseconds since 1970
 */
record Mark(String stream, long n, long sentMillis) {

  /** The name of the field in the body of an event. */
  static final String FIELD = "soak";

  /** Reads it, or gives null where there is none. */
  static @Nullable Mark of(JsonNode json) {
    return json.has("stream")
        ? new Mark(json.get("stream").asText(), json.get("n").asLong(), json.get("at").asLong())
        : null;
  }
}
