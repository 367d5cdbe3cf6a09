package dev.evenkeel.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.testbed.EvenkeelProcess;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SoakSceneTest {

  @TempDir Path folder;

  /** Agents that are held wait for a receiver, which may wait for the fault to go on. */
  @Test
  void aFaultGoesOnWhenAgentsAreHeld() throws Exception {
    var pace = new Pace(100);
    try (EvenkeelProcess server = EvenkeelProcess.on(folder.resolve("data"));
        var receivers = new Receivers(SoakPlan.DEFAULT, folder)) {
      var timeLine = new TimeLine(line -> {});
      var scene = new SoakScene(server, receivers, new LongAdder(), pace, timeLine, 100);
      // Given a fault that waits for events
      CompletableFuture<Void> fault =
          CompletableFuture.runAsync(
              () -> {
                try {
                  scene.awaitAccepted(20);
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      assertThatThrownBy(() -> fault.get(200, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      // When
      pace.hold(true, 0);
      // Then
      fault.get(30, TimeUnit.SECONDS);
      assertThat(scene.accepted()).isZero();
    }
  }
}
