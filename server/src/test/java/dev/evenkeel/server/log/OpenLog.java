package dev.evenkeel.server.log;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.budget.MemoryBudget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A real log for tests, with a handler that publishes everything as it is. */
public final class OpenLog implements AutoCloseable {
  public static final ObjectMapper JSON = new ObjectMapper();

  public final MemoryBudget budget;
  public final SqliteEventLog log;
  public final TestClock clock;

  public OpenLog(Path folder) throws Exception {
    this(folder, new TestClock(), 64 << 20, 8 << 20, 64 << 20);
  }

  public OpenLog(Path folder, TestClock clock, long maxBytes, long tailBytes, long budgetBytes)
      throws Exception {
    this.clock = clock;
    this.budget = new MemoryBudget(budgetBytes);
    this.log =
        new SqliteEventLog(
            new LogConfig(folder.resolve("events.db"), maxBytes, Duration.ofDays(7), tailBytes),
            budget,
            clock);
  }

  public HookEvent event(String session, String name, String more) {
    try {
      return HookEvent.read(
          "claude-code",
          "{\"session_id\":\"" + session + "\",\"hook_event_name\":\"" + name + "\"" + more + "}",
          clock.instant());
    } catch (Exception e) {
      throw new IllegalArgumentException(e);
    }
  }

  public void append(String session, String name, int count) {
    var answers = new ArrayList<java.util.concurrent.CompletableFuture<?>>();
    for (int i = 0; i < count; i++) {
      answers.add(log.append(event(session, name, ",\"n\":" + i)));
    }
    answers.forEach(java.util.concurrent.CompletableFuture::join);
  }

  /** Publishes the next events as they are. */
  public void publish(int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      publish(log.take());
    }
  }

  public void publish(AcceptedEvent event) {
    log.publish(Publication.of(event, Map.of(), null, List.of(), List.of()), () -> {});
  }

  public void awaitPublished(long count) {
    await().until(() -> log.status().published() == count);
  }

  public List<JsonNode> all(long after, Lanes lanes) {
    var all = new ArrayList<JsonNode>();
    long at = after;
    while (true) {
      PublishedEvents.Page page = log.after(at, lanes, 100, 1 << 20);
      page.events().forEach(event -> all.add(read(event.json())));
      if (page.upTo() == at) {
        return all;
      }
      at = page.upTo();
    }
  }

  public static JsonNode read(byte[] json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    log.close();
  }
}
