package dev.evenkeel.soak;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The slope of a cloud of points: the median of the slopes between all pairs of them. Up to 29 of
 * 100 points may lie anywhere without moving it much (Sen 1968).
 *
 * <p>How far it can be trusted is told by an interval: of clouds without a trend, 1 in 100 has one
 * that begins above zero. It is Sen's, from the variance of Kendall's tau, and wider where
 * neighbours are alike and so tell less than as many independent points: the variance is multiplied
 * by (1 + r) / (1 - r), r being the correlation of neighbours after the slope is taken away (Hamed
 * and Rao 1998, with the first lag alone). As r is only estimated, a few of 100 clouds whose
 * neighbours are much alike begin above zero.
 */
final class TheilSen {

  /** Two million pairs; more points than these are first made fewer. */
  private static final int MOST = 2_000;

  /** Of the normal distribution: 1 in 100 is above. */
  private static final double ONE_IN_A_HUNDRED = 2.326;

  /** With neighbours more alike than this the interval is that of a handful of points anyway. */
  private static final double MOST_ALIKE = 0.95;

  /** A point. */
  record Point(double x, double y) {}

  /**
   * A slope, and between what it lies.
   *
   * @param least with a probability of 99 in 100 it is at least this
   * @param most with a probability of 99 in 100 it is at most this
   */
  record Slope(double value, double least, double most) {}

  private TheilSen() {}

  /**
   * The slope of points in the order of x.
   *
   * @throws IllegalArgumentException when there are no two points with different x
   */
  static Slope slope(List<Point> points) {
    List<Point> few = points.size() > MOST ? medians(points) : points;
    double[] slopes = new double[few.size() * (few.size() - 1) / 2];
    int count = 0;
    for (int i = 0; i < few.size(); i++) {
      for (int j = i + 1; j < few.size(); j++) {
        double dx = few.get(j).x() - few.get(i).x();
        if (dx != 0) {
          slopes[count++] = (few.get(j).y() - few.get(i).y()) / dx;
        }
      }
    }
    if (count == 0) {
      throw new IllegalArgumentException(
          "no slope: " + points.size() + " points, all at the same place");
    }
    double[] sorted = Arrays.copyOf(slopes, count);
    Arrays.sort(sorted);
    double value = medianOfSorted(sorted);
    double n = few.size();
    double deviation = Math.sqrt(n * (n - 1) * (2 * n + 5) / 18 * fewerThanTheySeem(few, value));
    int reach = (int) Math.ceil(ONE_IN_A_HUNDRED * deviation / 2);
    int middle = count / 2;
    return new Slope(
        value, sorted[Math.max(0, middle - reach)], sorted[Math.min(count - 1, middle + reach)]);
  }

  /** How many points stand for one independent point, at least 1. */
  private static double fewerThanTheySeem(List<Point> points, double slope) {
    double[] rest = points.stream().mapToDouble(each -> each.y() - slope * each.x()).toArray();
    double mean = Arrays.stream(rest).average().orElse(0);
    double together = 0;
    double alone = 0;
    for (int i = 0; i < rest.length; i++) {
      alone += (rest[i] - mean) * (rest[i] - mean);
      together += i == 0 ? 0 : (rest[i] - mean) * (rest[i - 1] - mean);
    }
    double alike = alone == 0 ? 0 : Math.clamp(together / alone, 0, MOST_ALIKE);
    return (1 + alike) / (1 - alike);
  }

  /** Neighbours in groups, each by its medians: every point counts. In the order of x. */
  private static List<Point> medians(List<Point> points) {
    int size = (points.size() + MOST - 1) / MOST;
    return IntStream.range(0, (points.size() + size - 1) / size)
        .mapToObj(
            group -> points.subList(group * size, Math.min(points.size(), (group + 1) * size)))
        .map(
            group ->
                new Point(
                    median(group.stream().mapToDouble(Point::x).toArray()),
                    median(group.stream().mapToDouble(Point::y).toArray())))
        .toList();
  }

  /** The value in the middle, of two the mean. */
  static double median(double... values) {
    Arrays.sort(values);
    return medianOfSorted(values);
  }

  private static double medianOfSorted(double[] values) {
    int middle = values.length / 2;
    return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  }
}
