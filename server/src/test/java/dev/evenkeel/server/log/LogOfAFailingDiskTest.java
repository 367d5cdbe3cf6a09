package dev.evenkeel.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.server.log.EventLog.Appended;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk fails for a while, and is back: what is kept, what is not, and what is told of it. */
class LogOfAFailingDiskTest {

  private static final int SMALL_TAIL = 16 << 10;
  private static final Duration SOON = Duration.ofSeconds(60);

  /** How long an agent waits for its hook. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @TempDir Path folder;

  private OpenLog open(long tailBytes) throws Exception {
    return new OpenLog(folder, new TestClock(), 64 << 20, tailBytes, 64 << 20);
  }

  private static List<Integer> numbers(OpenLog open, String session) {
    return open.all(0, Lanes.ALL).stream()
        .filter(each -> each.path("session_id").textValue().equals(session))
        .map(each -> each.at("/data/n").asInt())
        .toList();
  }

  /** The disk is back, and readers were told. */
  private static void awaitBack(OpenLog open) {
    await()
        .atMost(SOON)
        .until(
            () ->
                open.all(0, Lanes.ALL).stream()
                    .anyMatch(each -> each.path("event").textValue().equals("log_available")));
  }

  @Test
  void aLateReaderIsToldOfAllThatWentAlsoAfterARestart() throws Exception {
    long gone;
    try (var open = open(SMALL_TAIL)) {
      // Given events on disk, and later ones that only memory had, which has no room for them
      open.append("disk", "A", 300);
      open.publish(300);
      open.awaitPublished(300);
      try (var _ = FailingDisk.under(open, folder)) {
        open.append("memory", "A", 300);
        open.publish(301);
        await().atMost(SOON).until(() -> open.log.goneBetween(0, Long.MAX_VALUE - 1) > 150);
      }
      awaitBack(open);
      long withoutDisk = open.log.goneBetween(0, Long.MAX_VALUE - 1);
      // When retention removes the others
      open.clock.advance(Duration.ofDays(8));
      await().atMost(SOON).until(() -> open.log.status().events() == 0);
      // Then
      gone = withoutDisk + open.log.status().removed();
      assertThat(open.log.status().removed()).isGreaterThanOrEqualTo(300);
      assertThat(open.log.goneBetween(0, Long.MAX_VALUE - 1)).isEqualTo(gone);
    }
    try (var again = open(SMALL_TAIL)) {
      assertThat(again.log.after(0, Lanes.ALL, 9, 1 << 20).missed()).isEqualTo(gone);
    }
  }

  @Test
  void whatWasKeptAndIsPublishedWithoutDiskIsWrittenWhenTheDiskIsBack() throws Exception {
    List<JsonNode> published;
    try (var open = open(1 << 20)) {
      // Given events that are kept, and not processed yet
      open.append("s", "A", 20);
      try (var _ = FailingDisk.under(open, folder)) {
        // When they are processed while the disk fails
        open.publish(21);
        open.append("m", "B", 5);
        open.publish(5);
        await().atMost(SOON).until(() -> open.all(0, Lanes.ALL).size() >= 26);
      }
      awaitBack(open);
      open.append("after", "C", 1);
      open.publish(1);
      await().atMost(SOON).until(() -> numbers(open, "after").size() == 1);
      // Then
      published = open.all(0, Lanes.ALL);
      assertThat(open.log.status().unlogged()).as("what came meanwhile").isEqualTo(6);
      assertThat(open.log.after(0, Lanes.ALL, 1000, 1 << 20).missed()).isZero();
    }
    try (var again = open(1 << 20)) {
      assertThat(again.all(0, Lanes.ALL)).isEqualTo(published);
      assertThat(numbers(again, "s")).hasSize(20).isSorted().doesNotHaveDuplicates();
      assertThat(numbers(again, "m")).hasSize(5);
      again.append("next", "D", 1);
      assertThat(again.log.take().event().name()).as("nothing is processed again").isEqualTo("D");
    }
  }

