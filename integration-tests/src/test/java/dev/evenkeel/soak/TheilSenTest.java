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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TheilSenTest {

  @Test
  void theSlopeOfALineIsThatOfTheLine() {
    assertThat(TheilSen.slope(line(50, 3, 7)).value()).isEqualTo(3, within(1e-9));
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
    assertThat(TheilSen.slope(points).value()).isBetween(1.9, 3.0);
  }

  @Test
  void manyPointsHaveTheSlopeOfFew() {
    assertThat(TheilSen.slope(line(100_000, -4, 5)).value()).isEqualTo(-4, within(1e-6));
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
    TheilSen.Slope of = TheilSen.slope(cloud);
    TheilSen.Slope turned = TheilSen.slope(moved);
    assertThat(turned.value()).isEqualTo(-of.value(), within(1e-9));
    assertThat(turned.least()).isLessThanOrEqualTo(turned.value());
    assertThat(turned.most()).isGreaterThanOrEqualTo(turned.value());
  }

  @Test
  void aLineLeavesNoDoubt() {
    TheilSen.Slope slope = TheilSen.slope(line(50, 3, 7));
    assertThat(slope.least()).isEqualTo(3, within(1e-9));
    assertThat(slope.most()).isEqualTo(3, within(1e-9));
  }

  @ParameterizedTest(name = "neighbours alike by {0}")
  @ValueSource(doubles = {0, 0.3, 0.6, 0.8})
  void aCloudWithoutATrendIsRarelyTakenForOneThatGrows(double alike) {
    int growing = 0;
    for (int seed = 0; seed < 1_000; seed++) {
      if (TheilSen.slope(cloud(50, 0, alike, seed)).least() > 0) {
        growing++;
      }
    }
    // 1 in 100 by its definition; what is alike is itself only estimated
    assertThat(growing).isLessThan(alike == 0 ? 20 : 60);
  }

  @ParameterizedTest(name = "neighbours alike by {0}")
  @ValueSource(doubles = {0, 0.3, 0.6})
  void aTrendOfFiveDeviationsIsFound(double alike) {
    int found = 0;
    for (int seed = 0; seed < 1_000; seed++) {
      if (TheilSen.slope(cloud(50, 5.0 / 50, alike, seed)).least() > 0) {
        found++;
      }
    }
    assertThat(found).isGreaterThan(900);
  }

  @Test
  void morePointsLeaveLessDoubt() {
    TheilSen.Slope few = TheilSen.slope(cloud(25, 0, 0, 1));
    TheilSen.Slope many = TheilSen.slope(cloud(400, 0, 0, 1));
    assertThat(many.most() - many.least()).isLessThan((few.most() - few.least()) / 10);
  }

  /** Normal noise with a deviation of 1 around a line. */
  private static List<Point> cloud(int count, double slope, double alike, int seed) {
    var random = new Random(seed);
    var points = new ArrayList<Point>();
    double noise = random.nextGaussian();
    for (int i = 0; i < count; i++) {
      points.add(new Point(i, slope * i + noise));
      noise = alike * noise + Math.sqrt(1 - alike * alike) * random.nextGaussian();
    }
    return points;
  }

  private static List<Point> line(int count, double slope, double from) {
    var points = new ArrayList<Point>();
    for (int i = 0; i < count; i++) {
      points.add(new Point(i, from + slope * i));
    }
    return points;
  }
}
