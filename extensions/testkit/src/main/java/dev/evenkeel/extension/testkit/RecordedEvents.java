package dev.evenkeel.extension.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The recorded events of this project, or of a folder of one's own: files of one event a line.
 *
 * <p>A line is an event of Claude Code, or {@code {"agent": ..., "payload": ...}} for another
 * agent; a payload {@code {"hookEventNameFromConfig": ..., "body": ...}} stands for an event that
 * is named only in the hook's address.
 */
public final class RecordedEvents {

  /** The system property that names the folder. */
  public static final String FOLDER_PROPERTY = "evenkeel.recorded-events";

  private static final String FOLDER = "integration-tests/events";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private RecordedEvents() {}

  /**
   * The folder: the system property {@value #FOLDER_PROPERTY}, else {@code
   * integration-tests/events} in the working directory or the nearest folder above it that has one.
   *
   * @throws IllegalStateException when there is none
   */
  public static Path folder() {
    String named = System.getProperty(FOLDER_PROPERTY);
    if (named != null) {
      return Path.of(named);
    }
    Path start = Path.of("").toAbsolutePath();
    for (Path above = start; above != null; above = above.getParent()) {
      Path folder = above.resolve(FOLDER);
      if (Files.isDirectory(folder)) {
        return folder;
      }
    }
    throw new IllegalStateException(
        "no " + FOLDER + " in or above " + start + "; set -D" + FOLDER_PROPERTY);
  }

  /** The names of the recorded files, sorted. */
  public static List<String> files() {
    try (Stream<Path> paths = Files.list(folder())) {
      return paths
          .map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(".jsonl"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The events of a file in the folder. */
  public static List<RecordedEvent> read(String file) {
    return read(folder().resolve(file));
  }

  /** The events of a file anywhere. */
  public static List<RecordedEvent> read(Path file) {
    var events = new ArrayList<RecordedEvent>();
    try {
      for (String line : Files.readAllLines(file)) {
        if (!line.isBlank()) {
          events.add(parse(line));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
    return events;
  }

  private static RecordedEvent parse(String line) throws JsonProcessingException {
    JsonNode json = JSON.readTree(line);
    if (!json.path("agent").isTextual() || !json.path("payload").isObject()) {
      return new RecordedEvent("claude-code", null, line);
    }
    String agent = json.path("agent").textValue();
    JsonNode payload = json.path("payload");
    if (payload.path("body").isObject() && payload.path("hookEventNameFromConfig").isTextual()) {
      return new RecordedEvent(
          agent,
          payload.path("hookEventNameFromConfig").textValue(),
          payload.path("body").toString());
    }
    return new RecordedEvent(agent, null, payload.toString());
  }
}
