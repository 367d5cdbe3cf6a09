package dev.evenkeel.server.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.Session;
import dev.evenkeel.server.budget.MemoryBudget;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkTest {

  private static Publication emitting(int bytes) {
    var data = SqliteEventLog.data().put("x", "x".repeat(bytes));
    var event = new Publication.Derived(EventType.DERIVED, new Session("a", "s"), "large", data);
    return Publication.of(List.of(event), List.of(), Instant.EPOCH);
  }

  @Test
  void theBytesOfWhatWaitsToBeAppendedAreCountedUntilItIsTaken() throws Exception {
    // Given
    var work = new Work();
    byte[] body = "{\"hook_event_name\":\"Stop\"}".getBytes(UTF_8);
    var event = HookEvent.read("a", null, body, Instant.EPOCH);
    // When
    for (int i = 0; i < 3; i++) {
      work.add(new Append(event, List.of()));
    }
    // Then
    assertThat(work.waitingAppends()).isEqualTo(3);
    assertThat(work.waitingAppendBytes()).isEqualTo(3L * body.length);
    assertThat(work.next(0).appends()).hasSize(3);
    assertThat(work.waitingAppendBytes()).isZero();
  }

  @Test
  void aGroupTakesSoManyBytesOfPublications() {
    // Given a megabyte that is written, and as much that readers are given
    var work = new Work();
    for (int i = 0; i < 5; i++) {
      work.add(emitting(1 << 20), () -> {});
    }
    // When, then
    assertThat(work.next(0).publications()).hasSize(2);
    assertThat(work.next(0).publications()).hasSize(2);
    assertThat(work.next(0).publications()).hasSize(1);
  }

  @Test
  void aPublicationThatIsLargerGoesAlone() {
    var work = new Work();
    work.add(emitting(9 << 20), () -> {});
    work.add(emitting(1), () -> {});
    assertThat(work.next(0).publications()).hasSize(1);
    assertThat(work.next(0).publications()).hasSize(1);
  }

  @Test
  void manySmallPublicationsAreOneGroup() {
    var work = new Work();
    for (int i = 0; i < 600; i++) {
      work.add(emitting(1000), () -> {});
    }
    assertThat(work.next(0).publications()).hasSize(512);
    assertThat(work.next(0).publications()).hasSize(88);
  }

  @Test
  void whatWasWithdrawnJustBeforeTheWriterCameIsNotWritten() throws Exception {
    // Given one of two for which there is no memory while the disk hangs
    var budget = new MemoryBudget(1 << 20);
    assertThat(budget.reserve(1 << 20)).isTrue();
    var work = new Work();
    var withdrawn = new Append(event("Withdrawn"), List.of());
    work.add(withdrawn);
    work.add(new Append(event("Kept"), List.of()));
    assertThat(withdrawn.answerBeforeItIsWritten(budget)).isEqualTo(Append.Late.WITHDRAWN);
    // When
    Work.Group group = work.next(0);
    // Then
    assertThat(group.appends()).extracting(each -> each.event().name()).containsExactly("Kept");
    assertThat(work.waitingAppends()).isZero();
    work.remove(withdrawn);
    assertThat(work.waitingAppends()).isZero();
  }

  private static HookEvent event(String name) throws Exception {
    String json = "{\"session_id\":\"s\",\"hook_event_name\":\"%s\"}".formatted(name);
    return HookEvent.read("claude-code", json, Instant.EPOCH);
  }
}
