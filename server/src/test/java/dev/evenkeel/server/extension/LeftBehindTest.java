package dev.evenkeel.server.extension;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.log.TestClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeftBehindTest {

  private final TestClock clock = new TestClock(Instant.EPOCH);
  private final LeftBehind leftBehind = new LeftBehind(clock);
  private final CountDownLatch end = new CountDownLatch(1);

  /** A loader that nobody holds is not looked at. */
  private final List<RunningExtension> all = new ArrayList<>();

  @AfterEach
  void endThreads() {
    end.countDown();
  }

  private RunningExtension extension(String name) throws RefusedException {
    Origin origin = OfClassPath.of(new TestExtension(name, context -> {}));
    var extension =
        new RunningExtension(
            origin,
            origin.make(),
            new Conduct(name, new CallRecord(), Announcer.NONE, () -> CallObserver.NONE, clock),
            new RunningExtension.Offer(Map.of(), limits -> limits, map -> new AtomicLong(), clock),
            map -> List.of());
    all.add(extension);
    return extension;
  }

  private void leaveThread(RunningExtension extension) {
    Thread thread =
        Thread.ofPlatform()
            .name("thread of " + extension.name())
            .daemon()
            .unstarted(
                () -> {
                  try {
                    end.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    thread.setContextClassLoader(extension.loader());
    thread.start();
  }

  private void addWithThread(String name) throws RefusedException {
    RunningExtension extension = extension(name);
    leaveThread(extension);
    leftBehind.add(extension);
  }

  @Test
  void oneWhoseThreadsLiveIsRememberedHoweverManyEndWell() throws Exception {
    addWithThread("living");
    for (int i = 0; i < 40; i++) {
      leftBehind.add(extension("ended-" + i));
    }
    assertThat(leftBehind.reports())
        .extracting(Extensions.Remains::threads)
        .containsExactly(List.of("thread of living"));
    assertThat(leftBehind.forgotten()).isZero();
  }

  @Test
  void ofMoreThanThereIsRoomForTheOldestIsForgottenAndCounted() throws Exception {
    for (int i = 0; i < 34; i++) {
      addWithThread("living-" + i);
    }
    assertThat(leftBehind.reports())
        .extracting(Extensions.Remains::extension)
        .containsExactlyElementsOf(
            IntStream.range(2, 34).mapToObj(each -> "living-" + each).toList());
    assertThat(leftBehind.forgotten()).isEqualTo(2);
  }
}
