package dev.evenkeel.server.query;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.ExtensionContext;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.extension.Extensions;
import dev.evenkeel.server.handler.Handler;
import dev.evenkeel.server.handler.HandlerConfig;
import dev.evenkeel.server.log.EventLog;
import dev.evenkeel.server.log.LogConfig;
import dev.evenkeel.server.log.SqliteEventLog;
import dev.evenkeel.server.log.TestClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A log with a handler and one extension, which derives an event from each {@code Stop}. */
final class RunningLog implements AutoCloseable {

  static final Duration MAX_AGE = Duration.ofDays(7);
  private static final ObjectMapper JSON = new ObjectMapper();

  final TestClock clock = new TestClock(Instant.parse("2026-05-01T10:00:00Z"));
  final SqliteEventLog log;
  private final Extensions extensions;
  private final Handler handler;
  private long expected;

  /** Derives {@code turn_done} from {@code Stop}. */
  private static final class Turns implements Extension {
    @Override
    public void start(ExtensionContext context) {
      context.process(
          "Stop",
          (event, emission) ->
              emission.emit("turn_done", SqliteEventLog.data().put("of", event.session().id())));
    }

    @Override
    public String name() {
      return "turns";
    }
  }

  RunningLog(Path dir) throws Exception {
    log =
        new SqliteEventLog(
            new LogConfig(dir.resolve("events.db"), 64 << 20, MAX_AGE, 1 << 20),
            new MemoryBudget(32 << 20),
            clock);
    extensions =
        new Extensions(List.of(new Turns()), Map.of(), log::loadState, limits -> limits, clock);
    handler = new Handler(HandlerConfig.DEFAULT, log, extensions, clock);
    handler.start();
  }

  /** Takes an event in, without waiting for its publication. */
  void post(String source, String session, String name, String detail) throws Exception {
    String json =
        JSON.writeValueAsString(
            Map.of("session_id", session, "hook_event_name", name, "detail", detail));
    assertThat(log.append(HookEvent.read(source, json, clock.instant())).get())
        .isEqualTo(EventLog.Appended.LOGGED);
    expected += name.equals("Stop") ? 2 : 1;
  }

  void post(String source, String session, String name) throws Exception {
    post(source, session, name, "some text");
  }

  void publishServerEvent(String name) {
    log.publishServerEvent(name, SqliteEventLog.data());
    expected++;
  }

  /** How many events are published when all that came in are. */
  long awaitAllPublished() {
    await().until(() -> log.status().published() == expected);
    return expected;
  }

  static String textOf(EventPage page) throws IOException {
    var bytes = new ByteArrayOutputStream();
    page.writeTo(bytes);
    return bytes.toString(UTF_8);
  }

  static List<JsonNode> parse(EventPage page) throws IOException {
    var events = new ArrayList<JsonNode>();
    JSON.readTree(textOf(page)).get("events").forEach(events::add);
    return events;
  }

  @Override
  public void close() {
    handler.close();
    extensions.close();
    log.close();
  }
}
