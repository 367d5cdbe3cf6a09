package dev.evenkeel.server.hub.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The question whether a client is there, while it cannot be written. */
class HeartbeatTest {

  /** A loop whose last timer expires when the test says so. */
  private static final class ManualLoop implements EventLoop {

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private Runnable timer = () -> {};

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
      timer = task;
      return () -> {};
    }

    void expire() {
      timer.run();
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        task.run();
      }
    }
  }

  private final ManualLoop loop = new ManualLoop();
  private final AtomicLong progress = new AtomicLong();
  private final List<String> reasons = new ArrayList<>();
  private final Heartbeat heartbeat =
      new Heartbeat(
          new Strand(loop, () -> {}), EngineConfig.DEFAULT, progress::get, () -> {}, reasons::add);

  @Test
  void whoReadsSlowlyWhatIsBeforeTheQuestionIsGivenTimeAsLongAsItReads() {
    // Given
    heartbeat.rest();
    loop.expire(); // it is to be asked
    // When
    for (int i = 0; i < 3; i++) {
      progress.incrementAndGet();
      loop.expire();
    }
    // Then
    assertThat(reasons).isEmpty();
    // When
    loop.expire();
    // Then
    assertThat(reasons).containsExactly(CloseReason.DOES_NOT_READ);
  }
}
