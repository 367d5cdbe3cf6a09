package dev.evenkeel.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a running server tells of itself. */
record Api(int port) {

  private static final JsonMapper JSON = new JsonMapper();

  JsonNode get(String path) {
    try (var connection = HttpConnection.to(port)) {
      HttpConnection.Answer answer = connection.get(path);
      if (answer.status() != 200) {
        throw new IllegalStateException(path + ": " + answer);
      }
      return JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  HttpConnection.Answer post(String path) {
    try (var connection = HttpConnection.to(port)) {
      return connection.post(path, "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An extension, or null when there is none of this name. */
  @Nullable JsonNode extension(String name) {
    for (JsonNode each : get("/api/extensions").get("extensions")) {
      if (each.get("name").asText().equals(name)) {
        return each;
      }
    }
    return null;
  }

  /** The state of an extension, {@code gone} when there is none of this name. */
  String stateOf(String name) {
    JsonNode extension = extension(name);
    return extension == null ? "gone" : extension.get("state").asText();
  }

  /** How often something was switched, of the last fifty times. */
  long switches(String what) {
    long count = 0;
    for (JsonNode each : get("/api/extensions").get("switches")) {
      count += each.get("what").asText().equals(what) ? 1 : 0;
    }
    return count;
  }

  /** Everything that was published, the oldest first; the query narrows it: {@code &type=hook}. */
  List<JsonNode> events(String query) {
    var all = new ArrayList<JsonNode>();
    String after = "0";
    while (true) {
      JsonNode page = get("/api/events?limit=1000&after=" + after + query);
      page.get("events").forEach(all::add);
      String next = page.path("next").asText("");
      if (next.isEmpty() || next.equals(after) || page.get("events").isEmpty()) {
        return all;
      }
      after = next;
    }
  }
}
