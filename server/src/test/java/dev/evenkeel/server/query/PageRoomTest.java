package dev.evenkeel.server.query;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.evenkeel.server.budget.MemoryBudget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class PageRoomTest {

  private static final int MB = 1 << 20;

  private final MemoryBudget budget = new MemoryBudget(64 * MB);
  private final PageRoom room = new PageRoom(budget, Duration.ofMillis(1));

  @Test
  void whatAPageTakesIsGivenBackOnce() throws Exception {
    PageRoom.Place place = requireNonNull(room.take(8 * MB));
    assertThat(budget.used()).isEqualTo(8 * MB);

    assertThat(place.fit(1000)).isTrue();
    assertThat(budget.used()).isEqualTo(1000);

    assertThat(place.fit(20 * MB)).isTrue();
    assertThat(budget.used()).isEqualTo(20 * MB);

    place.close();
    place.close();
    assertThat(budget.used()).isZero();
  }

  @Test
  void aPageThatIsLargerThanThereIsRoomDoesNotFit() throws Exception {
    PageRoom.Place place = requireNonNull(room.take(8 * MB));

    assertThat(place.fit(65 * MB)).isFalse();
    place.close();

    assertThat(budget.used()).isZero();
  }

  @Test
  void noPageIsReadWhenMemoryIsTight() throws Exception {
    assertThat(budget.reserve(45 * MB)).isTrue();

    assertThat(room.take(8 * MB)).isNull();
    assertThat(budget.used()).isEqualTo(45 * MB);
  }

  @Test
  void onlySoManyPagesAreReadAtATime() throws Exception {
    var places = new ArrayList<PageRoom.Place>();
    for (int i = 0; i < 4; i++) {
      places.add(requireNonNull(room.take(1000)));
    }
    assertThat(room.take(1000)).isNull();

    places.getFirst().close();
    assertThat(room.take(1000)).isNotNull();
  }

  @Test
  void whoComesWhenThereAreEnoughWaitsForTheNextPlace() throws Exception {
    var patient = new PageRoom(budget, Duration.ofDays(1));
    PageRoom.Place first = requireNonNull(patient.take(1000));
    for (int i = 1; i < 4; i++) {
      requireNonNull(patient.take(1000));
    }
    var next = new FutureTask<>(() -> patient.take(1000));
    Thread waiting = Thread.ofPlatform().daemon().start(next);
    await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);

    first.close();

    assertThat(next.get()).isNotNull();
  }
}