  @Test
  void whatWasKeptAndMemoryHadToLetGoIsCountedAsUnlogged() throws Exception {
    int kept;
    long unlogged;
    long missed;
    try (var open = open(SMALL_TAIL)) {
      // Given
      open.append("s", "A", 300);
      try (var _ = FailingDisk.under(open, folder)) {
        // When
        open.publish(301);
        await().atMost(SOON).until(() -> open.log.status().published() >= 302);
      }
      awaitBack(open);
      // Then what is kept and what is not are all, and the probe
      kept = numbers(open, "s").size();
      unlogged = open.log.status().unlogged();
      assertThat(kept).isBetween(1, 299);
      assertThat(unlogged - 1).isEqualTo(300 - kept);
      missed = open.log.after(0, Lanes.ALL, 1000, 1 << 20).missed();
      assertThat(missed).as("with the one that tells of the disk").isEqualTo(301 - kept);
    }
    try (var again = open(SMALL_TAIL)) {
      assertThat(numbers(again, "s")).hasSize(kept);
      assertThat(again.log.after(0, Lanes.ALL, 1000, 1 << 20).missed()).isEqualTo(missed);
      again.append("next", "D", 1);
      assertThat(again.log.take().event().name()).as("nothing is processed again").isEqualTo("D");
    }
  }

  @Test
  void theStateOfMapsThatNobodySpeaksForIsStillThereWhenTheDiskIsBack() throws Exception {
    try (var open = open(1 << 20)) {
      // Given what two maps hold that run, and one whose extension is switched off
      writeState(
          open,
          new StateChange("on/map", "\"a\"", "1", 1),
          new StateChange("on/map", "\"b\"", "1", 2),
          new StateChange("on/empty", "\"a\"", "1", 1),
          new StateChange("off/map", "\"a\"", "1", 1));
      var entry = new StateChange("on/map", "\"a\"", "2", 5);
      open.log.onRecovery(() -> Map.of("on/map", List.of(entry), "on/empty", List.of()));
      // When the disk fails, and is back
      try (var _ = FailingDisk.under(open, folder)) {
        open.publish(1);
      }
      awaitBack(open);
      // Then
      assertThat(open.log.loadState("off/map"))
          .containsExactly(new StateChange("off/map", "\"a\"", "1", 1));
      assertThat(open.log.loadState("on/map")).containsExactly(entry);
      assertThat(open.log.loadState("on/empty")).isEmpty();
    }
  }

  @Test
  void whatWasRemovedWhileTheDiskFailedIsNotBroughtBackByAnOlderChange() throws Exception {
    try (var open = open(1 << 20)) {
      // Given
      open.log.onRecovery(() -> Map.of("e/m", List.of()));
      try (var _ = FailingDisk.under(open, folder)) {
        writeState(open, new StateChange("e/m", "\"a\"", null, 6));
      }
      open.publish(1);
      awaitBack(open);
      // When
      writeState(open, new StateChange("e/m", "\"a\"", "\"late\"", 5));
      // Then
      assertThat(open.log.loadState("e/m")).isEmpty();
    }
  }

  private static void writeState(OpenLog open, StateChange... changes) throws Exception {
    var written = new CountDownLatch(1);
    open.log.publish(
        Publication.of(List.of(), List.of(changes), open.clock.instant()), written::countDown);
    assertThat(written.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void noAgentWaitsForAFileThatAnotherProcessHasLocked() throws Exception {
    try (var open = open(1 << 20);
        var _ = FailingDisk.of(folder)) {
      long start = System.nanoTime();
      int answered = 0;
      // When agents go on for longer than a lock was waited for, and over some tries of the disk
      while (System.nanoTime() - start < PATIENCE.toNanos()) {
        assertThat(open.log.append(open.event("s", "A", "")).join()).isEqualTo(Appended.UNLOGGED);
        answered++;
        open.publish(1);
      }
      // Then they did not wait once for each try
      assertThat(answered).isGreaterThan(20);
    }
  }

  @Test
  void whatNeitherDiskNorMemoryTakesIsNeitherUnloggedNorDropped() throws Exception {
    try (var open = new OpenLog(folder, new TestClock(), 64 << 20, SMALL_TAIL, 1 << 20)) {
      // Given a disk that fails, and memory that is full
      try (var _ = FailingDisk.under(open, folder)) {
        long unlogged = 1;
        String large = ",\"x\":\"" + "y".repeat(100_000) + "\"";
        long lost = 0;
        // When
        for (int i = 0; i < 30; i++) {
          switch (open.log.append(open.event("s", "A", large)).join()) {
            case UNLOGGED -> unlogged++;
            case LOST -> lost++;
            case LOGGED -> throw new AssertionError("the disk is locked");
          }
        }
        // Then
        assertThat(lost).isGreaterThan(10);
        LogStatus status = open.log.status();
        assertThat(status.unlogged()).isEqualTo(unlogged);
        assertThat(status.dropped()).isEmpty();
        // And all others come
        open.publish((int) unlogged);
        await().atMost(SOON).until(() -> open.log.status().published() >= unlogged(open));
      }
    }
  }

  private static long unlogged(OpenLog open) {
    return open.log.status().unlogged();
  }
}
