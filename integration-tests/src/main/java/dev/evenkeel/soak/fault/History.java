package dev.evenkeel.soak.fault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.testbed.Access;
import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The agents' events that a server keeps, and what was derived, as {@code /api/events} has them.
 */
final class History {

  private static final JsonMapper JSON = new JsonMapper();

  private final Map<String, List<Integer>> marks = new HashMap<>();
  private final Map<String, Set<String>> derived = new HashMap<>();

  /** Adds what a server keeps now. */
  void read(int port) throws IOException {
    try (var connection = HttpConnection.to(port)) {
      read(connection, "hook", this::take);
      read(connection, "derived", this::takeDerived);
    }
  }

  private static void read(HttpConnection connection, String type, Consumer<JsonNode> to)
      throws IOException {
    String after = "0";
    while (true) {
      JsonNode page = get(connection, "/api/events?type=" + type + "&limit=1000&after=" + after);
      page.get("events").forEach(to);
      String next = page.path("next").asText("");
      if (next.isEmpty() || next.equals(after) || page.get("events").isEmpty()) {
        return;
      }
      after = next;
    }
  }

  private void takeDerived(JsonNode event) {
    derived
        .computeIfAbsent(event.get("session_id").asText(), session -> new HashSet<>())
        .add(event.get("id").asText());
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

  /** The ids of what was derived in these sessions. */
  Set<String> derivedOf(List<Traffic.Snapshot> sessions) {
    var ids = new HashSet<String>();
    sessions.forEach(each -> ids.addAll(derived.getOrDefault(each.id(), Set.of())));
    return ids;
  }

  /** When the newest event came, by the server's clock. */
  static Instant newestTime(int port) throws IOException {
    try (var connection = HttpConnection.to(port)) {
      return Instant.parse(
          get(connection, "/api/events?limit=1").at("/events/0/timestamp").asText());
    }
  }

  /** The id of the newest event, 0 when there is none. */
  static long newest(int port) throws IOException {
    try (var connection = HttpConnection.to(port)) {
      return get(connection, "/api/events?limit=1").at("/events/0/id").asLong();
    }
  }

  /** What the server says of itself. */
  static JsonNode status(Access access) throws IOException {
    try (var connection = HttpConnection.to(access.port())) {
      return get(connection, "/api/status", access.headers());
    }
  }

  private static JsonNode get(HttpConnection connection, String path, String... headers)
      throws IOException {
    HttpConnection.Answer answer = connection.get(path, headers);
    if (answer.status() != 200) {
      throw new IOException(path + " was answered " + answer);
    }
    return JSON.readTree(answer.body());
  }
}
