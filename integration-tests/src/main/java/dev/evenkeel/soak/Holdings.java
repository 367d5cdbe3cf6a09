package dev.evenkeel.soak;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.testbed.EvenkeelServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What a server holds at one moment, by what it tells and by its files.
 *
 * @param classes that are loaded
 * @param budgetBytes what its queues and tails have of the memory budget
 * @param logBytes the log, by the server's count
 * @param diskBytes all files of the data folder
 */
public record Holdings(
    long classes,
    long metaspaceBytes,
    long budgetBytes,
    long logBytes,
    long diskBytes,
    Fullest fullest) {

  /**
   * The part of metaspace that grows with classes and nothing else. The other part also holds the
   * compiler's profiles of methods, which come while code gets warm and say nothing of a leak.
   */
  private static final String CLASS_SPACE =
      "jvm_memory_used_bytes{area=\"nonheap\",id=\"Compressed Class Space\"}";

  /** Those of a server that is asked now. */
  public static Holdings of(EvenkeelServer server, ServerProbe probe) throws IOException {
    return of(server, probe, probe.get("/api/status"));
  }

  /** The same with a status that is known. */
  static Holdings of(EvenkeelServer server, ServerProbe probe, JsonNode status) throws IOException {
    JsonNode state = probe.get("/api/state");
    String metrics = probe.text("/q/metrics");
    return new Holdings(
        ServerProbe.metric(metrics, "jvm_classes_loaded_classes"),
        ServerProbe.metric(metrics, CLASS_SPACE),
        budget(state),
        status.at("/log/bytes").asLong(),
        diskBytes(server.dataDir()),
        Fullest.of(state));
  }

  private static long budget(JsonNode state) throws IOException {
    for (JsonNode each : state.get("queues")) {
      if (each.get("name").asText().equals("memory-budget")) {
        return each.get("bytes").asLong();
      }
    }
    throw new IOException("/api/state tells of no memory budget: " + state);
  }

  private static long diskBytes(Path folder) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path each : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(each);
      }
    } catch (NoSuchFileException e) {
      return bytes; // a file went while they were counted
    }
    return bytes;
  }

  /** The larger one of the two sizes of the log. */
  public long mostLogBytes() {
    return Math.max(logBytes, diskBytes);
  }
}
