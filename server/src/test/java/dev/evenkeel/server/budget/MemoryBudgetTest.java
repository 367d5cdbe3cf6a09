package dev.evenkeel.server.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {

  private static final long MB = 1 << 20;

  private final MemoryBudget budget = new MemoryBudget(MB);

  @Test
  void itNeedsAMegabyte() {
    assertThatThrownBy(() -> new MemoryBudget(MB - 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("evenkeel.memory-budget is 1048575");
  }

  @Test
  void allOfItCanBeTakenAndNotAByteMore() {
    assertThat(budget.reserve(MB)).isTrue();
    assertThat(budget.reserve(1)).isFalse();
    assertThat(budget.used()).isEqualTo(MB);
    budget.release(1);
    assertThat(budget.reserve(2)).isFalse();
    assertThat(budget.reserve(1)).isTrue();
  }

  @Test
  void aSizeThatOverflowsIsNotToBeHad() {
    // Given
    budget.reserve(10);
    // When, then
    assertThat(budget.reserve(Long.MAX_VALUE)).isFalse();
    assertThat(budget.reserveSpare(Long.MAX_VALUE)).isFalse();
    assertThat(budget.used()).isEqualTo(10);
  }

  @Test
  void givingBackMoreThanWasTakenIsAnErrorAndChangesNothing() {
    // Given
    budget.reserve(10);
    // When, then
    assertThatThrownBy(() -> budget.release(11))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("11");
    assertThat(budget.used()).isEqualTo(10);
  }

  @Test
  void aNegativeNumberOfBytesIsAnError() {
    assertThatThrownBy(() -> budget.reserve(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> budget.release(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThat(budget.used()).isZero();
  }

  @Test
  void whatIsSpareNeverMakesItTight() {
    // Given
    long threeQuarters = MB / 4 * 3;
    // When, then
    assertThat(budget.reserveSpare(threeQuarters)).isTrue();
    assertThat(budget.reserveSpare(1)).isFalse();
    assertThat(budget.reserve(MB / 10)).isTrue();
    assertThat(budget.isTight()).isFalse();
  }

  @Test
  void whoOnlyListensNeverMakesItTight() {
    assertThat(budget.reserveUnshed((long) (MB * 0.9))).isTrue();
    assertThat(budget.reserveUnshed(1)).isFalse();
    assertThat(budget.isTight()).isFalse();
  }

  @Test
  void itIsTightAboveNineTenths() {
    long nineTenths = (long) (MB * 0.9);
    assertThat(budget.reserve(nineTenths)).isTrue();
    assertThat(budget.isTight()).isFalse();
    assertThat(budget.reserve(1)).isTrue();
    assertThat(budget.isTight()).isTrue();
    budget.release(1);
    assertThat(budget.isTight()).isFalse();
  }

  @Test
  void manyThreadsNeverHaveMoreThanThereIs() throws Exception {
    // Given
    var taken = new AtomicLong();
    var mostTaken = new AtomicLong();
    // When
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 8; i++) {
        threads.submit(
            () -> {
              for (int k = 0; k < 20_000; k++) {
                long bytes = ThreadLocalRandom.current().nextLong(MB / 4);
                if (k % 2 == 0 ? budget.reserve(bytes) : budget.reserveSpare(bytes)) {
                  mostTaken.accumulateAndGet(taken.addAndGet(bytes), Math::max);
                  taken.addAndGet(-bytes);
                  budget.release(bytes);
                }
              }
            });
      }
    }
    // Then
    assertThat(mostTaken.get()).isPositive().isLessThanOrEqualTo(MB);
    assertThat(budget.used()).isZero();
  }
}
