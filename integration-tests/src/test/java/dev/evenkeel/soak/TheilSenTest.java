package dev.evenkeel.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.evenkeel.soak.TheilSen.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class TheilSenTest {

  @Test
  void theSlopeOfALineIsThatOfTheLine() {
    assertThat(TheilSen.slope(line(50, 3, 7))).isEqualTo(3, within(1e-9));
  }

  @Test
  void aQuarterOfWildPointsDoesNotMoveItMuch() {
    // Given
    List<Point> points = line(100, 2, 0);
    var random = new Random(1);
    for (int i = 0; i < points.size(); i += 4) {
      points.set(i, new Point(points.get(i).x(), 1e9 * random.nextDouble()));
    }
    // Then
    assertThat(TheilSen.slope(points)).isBetween(1.9, 3.0);
  }

  @Test
  void manyPointsHaveTheSlopeOfFew() {
    assertThat(TheilSen.slope(line(100_000, -4, 5))).isEqualTo(-4, within(1e-6));
  }

  @Test
  void pointsAtOnePlaceHaveNoSlope() {
    assertThatThrownBy(() -> TheilSen.slope(List.of(new Point(1, 2), new Point(1, 3))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @RepeatedTest(20)
  void whatIsAddedToAllOrTurnedOverMovesNothingElse() {
    // Given any cloud
    var random = new Random();
    var cloud = new ArrayList<Point>();
    var moved = new ArrayList<Point>();
    for (int i = 0; i < 2 + random.nextInt(60); i++) {
      var point = new Point(i, random.nextGaussian());
      cloud.add(point);
      moved.add(new Point(point.x() + 1000, 5 - point.y()));
    }
    // Then
    assertThat(TheilSen.slope(moved)).isEqualTo(-TheilSen.slope(cloud), within(1e-9));
  }

  private static List<Point> line(int count, double slope, double from) {
    var points = new ArrayList<Point>();
    for (int i = 0; i < count; i++) {
      points.add(new Point(i, from + slope * i));
    }
    return points;
  }
}
