package dev.evenkeel.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class IntervalsTest {

  @Test
  void numbersThatFollowEachOtherAreOneInterval() {
    var intervals = new Intervals();
    for (long number : new long[] {3, 1, 2, 7, 5, 6}) {
      assertThat(intervals.add(number)).isTrue();
    }
    assertThat(intervals.add(2)).isFalse();
    assertThat(intervals).hasToString("1-3, 5-7");
    assertThat(intervals.gaps()).hasToString("4");
  }

  @RepeatedTest(50)
  void theyAreWhatASetOfThemIs() {
    // Given
    var random = new Random();
    var first = new TreeSet<Long>();
    var second = new TreeSet<Long>();
    Intervals one = fill(random, first);
    Intervals other = fill(random, second);
    // Then
    assertThat(one.count()).isEqualTo(first.size());
    assertThat(one.lastOr(-1)).isEqualTo(first.isEmpty() ? -1 : first.last());
    var difference = new TreeSet<>(first);
    difference.removeAll(second);
    assertThat(numbers(one.minus(other))).isEqualTo(difference);
    assertThat(one.minus(other).count()).isEqualTo(difference.size());
    var gaps = new TreeSet<Long>();
    for (long i = first.isEmpty() ? 0 : first.first(); !first.isEmpty() && i < first.last(); i++) {
      if (!first.contains(i)) {
        gaps.add(i);
      }
    }
    assertThat(numbers(one.gaps())).isEqualTo(gaps);
    for (long i = 0; i < 60; i++) {
      assertThat(one.contains(i)).isEqualTo(first.contains(i));
    }
  }

  private static Intervals fill(Random random, Set<Long> set) {
    var intervals = new Intervals();
    for (int i = random.nextInt(60); i > 0; i--) {
      long number = random.nextInt(50);
      assertThat(intervals.add(number)).isEqualTo(set.add(number));
    }
    return intervals;
  }

  private static Set<Long> numbers(Intervals of) {
    return of.list().stream()
        .flatMapToLong(each -> LongStream.rangeClosed(each.first(), each.last()))
        .boxed()
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
