package dev.evenkeel.extension.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The recorded events of a folder, or those that come with this library: files of one event a line.
 *
 * <p>A line is an event of Claude Code, or {@code {"agent": ..., "payload": ...}} for another
 * agent; a payload {@code {"hookEventNameFromConfig": ..., "body": ...}} stands for an event that
 * is named only in the hook's address.
 */
public final class RecordedEvents {

  /** The system property that names the folder. */
  public static final String FOLDER_PROPERTY = "evenkeel.recorded-events";

  /**
   * The files that come with this library: what a real Claude Code sent in four sessions, and made
   * ones of all its events and of other agents. {@code SOURCES.md} beside them says where they come
   * from.
   */
  public static final List<String> SHIPPED =
      List.of(
          "all-33-events-synthetic.jsonl",
          "claude-code-2.1.197-compact.jsonl",
          "claude-code-2.1.197-feature.jsonl",
          "claude-code-2.1.197-guarded.jsonl",
          "claude-code-2.1.197-resume.jsonl",
          "other-agents-synthetic.jsonl");

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
    Path folder = folderIfAny();
    if (folder == null) {
      throw new IllegalStateException(
          "no " + FOLDER + " in or above " + here() + "; set -D" + FOLDER_PROPERTY);
    }
    return folder;
  }

  private static @Nullable Path folderIfAny() {
    String named = System.getProperty(FOLDER_PROPERTY);
    if (named != null) {
      return Path.of(named);
    }
    for (Path above = here(); above != null; above = above.getParent()) {
      Path folder = above.resolve(FOLDER);
      if (Files.isDirectory(folder)) {
        return folder;
      }
    }
    return null;
  }

  private static Path here() {
    return Path.of("").toAbsolutePath();
  }

  /**
   * The names of the recorded files, sorted: those of the folder, or without one {@link #SHIPPED}.
   */
  public static List<String> files() {
    Path folder = folderIfAny();
    if (folder == null) {
      return SHIPPED;
    }
    try (Stream<Path> paths = Files.list(folder)) {
      return paths
          .map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(".jsonl"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The events of a file in the folder, or without a folder of one that comes with this library.
   */
  public static List<RecordedEvent> read(String file) {
    Path folder = folderIfAny();
    return folder == null ? shipped(file) : read(folder.resolve(file));
  }

  /** The events of one of {@link #SHIPPED}. */
  static List<RecordedEvent> shipped(String file) {
    try (InputStream in = RecordedEvents.class.getResourceAsStream("recorded/" + file)) {
      if (in == null) {
        throw new IllegalArgumentException("no recorded events " + file + "; there are " + SHIPPED);
      }
      return parseAll(new String(in.readAllBytes(), UTF_8).lines().toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The events of a file anywhere. */
  public static List<RecordedEvent> read(Path file) {
    try {
      return parseAll(Files.readAllLines(file));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static List<RecordedEvent> parseAll(List<String> lines) throws JsonProcessingException {
    var events = new ArrayList<RecordedEvent>();
    for (String line : lines) {
      if (!line.isBlank()) {
        events.add(parse(line));
      }
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
