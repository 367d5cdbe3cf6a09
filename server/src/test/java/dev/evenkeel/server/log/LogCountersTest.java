package dev.evenkeel.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The reasons of drops come from extensions, and each is a label in the metrics. */
class LogCountersTest {

  private final LogCounters counters = new LogCounters();

  @Test
  void aReasonWithAnIdInItDoesNotMakeALabelForEachId() {
    counters.dropped("not wanted", 1);
    for (int i = 0; i < 1_000; i++) {
      counters.dropped("duplicate of " + i, 1);
    }
    counters.dropped("not wanted", 1);

    assertThat(counters.dropped()).hasSize(101).containsEntry("not wanted", 2L);
    assertThat(counters.dropped().values().stream().mapToLong(each -> each).sum()).isEqualTo(1_002);
    assertThat(counters.dropped().get("other")).isEqualTo(901);
  }

  @Test
  void aLongReasonIsCountedByItsBeginning() {
    counters.dropped("x".repeat(1 << 20), 2);

    assertThat(counters.dropped()).containsOnly(Map.entry("x".repeat(100), 2L));
  }
}
