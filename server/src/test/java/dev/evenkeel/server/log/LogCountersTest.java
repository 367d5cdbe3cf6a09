package dev.evenkeel.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The reasons of drops come from extensions, and each is a label in the metrics. */
class LogCountersTest {

  private final LogCounters counters = new LogCounters();

  @Test
  void aReasonWithAnIdInItDoesNotMakeALabelForEachId() {
    counters.dropped("not wanted");
    for (int i = 0; i < 1_000; i++) {
      counters.dropped("duplicate of " + i);
    }
    counters.dropped("not wanted");

    assertThat(counters.dropped()).hasSize(101).containsEntry("not wanted", 2L);
    assertThat(counters.dropped().values().stream().mapToLong(each -> each).sum()).isEqualTo(1_002);
    assertThat(counters.dropped().get("other")).isEqualTo(901);
  }

  @Test
  void aLongReasonIsCountedByItsBeginning() {
    counters.dropped("x".repeat(1 << 20));
    counters.dropped("x".repeat(1 << 20));

    assertThat(counters.dropped()).containsOnly(Map.entry("x".repeat(100), 2L));
  }

  @Test
  void whatTheServerLostIsToldApartFromAnExtensionsReasonOfTheSameName() {
    counters.lost(LogCounters.Loss.DAMAGE, 3);
    counters.dropped("damage");
    counters.dropped("retention");

    assertThat(counters.dropped())
        .containsOnly(
            Map.entry("damage", 3L),
            Map.entry("extension: damage", 1L),
            Map.entry("extension: retention", 1L));
  }

  @Test
  void whatTheServerLostIsCountedHoweverManyReasonsExtensionsGive() {
    for (int i = 0; i < 1_000; i++) {
      counters.dropped("duplicate of " + i);
    }
    counters.lost(LogCounters.Loss.RETENTION, 2);

    assertThat(counters.dropped()).containsEntry("retention", 2L);
  }
}
