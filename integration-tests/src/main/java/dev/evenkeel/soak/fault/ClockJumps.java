package dev.evenkeel.soak.fault;

import dev.evenkeel.soak.Scene;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * The wall clock jumps while the server runs, by libfaketime: ahead by a day, back by two, and to
 * the right time. Not further ahead than events are kept: they would be too old then, and go.
 */
final class ClockJumps implements PreparedFault {

  /**
   * Where the clock is set.
   *
   * @param text for libfaketime
   * @param off the same, from the right time
   */
  private record Jump(String text, Duration off) {}

  private static final List<Jump> JUMPS =
      List.of(
          new Jump("+1d", Duration.ofDays(1)),
          new Jump("-1d", Duration.ofDays(-1)),
          new Jump("+1h", Duration.ofHours(1)),
          new Jump("-5m", Duration.ofMinutes(-5)),
          new Jump("+0", Duration.ZERO));

  /** What an event may be late, and no jump is as small as. */
  private static final Duration ABOUT = Duration.ofMinutes(2);

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String LIBRARY = "libfaketime.so.1";

  @Override
  public String name() {
    return "clock-jumps";
  }

  @Override
  public String what() {
    return "the clock jumps to "
        + String.join(", ", JUMPS.stream().map(Jump::text).toList())
        + " of the right time";
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
    int port = scene.server().port();
    for (Jump jump : JUMPS) {
      if (!jump.equals(JUMPS.getFirst())) {
        scene.awaitAccepted(1_500);
      }
      scene.lifted();
      Instant expected = Instant.now().plus(jump.off);
      Path next = Files.writeString(time.resolveSibling("faketime-next"), jump.text + "\n");
      Files.move(next, time, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      Waiting.until(
          SOON,
          "events come at " + jump.text + " of the right time",
          () -> Duration.between(expected, History.newestTime(port)).abs().compareTo(ABOUT) < 0);
    }
  }
}
