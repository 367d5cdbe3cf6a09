package dev.evenkeel.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.extension.Session;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EventIdTest {

  @Test
  void idsSortAsTextAndFitIntoADouble() {
    long now = EventId.firstAt(Instant.parse("2026-11-22T10:00:00Z").toEpochMilli());
    long last = EventId.firstAt(Instant.parse("2248-01-01T00:00:00Z").toEpochMilli());
    assertThat(EventId.text(now)).hasSize(16).isLessThan(EventId.text(now + 1));
    assertThat(last).isLessThan(1L << 53);
    assertThat(EventId.text(last)).hasSize(16);
    assertThat(EventId.parse(EventId.text(now))).isEqualTo(now);
    assertThat(EventId.parse("0")).isZero();
  }

  @Test
  void whatIsNoIdIsRefused() {
    for (String text : new String[] {"", "-1", "1.5", "12345678901234567", "abc", "١"}) {
      assertThatThrownBy(() -> EventId.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void sessionsSpreadOverTheLanes() {
    long used =
        IntStream.range(0, 10_000)
            .map(i -> Lanes.of(new Session("claude-code", "session-" + i)))
            .distinct()
            .count();
    assertThat(used).isEqualTo(Lanes.COUNT);
  }
}
