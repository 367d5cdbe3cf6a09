package dev.evenkeel.server.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionListTest {

  private RunningLog running;
  private SessionList sessions;

  @BeforeEach
  void open(@TempDir Path dir) throws Exception {
    running = new RunningLog(dir);
    sessions = new SessionList(running.log);
  }

  @AfterEach
  void close() {
    running.close();
  }

  private SessionList.Page page(Map<String, List<String>> query) throws Exception {
    return sessions.page(SessionList.Query.of(query));
  }

  @Test
  void theSessionWithTheNewestEventComesFirst() throws Exception {
    Instant begin = running.clock.instant();
    running.post("claude-code", "a", "SessionStart");
    running.clock.advance(Duration.ofSeconds(1));
    running.post("codex", "b", "SessionStart");
    running.clock.advance(Duration.ofSeconds(1));
    running.post("claude-code", "a", "Stop");

    List<SessionList.Entry> found = page(Map.of()).sessions();

    assertThat(found)
        .containsExactly(
            new SessionList.Entry(
                "claude-code", "a", null, begin, begin.plusSeconds(2), 2, "active"),
            new SessionList.Entry(
                "codex", "b", null, begin.plusSeconds(1), begin.plusSeconds(1), 1, "active"));
  }

  @Test
  void aSessionIsEndedUntilItGoesOn() throws Exception {
    running.post("claude-code", "a", "SessionStart");
    running.post("claude-code", "a", "SessionEnd");
    assertThat(page(Map.of()).sessions().getFirst().state()).isEqualTo("ended");

    running.post("claude-code", "a", "UserPromptSubmit");
    assertThat(page(Map.of()).sessions().getFirst().state()).isEqualTo("active");
  }

  @Test
  void theServersOwnEventsAreNoSession() throws Exception {
    running.publishServerEvent("memory_alert");
    running.post("claude-code", "a", "Stop");
    running.awaitAllPublished();

    assertThat(page(Map.of()).sessions())
        .extracting(SessionList.Entry::source)
        .containsExactly("claude-code");
    assertThat(sessions.count()).isEqualTo(1);
  }

  @Test
  void whoReadsOnMeetsEachSessionOnce() throws Exception {
    for (int i = 0; i < 25; i++) {
      running.post("claude-code", "s" + i, "SessionStart");
      if (i % 3 == 0) {
        running.clock.advance(Duration.ofMillis(1));
      }
    }

    var ids = new ArrayList<String>();
    var query = Map.of("limit", List.of("4"));
    while (true) {
      SessionList.Page page = page(query);
      page.sessions().forEach(each -> ids.add(each.session_id()));
      String next = page.next();
      if (next == null) {
        break;
      }
      query = Map.of("limit", List.of("4"), "after", List.of(next));
    }

    assertThat(ids).doesNotHaveDuplicates().hasSize(25).startsWith("s24").endsWith("s0");
    assertThat(sessions.count()).isEqualTo(25);
  }

  @Test
  void sessionsAreFoundInTheirIndex() throws Exception {
    List<String> plan =
        running
            .log
            .reader()
            .query(
                connection -> {
                  var steps = new ArrayList<String>();
                  try (var select =
                          connection.prepareStatement("EXPLAIN QUERY PLAN " + SessionList.PAGE);
                      var rows = select.executeQuery()) {
                    while (rows.next()) {
                      steps.add(rows.getString("detail"));
                    }
                  }
                  return steps;
                });

    assertThat(plan).containsExactly("SEARCH sessions USING INDEX sessions_last (last<?)");
  }

  @Test
  void aPlaceThatNobodyGaveIsRefused() {
    assertThatThrownBy(() -> page(Map.of("after", List.of("yesterday"))))
        .isInstanceOf(InvalidQueryException.class)
        .hasMessage("'after' is 'yesterday'; give the 'next' of the page before");
  }
}
