package dev.evenkeel.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GoneTest {

  @Test
  void countsWhatLiesBetweenTwoPlacesByLane() {
    var gone = new Gone();
    gone.add(new Gone.Run(10, new byte[] {0, 1, 2, 3, (byte) 255}));
    gone.add(new Gone.Run(100, new byte[] {1, 1}));
    assertThat(gone.countBetween(0, 1000, Lanes.ALL)).isEqualTo(7);
    assertThat(gone.countBetween(11, 1000, Lanes.ALL)).isEqualTo(5);
    assertThat(gone.countBetween(0, 11, Lanes.ALL)).isEqualTo(2);
    assertThat(gone.countBetween(14, 99, Lanes.ALL)).isZero();
    assertThat(gone.countBetween(0, 1000, new Lanes(0, 3))).isEqualTo(3);
    assertThat(gone.countBetween(0, 1000, new Lanes(1, 3))).isEqualTo(3);
    assertThat(gone.countBetween(101, 1000, Lanes.ALL)).isZero();
  }

  @Test
  void remembersOnlyTheLastMillion() {
    var gone = new Gone();
    for (int i = 0; i < 3000; i++) {
      gone.add(new Gone.Run(i * 512L, new byte[512]));
    }
    assertThat(gone.size()).isLessThanOrEqualTo(1 << 20);
    assertThat(gone.oldest()).isPositive();
  }

  @Test
  void whatGoesLaterMayHaveLowerIds() {
    // Given what memory alone had
    var gone = new Gone();
    gone.add(new Gone.Run(1000, new byte[] {7}));
    // When retention removes what came long before
    gone.add(new Gone.Run(1, new byte[10]));
    // Then
    assertThat(gone.countBetween(20, 2000, Lanes.ALL)).isEqualTo(1);
    assertThat(gone.countBetween(5, 2000, Lanes.ALL)).isEqualTo(6);
    assertThat(gone.countBetween(5, 999, Lanes.ALL)).isEqualTo(5);
    assertThat(gone.oldest()).isEqualTo(1);
    assertThat(gone.newest()).isEqualTo(1000);
  }

  @Test
  void whatWasReadBeforeItWentIsNotMissed() {
    // Given
    var gone = new Gone();
    gone.add(new Gone.Run(10, new byte[] {0, 1, 2, 0, 1, 2}));
    // Then
    assertThat(gone.countMissed(9, 15, Lanes.ALL, List.of(event(10, 0), event(12, 2))))
        .isEqualTo(4);
    assertThat(gone.countMissed(9, 15, new Lanes(1, 3), List.of(event(11, 1)))).isEqualTo(1);
    assertThat(gone.countMissed(9, 20, Lanes.ALL, List.of(event(16, 0)))).isEqualTo(6);
  }

  private static PublishedEvent event(long id, int lane) {
    return new PublishedEvent(id, lane, "A", SqliteEventLog.SERVER, new byte[0]);
  }

  @Test
  void whatIsAboutToGoCountsUntilItStays() {
    // Given
    var gone = new Gone();
    gone.leaving(List.of(new Gone.Run(10, new byte[3]), new Gone.Run(20, new byte[2])));
    assertThat(gone.countBetween(0, 100, Lanes.ALL)).isEqualTo(5);
    assertThat(gone.runs()).isEmpty();
    // When
    gone.stay();
    // Then
    assertThat(gone.countBetween(0, 100, Lanes.ALL)).isZero();
    gone.leaving(List.of(new Gone.Run(10, new byte[3])));
    gone.left();
    assertThat(gone.countBetween(0, 100, Lanes.ALL)).isEqualTo(3);
    assertThat(gone.runs()).hasSize(1);
  }

  @Test
  void whatGoesOneByOneIsOneRun() {
    var gone = new Gone();
    for (int id : new int[] {5, 7, 6, 3, 4, 8}) {
      gone.add(new Gone.Run(id, new byte[] {(byte) id}));
    }
    assertThat(gone.runs()).hasSize(1);
    assertThat(gone.runs().getFirst().first()).isEqualTo(3);
    assertThat(gone.runs().getFirst().lanes()).containsExactly(3, 4, 5, 6, 7, 8);
  }
}
