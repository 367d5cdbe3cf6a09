package dev.evenkeel.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgressOverRestartsTest {

  @Test
  void whatOvertookBeforeARestartStaysDoneOverASecondRestart() {
    // Given: event 7 overtook event 6 and got the id 105, then the server was killed
    var progress = new Progress(new Progress.Marks(5, 100), Set.of(7L));
    // When
    progress.taken(6, 200);
    progress.done(6);
    // Then: what a second kill finds still covers event 7
    Progress.Marks marks = progress.marks(201);
    assertThat(marks).isEqualTo(new Progress.Marks(6, 100));
  }

  @Test
  void whatOvertookIsForgottenWhenTheMarkHasComePastIt() {
    // Given
    var progress = new Progress(new Progress.Marks(5, 100), Set.of(7L));
    // When
    progress.taken(6, 200);
    progress.taken(8, 200);
    progress.done(6);
    progress.done(8);
    // Then
    assertThat(progress.marks(203)).isEqualTo(new Progress.Marks(8, 203));
  }

  @Test
  void marksWaitForTheOldestEventAtWork() {
    // Given
    var progress = new Progress(new Progress.Marks(5, 100), List.of());
    // When
    progress.taken(6, 150);
    progress.taken(7, 160);
    progress.done(7);
    // Then
    assertThat(progress.marks(200)).isEqualTo(new Progress.Marks(5, 150));
  }

  @Test
  void whatOvertookIsNotHandedOutAgainAfterARestart(@TempDir Path folder) throws Exception {
    // Given: of three events the last two are published, and the first is not
    var clock = new TestClock();
    try (var open = new OpenLog(folder, clock, 64 << 20, 8 << 20, 64 << 20)) {
      open.append("s", "First", 1);
      open.append("t", "Second", 1);
      open.append("u", "Third", 1);
      open.log.take();
      open.publish(2);
      open.awaitPublished(2);
    }
    // When
    try (var open = new OpenLog(folder, clock, 64 << 20, 8 << 20, 64 << 20)) {
      open.append("v", "Fourth", 1);
      // Then
      List<String> handedOut =
          List.of(open.log.take().event().name(), open.log.take().event().name());
      assertThat(handedOut).containsExactly("First", "Fourth");
    }
  }
}
