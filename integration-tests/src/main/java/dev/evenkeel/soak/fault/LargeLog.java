package dev.evenkeel.soak.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.evenkeel.soak.Scene;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;

/**
 * The server is restarted while its log is large. It is compared with a start on an empty log in
 * the same run: a start that goes through the log reads all of it.
 */
final class LargeLog implements PreparedFault {

  private static final long MB = 1 << 20;
  private static final int LINES = 400;
  private static final Duration LONGEST = Duration.ofMinutes(4);

  /** So much of the log a start may read: its indexes, and not its events. */
  private static final int READ_SHARE = 8;

  /** So many times as long as on an empty log, and so much longer, a start may take. */
  private static final int TIMES_LONGER = 3;

  private static final Duration LONGER = Duration.ofSeconds(10);

  /** What the memory of a process that has just started differs from one start to the next. */
  private static final long MORE_RSS = 48 * MB;

  private final long bytes;

  /** A start, until the first answer. */
  private record Start(Duration time, long rssBytes, long readBytes) {
    static Start of(EvenkeelProcess server) {
      return new Start(server.startUp(), server.rssBytes(), server.readBytes());
    }

    @Override
    public String toString() {
      return "%.1f s, with %d MB of memory and %d MB read"
          .formatted(time.toMillis() / 1e3, rssBytes / MB, readBytes / MB);
    }
  }

  // Mutable state, owned by the thread of the run
  private Start empty = new Start(Duration.ZERO, 0, 0);

  /** A log of this size. */
  LargeLog(long bytes) {
    this.bytes = bytes;
  }

  @Override
  public String name() {
    return "evenkeel-restarted-on-a-large-log";
  }

  @Override
  public String what() {
    return "the server is stopped and started while its log has " + bytes / MB + " MB";
  }

  @Override
  public void prepare(Stage stage) throws Exception {
    EvenkeelProcess server = stage.server();
    stage.limitLog(bytes + bytes / 2); // or retention would keep the files smaller
    server.start();
    empty = Start.of(server);
    fill(server);
    Waiting.until(
        LONGEST, "the target has it", () -> stage.status().at("/targets/t1/pending").asInt() == 0);
    EvenkeelFaults.stop(server);
  }

  /** Events of about 8 KB, until their file is so large. */
  private void fill(EvenkeelProcess server) throws IOException {
    String filling = "word ".repeat(1_600);
    try (var connection = HttpConnection.to(server.port())) {
      for (int batch = 0; size(server) < bytes; batch++) {
        var lines = new ByteArrayOutputStream();
        for (int i = 0; i < LINES; i++) {
          lines.writeBytes(
              "{\"hook_event_name\":\"Notification\",\"session_id\":\"fill-%d\",\"n\":%d,\"x\":\"%s\"}\n"
                  .formatted(i % 20, batch, filling)
                  .getBytes(UTF_8));
        }
        HttpConnection.Answer answer =
            connection.post("/hooks/claude-code/batch", lines.toByteArray());
        if (answer.status() != 200 || !answer.text().contains("\"accepted\":" + LINES)) {
          throw new IOException("a batch was answered " + answer);
        }
      }
    }
  }

  @Override
  public void happen(Scene scene) throws Exception {
    EvenkeelProcess server = scene.process();
    EvenkeelFaults.stop(server);
    long size = size(server);
    if (size < bytes) {
      throw new IllegalStateException("the log has only " + size / MB + " MB");
    }
    scene.lifted();
    server.start();
    Start large = Start.of(server);
    scene.log(
        "the log has %d MB; started in %s; on an empty log in %s"
            .formatted(size / MB, large, empty));
    judge(large);
  }

  private void judge(Start large) {
    if (large.readBytes > empty.readBytes + bytes / READ_SHARE) {
      throw new IllegalStateException("the start goes through the log: it took " + large);
    }
    if (large.time.compareTo(empty.time.multipliedBy(TIMES_LONGER).plus(LONGER)) > 0) {
      throw new IllegalStateException("the start takes long: " + large);
    }
    if (large.rssBytes > empty.rssBytes + MORE_RSS) {
      throw new IllegalStateException("the start takes memory: " + large);
    }
  }

  /** The file with the events alone: what is beside it changes its size when the server stops. */
  private static long size(EvenkeelProcess server) throws IOException {
    return Files.size(server.dataDir().resolve("events.db"));
  }
}
