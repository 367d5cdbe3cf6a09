package dev.evenkeel.server.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class IntakePoolTest {

  @Test
  void workIsRefusedWhileTheMachineHasNoThreadToGiveAndDoneAfterwards() {
    // Given
    var none = new AtomicBoolean(true);
    try (var pool =
        new IntakePool(
            "pool",
            2,
            work -> {
              if (none.get()) {
                throw new OutOfMemoryError("unable to create native thread");
              }
              return new Thread(work);
            })) {
      // When, Then
      assertThatThrownBy(() -> pool.execute(() -> {}))
          .isInstanceOf(RejectedExecutionException.class);
      assertThat(pool.state().size()).isZero();
      none.set(false);
      var done = new AtomicBoolean();
      pool.execute(() -> done.set(true));
      await().untilTrue(done);
    }
  }
}
