package dev.evenkeel.extensions.gitbranch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LookupsTest {

  @Test
  void aLookupThatHangsIsGivenUpAndOthersGoOn() throws Exception {
    var release = new CountDownLatch(1);
    try (var lookups =
        new Lookups(
            folder -> folder.equals("hangs") ? afterwards(release) : Optional.of("main"),
            Duration.ofMillis(20))) {
      assertThat(lookups.find("hangs")).isEqualTo(new Lookups.Finding(null, true));
      // On a busy machine a good one may be late, too
      Lookups.Finding other = lookups.find("/app");
      while (other.branch() == null) {
        other = lookups.find("/app");
      }
      assertThat(other).isEqualTo(new Lookups.Finding("main", true));
      release.countDown();
    }
  }

  @Test
  void whenAllThreadsHangALookupIsGivenUpAtOnceAndNothingPilesUp() throws Exception {
    var release = new CountDownLatch(1);
    var begun = new AtomicInteger();
    try (var lookups =
        new Lookups(
            folder -> {
              begun.incrementAndGet();
              return afterwards(release);
            },
            Duration.ofMillis(1))) {
      // Given threads that hang; a lookup that is given up before its thread has begun does not
      while (begun.get() < Lookups.MOST_AT_ONCE) {
        lookups.find("hangs");
      }
      // When, then
      for (int i = 0; i < 1_000; i++) {
        assertThat(lookups.find("hangs").tried()).isFalse();
      }
      assertThat(begun.get()).isEqualTo(Lookups.MOST_AT_ONCE);
      // And when they go on
      release.countDown();
      while (!lookups.find("hangs").tried()) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void afterItsEndNothingIsTried() throws Exception {
    var lookups = new Lookups(folder -> Optional.of("main"), Duration.ofSeconds(30));
    lookups.close();
    assertThat(lookups.find("/app").tried()).isFalse();
  }

  /** Like a file system that does not answer: an interrupt does not help. */
  private static Optional<String> afterwards(CountDownLatch release) {
    boolean interrupted = false;
    while (true) {
      try {
        if (release.await(30, TimeUnit.SECONDS)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return Optional.of("late");
  }
}
