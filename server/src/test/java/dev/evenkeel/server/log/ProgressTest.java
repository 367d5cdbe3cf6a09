package dev.evenkeel.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ProgressTest {

  @Test
  void theMarksCoverWhatIsDoneOutOfOrder() {
    var progress = new Progress(10);
    progress.taken(11, 100);
    progress.taken(12, 101);
    progress.taken(13, 105);
    progress.done(12);
    assertThat(progress.marks(110)).isEqualTo(new Progress.Marks(10, 100));
    progress.done(11);
    assertThat(progress.marks(110)).isEqualTo(new Progress.Marks(12, 105));
    progress.done(13);
    assertThat(progress.marks(110)).isEqualTo(new Progress.Marks(13, 110));
    assertThat(progress.open()).isZero();
  }

  @Test
  void whatGoesPastASlowSessionIsForgotten() {
    // Given an event that takes long
    var progress = new Progress(0);
    progress.taken(1, 100);
    // When
    for (int seq = 2; seq <= 10_000; seq++) {
      progress.taken(seq, 100 + seq);
      progress.done(seq);
    }
    // Then
    assertThat(progress.open()).isEqualTo(1);
    assertThat(progress.marks(20_000)).isEqualTo(new Progress.Marks(0, 100));
    progress.done(1);
    assertThat(progress.marks(20_000)).isEqualTo(new Progress.Marks(10_000, 20_000));
  }

  @Test
  void anEventIsDoneOnce() {
    var progress = new Progress(0);
    progress.taken(1, 1);
    progress.done(1);
    assertThatThrownBy(() -> progress.done(1)).isInstanceOf(IllegalStateException.class);
  }
}
