package dev.evenkeel.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Old events go while others read: what is told of them, and what goes with them. */
class RetentionTest {

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
}
