package dev.evenkeel.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {

  private final Ledger ledger = new Ledger("target");

  private void receive(long id, String session, long n) {
    ledger.received(new Delivery(1, id, session, n < 0 ? null : new Mark("a", n, 1)));
  }

  @Test
  void whatComesAgainIsARepeatAndNotOutOfOrder() {
    receive(10, "s", 0);
    receive(11, "s", 1);
    receive(10, "s", 0);
    assertThat(ledger.page().repeats()).isEqualTo(1);
    assertThat(ledger.page().outOfOrder()).isZero();
    assertThat(ledger.page().marks()).isEqualTo(2);
  }

  @Test
  void whatComesBehindALaterOneOfItsSessionIsOutOfOrder() {
    receive(10, "s", 0);
    receive(12, "s", 2);
    receive(13, "t", 3);
    receive(11, "s", 1);
    assertThat(ledger.page().outOfOrder()).isEqualTo(1);
    assertThat(ledger.page().firstOutOfOrder()).contains("11 (number 1) behind 12 (number 2)");
  }

  @Test
  void idsThatGrowDoNotHideThatTheAgentsNumbersDoNot() {
    receive(10, "s", 5);
    receive(11, "s", 4);
    assertThat(ledger.page().outOfOrder()).isEqualTo(1);
  }

  @Test
  void derivedEventsDoNotBreakTheOrderOfNumbers() {
    receive(10, "s", 0);
    receive(11, "s", -1);
    receive(12, "s", 1);
    assertThat(ledger.page().outOfOrder()).isZero();
  }

  @Test
  void theMostJoinedSocketsAreKept() {
    for (int joined : new int[] {1, 2, 3, 4, 3, 0, 1}) {
      ledger.joined(joined);
    }
    assertThat(ledger.page().mostJoined()).isEqualTo(4);
    assertThat(ledger.page().everJoined()).isEqualTo(5);
  }

  @Test
  void idsThatAreMissingAreLostAndAJumpOfARestartIsNot() {
    for (long id : new long[] {1000, 1001, 1003, 50_000_000, 50_000_001}) {
      receive(id, "s", -1);
    }
    Intervals ids = ledger.page().ids();
    assertThat(Completeness.lostIds(ids)).isEqualTo(1);
    assertThat(Completeness.jumps(ids)).isEqualTo(1);
    assertThat(Completeness.sinceLastJump(ids)).isEqualTo(2);
  }

  @Test
  void aJournalIsReadFromFileToFileAndRemovedBehind(@TempDir Path folder) throws Exception {
    // Given
    var reader = new JournalReader(folder, ledger);
    Path first = folder.resolve("000001");
    Files.writeString(
        first, "s\nj\t1\ne\t5\t10\thook\tx/s\t{\"stream\":\"a\",\"n\":0,\"at\":4}\ne\t6\t1");
    assertThat(reader.read()).isTrue();
    assertThat(ledger.count()).isEqualTo(1);
    // When the line goes on, and the server starts anew
    Files.writeString(first, Files.readString(first) + "1\tderived\tx/s\t\nm\t7\n");
    Files.writeString(folder.resolve("000002"), "s\nj\t1\n");
    assertThat(reader.read()).isTrue();
    // Then
    assertThat(ledger.count()).isEqualTo(2);
    assertThat(ledger.missed()).isEqualTo(7);
    assertThat(ledger.page().everJoined()).isEqualTo(2);
    assertThat(first).doesNotExist();
    assertThat(reader.read()).isFalse();
  }
}
