package dev.evenkeel.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Old events go while others read: what is told of them, and what goes with them. */
class RetentionTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration LONGER_THAN_KEPT = Duration.ofDays(8);

  @TempDir Path folder;

  private OpenLog open() throws Exception {
    return new OpenLog(folder, new TestClock(), 64 << 20, 16 << 10, 64 << 20);
  }

  private static void publishOneInEachSession(OpenLog open, int sessions) throws Exception {
    for (int i = 0; i < sessions; i++) {
      var _ = open.log.append(open.event("s" + i, "A", ""));
    }
    open.publish(sessions);
    open.awaitPublished(sessions);
  }

  private static long sessions(OpenLog open) throws SQLException {
    return open.log
        .reader()
        .query(connection -> Database.longOf(connection, "SELECT count(*) FROM sessions"));
  }

  @Test
  void eachEventIsEitherReadOrToldToBeMissedWhileOldOnesGo() throws Exception {
    try (var open = open()) {
      // Given events with ids that follow each other, and a reader at their beginning
      publishOneInEachSession(open, 6000);
      long first = open.log.after(0, Lanes.ALL, 1, 1 << 20).upTo();
      // When they go while it reads the same place again and again
      open.clock.advance(LONGER_THAN_KEPT);
      while (open.log.status().removed() < 6000) {
        PublishedEvents.Page page = open.log.after(first - 1, Lanes.ALL, 400, 1 << 20);
        // Then
        assertThat(page.events().size() + page.missed()).isEqualTo(page.upTo() - (first - 1));
      }
    }
  }

  @Test
  void whatGoesIsToldBeforeTheCommitAndTakenBackWhenThatFails() throws Exception {
    // Given an event that is too old
    var clock = new TestClock();
    var gone = new Gone();
    var config = new LogConfig(folder.resolve("events.db"), 64 << 20, Duration.ofDays(7), 1 << 20);
    var retention = new Retention(config, clock, gone, new LogCounters());
    var told = new AtomicLong();
    var fails = new AtomicBoolean();
    try (Connection connection =
        new Database(config.file(), config.keptWalBytes(), clock).openForWriting()) {
      var statements =
          new WriteStatements(
              beforeCommit(
                  connection,
                  () -> {
                    told.set(gone.countBetween(0, 9, Lanes.ALL));
                    if (fails.get()) {
                      throw new IllegalStateException("on purpose");
                    }
                  }));
      statements.publish(
          Publication.of(
              List.of(
                  new Publication.Derived(
                      EventType.SERVER, SqliteEventLog.SERVER, "A", SqliteEventLog.data())),
              List.of(),
              clock.instant()),
          1);
      statements.commit();
      clock.advance(LONGER_THAN_KEPT);
      retention.restart(connection);
      // When
      fails.set(true);
      assertThatThrownBy(() -> retention.step(statements, 0)).hasMessage("on purpose");
      // Then
      assertThat(told).hasValue(1);
      assertThat(gone.countBetween(0, 9, Lanes.ALL)).isZero();
      // When
      statements.rollback();
      retention.restart(connection);
      fails.set(false);
      assertThat(retention.step(statements, 0)).isTrue();
      // Then
      assertThat(gone.runs()).hasSize(1);
      assertThat(gone.countBetween(0, 9, Lanes.ALL)).isEqualTo(1);
    }
  }

  private static Connection beforeCommit(Connection connection, Runnable what) {
    return (Connection)
        Proxy.newProxyInstance(
            RetentionTest.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("commit")) {
                what.run();
              }
              return method.invoke(connection, arguments);
            });
  }

  @Test
  void aSessionGoesWithItsOnlyEvent() throws Exception {
    try (var open = open()) {
      publishOneInEachSession(open, 2000);
      open.clock.advance(LONGER_THAN_KEPT);
      open.append("now", "A", 1);
      open.publish(1);
      await().atMost(SOON).until(() -> open.log.status().removed() == 2000);
      await().atMost(SOON).untilAsserted(() -> assertThat(sessions(open)).isEqualTo(1));
    }
  }

  @Test
  void sessionsThatWereLeftBehindGoWithTheNextEvents() throws Exception {
    open().close();
    leaveSessionsBehind(500);
    try (var open = open()) {
      publishOneInEachSession(open, 600);
      open.clock.advance(LONGER_THAN_KEPT);
      open.append("now", "A", 1);
      open.publish(1);
      await().atMost(SOON).until(() -> open.log.status().removed() == 600);
      await().atMost(SOON).untilAsserted(() -> assertThat(sessions(open)).isEqualTo(1));
    }
  }

  @Test
  void sessionsGoAlsoWhenNoEventIsLeftAndTheOneThatWaitsKeepsItsSession() throws Exception {
    try (var open = open()) {
      // Given
      publishOneInEachSession(open, 100);
      open.append("waits", "A", 1);
      // When
      open.clock.advance(LONGER_THAN_KEPT);
      await().atMost(SOON).until(() -> open.log.status().removed() == 100);
      // Then
      await().atMost(SOON).untilAsserted(() -> assertThat(sessions(open)).isEqualTo(1));
    }
    try (var again = open()) {
      assertThat(again.log.take().event().session().id()).isEqualTo("waits");
    }
  }

  private void leaveSessionsBehind(int count) throws SQLException {
    try (var connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("events.db"));
        var statement = connection.createStatement()) {
      statement.executeUpdate(
          """
          WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number LIMIT %d)
          INSERT INTO sessions (source, session_id, first, last, events, ended)
          SELECT 'claude-code', 'left-' || n, n, n, 1, 0 FROM number\
          """
              .formatted(count));
    }
  }
}
