package dev.evenkeel.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One event of {@code events}, as its agent sends it.
 *
 * @param eventInAddress its name where the agent leaves that out of the body, or empty
 */
record Recorded(String agent, String eventInAddress, ObjectNode payload) {

  private static final JsonMapper JSON = new JsonMapper();

  /** All of them, file by file. */
  static List<Recorded> all() throws IOException {
    var all = new ArrayList<Recorded>();
    try (Stream<Path> files = Files.list(Path.of("events"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".jsonl")).sorted().toList()) {
        for (String line : Files.readAllLines(file)) {
          all.add(of(JSON.readTree(line)));
        }
      }
    }
    return all;
  }

  /** A file of one agent has its events alone, one of several says of each whose it is. */
  private static Recorded of(JsonNode line) {
    if (!line.has("agent") || !line.has("payload")) {
      return new Recorded("claude-code", "", (ObjectNode) line);
    }
    String agent = line.get("agent").asText();
    JsonNode payload = line.get("payload");
    JsonNode inConfig = payload.get("hookEventNameFromConfig");
    return inConfig == null
        ? new Recorded(agent, "", (ObjectNode) payload)
        : new Recorded(agent, inConfig.asText(), (ObjectNode) payload.get("body"));
  }

  /** Posts it to its agent's own door. */
  HttpConnection.Answer postTo(HttpConnection connection) throws IOException {
    String door = "/hooks/" + agent + (eventInAddress.isEmpty() ? "" : '/' + eventInAddress);
    return connection.post(door, payload.toString());
  }

  /** The id of its session in the agent's own words; empty where it names none. */
  String session() {
    return sessionOf(payload);
  }

  private static String sessionOf(JsonNode payload) {
    for (String name :
        List.of("session_id", "sessionId", "conversation_id", "thread-id", "sessionID")) {
      if (payload.has(name)) {
        return payload.get(name).asText();
      }
    }
    JsonNode properties = payload.path("properties");
    return properties.isObject() ? sessionOf(properties) : "";
  }

  /** The name of its event in the agent's own words. */
  String event() {
    return eventInAddress.isEmpty()
        ? payload.path("hook_event_name").asText(payload.path("type").asText())
        : eventInAddress;
  }

  /** Where its agent works; empty where it does not say. */
  String cwd() {
    return payload.path("cwd").asText(payload.path("workspace_roots").path(0).asText());
  }

  /** The data of an event without what was attached: only fields that shipped extensions name. */
  ObjectNode withoutAttachments(JsonNode data) {
    ObjectNode rest = data.deepCopy();
    for (String field : List.of("duration_ms", "outcome", "git_branch", "correlation_id")) {
      if (!payload.has(field)) {
        rest.remove(field);
      }
    }
    return rest;
  }
}
