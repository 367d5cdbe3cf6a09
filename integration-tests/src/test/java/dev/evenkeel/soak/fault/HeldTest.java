package dev.evenkeel.soak.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.soak.Fullest;
import dev.evenkeel.soak.Limits;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a server holds after a fault, and held meanwhile, is judged by itself. */
class HeldTest {

  private static final long MB = 1 << 20;
  private static final Held BEFORE = new Held(160 * MB, 40, 190, 20 * MB, 2 * MB, 9_000, MB);

  private static List<String> exceeded(Held after, int connectionsToCome) {
    return after.exceeds(BEFORE, Limits.DEFAULT, connectionsToCome);
  }

  static Stream<Arguments> ways() {
    return Stream.of(
        Arguments.of("memory", new Held(201 * MB, 40, 190, 20 * MB, 2 * MB, 9_000, MB)),
        Arguments.of("threads", new Held(160 * MB, 43, 190, 20 * MB, 2 * MB, 9_000, MB)),
        Arguments.of("descriptors", new Held(160 * MB, 40, 191, 20 * MB, 2 * MB, 9_000, MB)),
        Arguments.of("objects", new Held(160 * MB, 40, 190, 29 * MB, 2 * MB, 9_000, MB)),
        Arguments.of("classes", new Held(160 * MB, 40, 190, 20 * MB, 2 * MB, 9_301, MB)),
        Arguments.of("metaspace", new Held(160 * MB, 40, 190, 20 * MB, 2 * MB, 9_000, 3 * MB)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ways")
  void whatIsLeftOverOfOneKindIsFound(String kind, Held after) {
    assertThat(exceeded(after, 0)).as(kind).hasSize(1);
  }

  @Test
  void aServerThatIsAsBeforeOrALittleMoreIsLevel() {
    assertThat(exceeded(BEFORE, 0)).isEmpty();
    assertThat(exceeded(new Held(200 * MB, 42, 190, 28 * MB, 2 * MB, 9_300, 2 * MB), 0)).isEmpty();
  }

  @Test
  void whatIsInQueuesIsNoGrowth() {
    assertThat(exceeded(new Held(160 * MB, 40, 190, 40 * MB, 22 * MB, 9_000, MB), 0)).isEmpty();
  }

  @Test
  void aTargetThatWasDeadMayHaveItsConnections() {
    assertThat(exceeded(new Held(160 * MB, 40, 193, 20 * MB, 2 * MB, 9_000, MB), 3)).isEmpty();
  }

  @Test
  void aQueueOverItsLimitAtOneSampleIsFound() {
    assertThat(new FaultWatch.Most(0, 0, new Fullest("handler", 1)).exceeds(MB)).isEmpty();
    assertThat(new FaultWatch.Most(0, 0, new Fullest("handler", 1.01)).exceeds(MB))
        .singleElement()
        .asString()
        .contains("handler");
  }

  @Test
  void aLogOverItsBytesAtOneSampleIsFound() {
    assertThat(new FaultWatch.Most(0, MB, new Fullest("none", 0)).exceeds(MB)).isEmpty();
    assertThat(new FaultWatch.Most(0, MB + 1, new Fullest("none", 0)).exceeds(MB)).hasSize(1);
  }
}
