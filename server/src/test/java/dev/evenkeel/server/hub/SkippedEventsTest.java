package dev.evenkeel.server.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.hub.socketio.OutgoingEvent;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** One client that stops reading while the window moves on. */
class SkippedEventsTest {

  private static final OutgoingEvent ENCODED =
      OutgoingEvent.of(Messages.NAMESPACE, "e", JsonNodeFactory.instance.objectNode());
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final long LATER = PATIENCE.toNanos();
  private static final Consumer<LiveWindow.Item> NOBODY = item -> {};

  private final LongAdder dropped = new LongAdder();

  /** Room for three. */
  private final LiveWindow window =
      new LiveWindow(new MemoryBudget(1 << 20), 3L * ENCODED.size(), 0);

  private final SkippedEvents skipped = new SkippedEvents(window, PATIENCE, dropped);

  private void add(int first, int last, Consumer<LiveWindow.Item> leaving) {
    for (int id = first; id <= last; id++) {
      window.add(new LiveWindow.Item.Event(id, "s1", "Stop", ENCODED), leaving);
    }
  }

  @Test
  void whatLeavesAfterTheClientStoppedReadingIsCounted() {
    // Given
    add(1, 3, NOBODY);
    skipped.begin(0, ClientFilter.ALL, 0);
    // When
    add(4, 8, item -> skipped.passOver(item, LATER));
    // Then
    assertThat(skipped.end()).isEqualTo(new SkippedEvents.Missed(5, 5));
    assertThat(dropped.sum()).isEqualTo(5);
  }

  @Test
  void nothingIsPassedOverWhenSomeOfItLeftBeforeItCouldBeCounted() {
    // Given two that left between the look into the window and the word that it does not read
    add(1, 5, item -> skipped.passOver(item, LATER));
    skipped.begin(0, ClientFilter.ALL, 0);
    // When
    add(6, 9, item -> skipped.passOver(item, LATER));
    // Then it reads all of them from the log
    assertThat(skipped.end()).isNull();
    assertThat(dropped.sum()).isZero();
  }

  @Test
  void nothingIsPassedOverWhenTheFirstOfItIsJustLeaving() {
    // Given
    add(1, 3, NOBODY);
    add(
        4,
        4,
        item -> {
          skipped.passOver(item, LATER); // not counted: it still reads
          skipped.begin(0, ClientFilter.ALL, 0);
        });
    // When
    add(5, 9, item -> skipped.passOver(item, LATER));
    // Then
    assertThat(skipped.end()).isNull();
    assertThat(dropped.sum()).isZero();
  }
}
