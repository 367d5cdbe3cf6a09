package dev.evenkeel.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.evenkeel.server.log.EventLog.Appended;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A log of which some pages are damaged: at the start, and while the server runs. */
@Timeout(120)
class DamagedLogTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int EVENTS = 2000;

  @TempDir Path folder;

  /** A log with events that are published and others that wait. */
  private void fill(int published, int waiting) throws Exception {
    try (var open = new OpenLog(folder)) {
      String text = ",\"x\":\"" + "y".repeat(1000) + "\"";
      for (int i = 0; i < published + waiting; i++) {
        var _ = open.log.append(open.event("s" + i % 9, "A", text));
      }
      open.append("s", "Last", 1);
      open.publish(published);
      open.awaitPublished(published);
    }
  }

  private List<String> setAside() throws Exception {
    try (var files = Files.list(folder)) {
      return files
          .map(each -> each.getFileName().toString())
          .filter(each -> each.matches("events\\.db\\.damaged-\\d+-\\d+"))
          .toList();
    }
  }

  private static void assertTakesEvents(OpenLog open) throws Exception {
    assertThat(open.log.append(open.event("new", "B", "")).get(20, TimeUnit.SECONDS))
        .isEqualTo(Appended.LOGGED);
    assertThat(open.log.take().event().name()).isEqualTo("B");
  }

  @ParameterizedTest
  @ValueSource(strings = {"accepted", "published", "published_session", "gone", "positions"})
  void aLogThatCannotBeReadAtTheStartIsSetAside(String table) throws Exception {
    // Given
    fill(EVENTS, 5);
    Damage.root(folder, table);
    // When
    try (var open = new OpenLog(folder)) {
      // Then
      assertThat(setAside()).hasSize(1);
      assertTakesEvents(open);
      assertThat(open.log.status().events()).isZero();
    }
  }

  @Test
  void damageThatTheWriterMeetsEndsWritingUntilTheNextStartSetsTheFileAside() throws Exception {
    // Given damage that the start does not meet
    fill(50, 0);
    Damage.root(folder, "sessions");
    Damage.root(folder, "sqlite_autoindex_sessions_1");
    try (var open = new OpenLog(folder)) {
      assertThat(setAside()).isEmpty();
      long before = open.log.newest();
      // When
      Appended how = open.log.append(open.event("new", "B", "")).get(20, TimeUnit.SECONDS);
      // Then it goes on from memory
      assertThat(how).isEqualTo(Appended.UNLOGGED);
      assertThat(open.log.isWritable()).isFalse();
      assertThat(folder.resolve("events.db.damaged")).exists();
      AcceptedEvent event = open.log.take();
      assertThat(event.event().name()).isEqualTo("B");
      open.publish(event);
      await().atMost(SOON).until(() -> open.all(before, Lanes.ALL).size() >= 2);
      // And stays so: a file that is damaged is not tried again
      await().pollDelay(Duration.ofSeconds(2)).atMost(SOON).until(() -> true);
      assertThat(open.log.isWritable()).isFalse();
      assertThat(setAside()).isEmpty();
    }
    try (var again = new OpenLog(folder)) {
      assertThat(setAside()).hasSize(1);
      assertThat(folder.resolve("events.db.damaged")).doesNotExist();
      assertTakesEvents(again);
    }
    try (var third = new OpenLog(folder)) {
      assertThat(setAside()).hasSize(1);
      assertThat(third.log.isWritable()).isTrue();
    }
  }

  @Test
  void damageThatTheHandlerMeetsHoldsUpNothingThatComesAfterwards() throws Exception {
    // Given events that wait on disk, of which some cannot be read any more
    fill(0, EVENTS);
    try (var open = new OpenLog(folder)) {
      Damage.middle(folder, "accepted");
      // When they are processed, and another comes
      var taken = new ArrayList<AcceptedEvent>();
      while (open.log.isWritable() && taken.size() <= EVENTS) {
        taken.add(takeOrNew(open));
        open.publish(taken.getLast());
      }
      // Then
      assertThat(taken.getLast().event().name()).isEqualTo("New");
      assertThat(folder.resolve("events.db.damaged")).exists();
      int old = (int) taken.stream().filter(each -> !each.event().name().equals("New")).count();
      assertThat(old).isBetween(1, EVENTS);
      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(open.log.status().dropped())
                      .containsEntry("damage", EVENTS + 1L - old));
    }
    try (var again = new OpenLog(folder)) {
      assertThat(setAside()).hasSize(1);
      assertTakesEvents(again);
    }
  }

  /** The next event; where nothing comes from the disk any more, one that comes now. */
  private static AcceptedEvent takeOrNew(OpenLog open) throws Exception {
    var next =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return open.log.take();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    boolean offered = false;
    while (true) {
      try {
        return next.get(100, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (!offered && !open.log.isWritable()) {
          offered = true;
          open.log.append(open.event("new", "New", "")).get(20, TimeUnit.SECONDS);
        }
      }
    }
  }
}
