package dev.evenkeel.soak.fault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The agents' events that a server keeps, as {@code /api/events} gives them. */
final class History {

  private static final JsonMapper JSON = new JsonMapper();

  private final Map<String, List<Integer>> marks = new HashMap<>();

  /** Adds what a server keeps now. */
  void read(int port) throws IOException {
    try (var connection = HttpConnection.to(port)) {
      String after = "0";
      while (true) {
        JsonNode page = get(connection, "/api/events?type=hook&limit=1000&after=" + after);
        page.get("events").forEach(this::take);
        String next = page.path("next").asText("");
        if (next.isEmpty() || next.equals(after) || page.get("events").isEmpty()) {
          return;
        }
        after = next;
      }
    }
  }

  private void take(JsonNode event) {
    JsonNode mark = event.at("/data/soak");
    if (mark.isInt()) {
      marks
          .computeIfAbsent(event.get("session_id").asText(), session -> new ArrayList<>())
          .add(mark.asInt());
    }
  }

  /** The numbers of a session's events, in their order. */
  List<Integer> marks(String session) {
    return marks.getOrDefault(session, List.of());
  }

  /** The id of the newest event, 0 when there is none. */
  static long newest(int port) throws IOException {
    try (var connection = HttpConnection.to(port)) {
      return get(connection, "/api/events?limit=1").at("/events/0/id").asLong();
    }
  }

  /** What the server says of itself. */
  static JsonNode status(int port) throws IOException {
    try (var connection = HttpConnection.to(port)) {
      return get(connection, "/api/status");
    }
  }

  private static JsonNode get(HttpConnection connection, String path) throws IOException {
    HttpConnection.Answer answer = connection.get(path);
    if (answer.status() != 200) {
      throw new IOException(path + " was answered " + answer);
    }
    return JSON.readTree(answer.body());
  }
}
