package dev.evenkeel.soak;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The slope of a cloud of points: the median of the slopes between all pairs of them. Up to 29 of
 * 100 points may lie anywhere without moving it much (Sen 1968).
 */
final class TheilSen {

  /** Two million pairs; more points than these are first made fewer. */
  private static final int MOST = 2_000;

  /** A point. */
  record Point(double x, double y) {}

  private TheilSen() {}

  /**
   * The slope.
   *
   * @throws IllegalArgumentException when there are no two points with different x
   */
  static double slope(List<Point> points) {
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
    return median(Arrays.copyOf(slopes, count));
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
    int middle = values.length / 2;
    return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  }
}
