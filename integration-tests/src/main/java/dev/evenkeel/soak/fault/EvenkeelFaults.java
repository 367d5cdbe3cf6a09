package dev.evenkeel.soak.fault;

import dev.evenkeel.soak.Fault;
import dev.evenkeel.testbed.EvenkeelServer;
import java.time.Duration;

/** What is done to the server itself. */
final class EvenkeelFaults {

  /** Within so long it stops when it is asked to, as a container's engine wants it. */
  private static final Duration STOP = Duration.ofSeconds(10);

  private static final int TERMINATED = 143;

  private EvenkeelFaults() {}

  /** Killed and started again, so many times, while events come in. */
  static Fault killed(int times) {
    return new DoneFault(
        "evenkeel-killed",
        "the server is killed (SIGKILL) and started again, " + times + " times",
        scene -> {
          for (int i = 0; i < times; i++) {
            if (i > 0) {
              scene.awaitAccepted(100);
            }
            scene.server().kill();
            scene.lifted();
            scene.server().start();
          }
        });
  }

  /** Asked to stop and started again, so many times, while events come in. */
  static Fault terminated(int times) {
    return new DoneFault(
        "evenkeel-terminated",
        "the server is asked to stop (SIGTERM) and started again, " + times + " times",
        scene -> {
          long slowest = 0;
          for (int i = 0; i < times; i++) {
            if (i > 0) {
              scene.awaitAccepted(100);
            }
            long begin = System.nanoTime();
            stop(scene.server());
            slowest = Math.max(slowest, System.nanoTime() - begin);
            scene.lifted();
            scene.server().start();
          }
          scene.log("it stopped within %.1f s".formatted(slowest / 1e9));
          if (slowest > STOP.toNanos()) {
            throw new IllegalStateException("it took %.1f s to stop".formatted(slowest / 1e9));
          }
        });
  }

  /**
   * Stops it in good order.
   *
   * @throws IllegalStateException when it ended otherwise
   */
  static void stop(EvenkeelServer server) {
    int code = server.stop();
    if (code != 0 && code != TERMINATED) {
      throw new IllegalStateException("the server ended with " + code + " on SIGTERM");
    }
  }
}
