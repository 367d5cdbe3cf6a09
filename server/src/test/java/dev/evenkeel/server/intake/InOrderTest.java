package dev.evenkeel.server.intake;

import static dev.evenkeel.server.intake.IntakeFixture.outcome;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extensions.fixture.ShippedExtension;
import dev.evenkeel.server.budget.QueueState;
import dev.evenkeel.server.extension.TestExtension;
import dev.evenkeel.server.intake.Intake.Outcome;
import dev.evenkeel.server.log.EventLog.Appended;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InOrderTest {

  private static final Outcome LOGGED = new Outcome.Taken(Appended.LOGGED);

  @TempDir Path dir;

  private IntakeFixture fixture;

  /** Until then, events that say so stay with a filter. */
  private final CountDownLatch release = new CountDownLatch(1);

  @BeforeEach
  void open() throws Exception {
    fixture =
        new IntakeFixture(
            dir,
            new ShippedExtension(
                new TestExtension(
                    "slow",
                    context ->
                        context.filter(
                            event -> {
                              if (event.name().equals("Held")) {
                                release.await();
                              }
                              return event;
                            }))));
  }

  @AfterEach
  void close() {
    release.countDown();
    fixture.close();
  }

  private static CompletableFuture<Outcome> take(InOrder line, String event) {
    return line.take(Intake.of("claude-code", null), event.getBytes(UTF_8));
  }

  /** So large that it is read on a pool. */
  private static String held(int number) {
    return "{\"hook_event_name\":\"Held\",\"n\":%d,\"x\":\"%s\"}"
        .formatted(number, "x".repeat(100_000));
  }

  private static String event(int number) {
    return "{\"hook_event_name\":\"Stop\",\"n\":" + number + "}";
  }

  private List<Integer> kept(int count) throws InterruptedException {
    return fixture.kept(count).stream().map(InOrderTest::numberOf).toList();
  }

  private static int numberOf(HookEvent event) {
    return event.at("n").intValue();
  }

  private long waiting() {
    return queue().size();
  }

  private QueueState queue() {
    return fixture.intake.queues().stream()
        .filter(each -> each.name().equals("events-in-order"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void noEventOvertakesOneThatIsReadOnAPool() throws Exception {
    // Given
    InOrder line = fixture.intake.line();
    // When
    var outcomes =
        List.of(
            take(line, event(0)),
            take(line, held(1)),
            take(line, event(2)),
            take(line, "no event"),
            take(line, held(3)),
            take(line, event(4)));
    // Then
    assertThat(kept(1)).containsExactly(0);
    assertThat(waiting()).isEqualTo(4);
    assertThat(queue().bytes())
        .isEqualTo(2L * event(2).length() + "no event".length() + held(3).length());
    // When
    release.countDown();
    // Then
    assertThat(outcome(outcomes.get(3))).isInstanceOf(Outcome.Rejected.class);
    for (int i : new int[] {0, 1, 2, 4, 5}) {
      assertThat(outcome(outcomes.get(i))).isEqualTo(LOGGED);
    }
    assertThat(kept(4)).containsExactly(1, 2, 3, 4);
    assertThat(waiting()).isZero();
    assertThat(queue().bytes()).isZero();
  }

  @Test
  void linesDoNotWaitForOneAnother() throws Exception {
    // Given
    var held = take(fixture.intake.line(), held(1));
    // When
    var other = take(fixture.intake.line(), event(2));
    // Then
    assertThat(outcome(other)).isEqualTo(LOGGED);
    assertThat(held).isNotDone();
  }

  @Test
  void whatIsTooMuchToWaitIsShedAndTheLineGoesOn() throws Exception {
    // Given
    InOrder line = fixture.intake.line();
    var first = take(line, held(0));
    var behind = new ArrayList<CompletableFuture<Outcome>>();
    for (int i = 1; i <= InOrder.CAPACITY; i++) {
      behind.add(take(line, event(i)));
    }
    // When
    var tooMuch = take(line, event(-1));
    // Then
    assertThat(outcome(tooMuch)).isInstanceOf(Outcome.Shed.class);
    assertThat(fixture.intake.counters().shed()).isEqualTo(1);
    // When
    release.countDown();
    // Then
    assertThat(outcome(first)).isEqualTo(LOGGED);
    for (CompletableFuture<Outcome> each : behind) {
      assertThat(outcome(each)).isEqualTo(LOGGED);
    }
    assertThat(kept(InOrder.CAPACITY + 1)).isSorted();
    await().untilAsserted(() -> assertThat(waiting()).isZero());
    assertThat(outcome(take(line, event(1)))).isEqualTo(LOGGED);
  }
}
