package dev.evenkeel.soak.fault;

import dev.evenkeel.soak.Scene;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * The wall clock jumps while the server runs, by libfaketime: ahead by a day, back by two, and to
 * the right time. Not further ahead than events are kept: they would be too old then, and go.
 */
final class ClockJumps implements PreparedFault {

  private static final List<String> JUMPS = List.of("+1d", "-1d", "+1h", "-5m", "+0");
  private static final String LIBRARY = "libfaketime.so.1";

  @Override
  public String name() {
    return "clock-jumps";
  }

  @Override
  public String what() {
    return "the clock jumps to " + String.join(", ", JUMPS) + " of the right time";
  }

  @Override
  public void prepare(Stage stage) throws IOException {
    Path time = stage.folder().resolve("faketime");
    Files.writeString(time, "+0\n");
    stage
        .server()
        .with("LD_PRELOAD", library().toString())
        .with("FAKETIME_TIMESTAMP_FILE", time.toString())
        .with("FAKETIME_CACHE_DURATION", "1")
        .with("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        // Its remedy for older C libraries makes every timed wait of a JVM too short.
        .with("FAKETIME_FORCE_MONOTONIC_FIX", "0");
  }

  private static Path library() throws IOException {
    try (Stream<Path> folders = Files.list(Path.of("/usr/lib"))) {
      return folders
          .map(folder -> folder.resolve("faketime").resolve(LIBRARY))
          .filter(Files::exists)
          .findFirst()
          .orElseThrow(
              () ->
                  new IOException(
                      LIBRARY + " is missing; install it: apt-get install libfaketime"));
    }
  }

  @Override
  public void happen(Scene scene) throws Exception {
    Path time = scene.server().dataDir().resolveSibling("faketime");
    for (String jump : JUMPS) {
      Path next = Files.writeString(time.resolveSibling("faketime-next"), jump + "\n");
      Files.move(next, time, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      scene.awaitAccepted(1_500);
    }
  }
}
