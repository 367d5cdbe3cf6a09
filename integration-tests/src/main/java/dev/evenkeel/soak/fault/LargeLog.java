package dev.evenkeel.soak.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.evenkeel.soak.Scene;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The server is restarted while its log is as large as it may become. */
final class LargeLog implements PreparedFault {

  private static final long MB = 1 << 20;
  private static final int LINES = 400;
  private static final Duration LONGEST = Duration.ofMinutes(4);

  private final long bytes;

  // Mutable state, owned by the thread of the run
  private Duration emptyStart = Duration.ZERO;

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
    server.with("EVENKEEL_LOG_MAX_BYTES", Long.toString(bytes)).start();
    emptyStart = server.startUp();
    fill(server);
    Waiting.until(
        LONGEST, "the target has it", () -> stage.status().at("/targets/t1/pending").asInt() == 0);
    EvenkeelFaults.stop(server);
  }

  /** Events of about 8 KB, as many as fit. */
  private void fill(EvenkeelProcess server) throws IOException {
    String filling = "word ".repeat(1_600);
    long size = 0;
    try (var connection = HttpConnection.to(server.port())) {
      for (int batch = 0; size < bytes - bytes / 16; batch++) {
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
        size += lines.size();
      }
    }
  }

  @Override
  public void happen(Scene scene) throws Exception {
    EvenkeelProcess server = scene.process();
    EvenkeelFaults.stop(server);
    long file = Files.size(events(server));
    scene.lifted();
    server.start();
    long rss = server.rssBytes();
    scene.log(
        "the file has %d MB; started in %.1f s with %d MB, on an empty log in %.1f s"
            .formatted(
                file / MB,
                server.startUp().toMillis() / 1e3,
                rss / MB,
                emptyStart.toMillis() / 1e3));
    if (file < bytes * 3 / 4) {
      throw new IllegalStateException("the log has only " + file / MB + " MB");
    }
  }

  private static Path events(EvenkeelProcess server) {
    return server.dataDir().resolve("events.db");
  }
}
