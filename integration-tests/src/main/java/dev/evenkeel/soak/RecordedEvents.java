package dev.evenkeel.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What real agents sent, in the order in which they sent it. */
record RecordedEvents(List<ObjectNode> events) {

  private static final JsonMapper JSON = new JsonMapper();

  /** Real recordings only: what was made up has other sizes. */
  private static final List<String> FILES =
      List.of(
          "real-sessions-masked.jsonl",
          "claude-code-2.1.197-long.jsonl",
          "claude-code-2.1.197-background-long.jsonl",
          "claude-code-2.1.197-feature.jsonl");

  RecordedEvents {
    events = List.copyOf(events);
  }

  /**
   * Reads them.
   *
   * @throws IOException when they are not there
   */
  static RecordedEvents read() throws IOException {
    Path folder =
        Stream.of(Path.of("events"), Path.of("integration-tests", "events"))
            .filter(each -> Files.exists(each.resolve(FILES.getFirst())))
            .findFirst()
            .orElseThrow(
                () ->
                    new IOException(
                        "no recorded events in integration-tests/events;"
                            + " start from the root of the project"));
    var events = new ArrayList<ObjectNode>();
    for (String file : FILES) {
      for (String line : Files.readAllLines(folder.resolve(file))) {
        JsonNode event = JSON.readTree(line);
        if (event instanceof ObjectNode object) {
          events.add(object);
        }
      }
    }
    return new RecordedEvents(events);
  }
}
