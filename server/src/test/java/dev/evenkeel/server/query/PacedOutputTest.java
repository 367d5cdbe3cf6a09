package dev.evenkeel.server.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PacedOutputTest {

  private static final int PIECE = 64 << 10;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final byte[] page = new byte[5 * PIECE + 17];

  PacedOutputTest() {
    new Random(1).nextBytes(page);
  }

  @Test
  void nextToNothingIsHandedOverBeforeTheLoopGetsToIt() throws Exception {
    var loop = new LinkedBlockingQueue<Runnable>();
    var worker =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    new PacedOutput(out, loop::add).write(page);
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                });
    for (int pieces = 1; pieces <= 5; pieces++) {
      Runnable waited = loop.take();
      assertThat(out.size()).isEqualTo(pieces * PIECE);
      waited.run();
    }
    worker.join();
    assertThat(out.toByteArray()).isEqualTo(page);
    assertThat(loop.poll(0, TimeUnit.SECONDS)).isNull();
  }

  @Test
  void smallWritesCountTogether() throws IOException {
    var loop = new LinkedBlockingQueue<Runnable>();
    var paced =
        new PacedOutput(
            out,
            task -> {
              loop.add(task);
              task.run();
            });
    for (byte each : page) {
      paced.write(each);
    }
    assertThat(out.toByteArray()).isEqualTo(page);
    assertThat(loop).hasSize(5);
  }

  @Test
  void aLoopThatHasEndedIsAFailureOfTheConnection() {
    var paced =
        new PacedOutput(
            out,
            task -> {
              throw new RejectedExecutionException("ended");
            });
    assertThatThrownBy(() -> paced.write(page)).isInstanceOf(IOException.class);
  }
}
