package dev.evenkeel.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.evenkeel.testbed.EvenkeelProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SoakSceneTest {

  private static final String AGENT = "agent-1";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Pace pace = new Pace(100);
  private final LongAdder accepted = new LongAdder();
  private final Intervals answered = new Intervals();

  @TempDir Path folder;

  private EvenkeelProcess server;
  private Receivers receivers;
  private SoakScene scene;

  @BeforeEach
  void begin() throws IOException {
    server = EvenkeelProcess.on(folder.resolve("data"));
    receivers = new Receivers(SoakPlan.DEFAULT, folder);
    scene =
        new SoakScene(
            server,
            receivers,
            () -> Map.of(AGENT, answered.copy()),
            accepted,
            pace,
            new TimeLine(line -> {}),
            100);
  }

  @AfterEach
  void end() {
    receivers.close();
    server.close();
  }

  private void accept(long n) {
    boolean _ = answered.add(n);
    accepted.increment();
  }

  private void arrive(long n) {
    receivers.firstTarget().received(new Delivery(n, n + 1, "s", new Mark(AGENT, n, n)));
  }

  private static <T> CompletableFuture<T> begin(Callable<T> work) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return work.call();
          } catch (Exception e) {
            throw new CompletionException(e);
          }
        });
  }

  private static void assertWaits(CompletableFuture<?> work) {
    assertThatThrownBy(() -> work.get(200, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
  }

  /** Agents that are held wait for a receiver, which may wait for the fault to go on. */
  @Test
  void aFaultGoesOnWhenAgentsAreHeld() throws Exception {
    // Given a fault that waits for events
    CompletableFuture<Boolean> fault =
        begin(
            () -> {
              scene.awaitAccepted(20);
              return true;
            });
    assertWaits(fault);
    // When
    pace.hold(true, 0);
    // Then
    fault.get(30, TimeUnit.SECONDS);
    assertThat(scene.accepted()).isZero();
  }

  /** Of a server that is away nobody is behind. */
  @Test
  void allIsLevelOnlyWhenAnEventSinceTheFaultHasArrived() throws Exception {
    // Given
    accept(0);
    arrive(0);
    scene.lifted();
    SoakScene.Lift lift = scene.takeLift();
    // When
    CompletableFuture<Boolean> level = begin(() -> scene.isLevelWithin(PATIENCE, lift));
    // Then
    assertWaits(level);
    accept(1);
    assertWaits(level);
    arrive(1);
    assertThat(level.get(30, TimeUnit.SECONDS)).isTrue();
  }

  /** What was taken and never answered arrives as well, and may not stand for another. */
  @Test
  void anEventThatWasNotAnsweredMakesUpForNoOther() throws Exception {
    // Given
    arrive(7);
    scene.lifted();
    SoakScene.Lift lift = scene.takeLift();
    accept(8);
    // When
    CompletableFuture<Boolean> level = begin(() -> scene.isLevelWithin(PATIENCE, lift));
    // Then
    assertWaits(level);
    arrive(8);
    assertThat(level.get(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void theTimeUntilLevelBeginsWhenTheFaultIsLiftedNotWhenItIsOver() throws Exception {
    // Given a fault that waits itself until all is well again
    var wait = Duration.ofMillis(300);
    var fault =
        new TestFault() {
          @Override
          public void happen(Scene of) throws Exception {
            of.lifted();
            accept(0);
            arrive(0);
            Duration from = of.elapsed();
            while (of.elapsed().minus(from).compareTo(wait) < 0) {
              Thread.sleep(5);
            }
          }
        };
    // When
    var runner = new FaultRunner(Schedule.NONE.with(0, fault), scene);
    await().until(runner::isOver);
    runner.end();
    // Then
    assertThat(runner.rows(List.of()))
        .singleElement()
        .satisfies(row -> assertThat(row.backAfterMillis()).isGreaterThanOrEqualTo(300));
  }

  @Test
  void aFaultThatDoesNotSayWhenItIsLiftedIsNoFault() throws Exception {
    // Given
    var fault =
        new TestFault() {
          @Override
          public void happen(Scene of) {}
        };
    // When
    var runner = new FaultRunner(Schedule.NONE.with(0, fault), scene);
    await().until(runner::isOver);
    // Then
    assertThatThrownBy(runner::end).hasMessageContaining("does not say when it was lifted");
  }

  private abstract static class TestFault implements Fault {
    @Override
    public String name() {
      return "test";
    }

    @Override
    public String what() {
      return "for a test";
    }
  }
}
