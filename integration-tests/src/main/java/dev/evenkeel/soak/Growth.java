package dev.evenkeel.soak;

import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * A promise about how fast something grows with events, judged by the slope over all samples after
 * the warm-up. It is broken when the samples leave no doubt that the slope is above the limit; the
 * more samples, the smaller the growth that leaves none. It is broken, too, when the end is far
 * above the beginning: one large step has no slope that could be told from noise.
 *
 * @param of what is looked at
 * @param present which samples have it
 * @param most the largest slope, for one event
 * @param step how far the median of the last fifth of the samples may be above that of the first,
 *     beside that slope
 * @param per for how many events slope and limit are told
 * @param divisor from the unit of the samples to the one that is told
 */
record Growth(
    String name,
    String promise,
    Predicate<Sample> present,
    ToDoubleFunction<Sample> of,
    double most,
    double step,
    long per,
    double divisor,
    String unit) {

  private static final int FEWEST = 8;

  Verdict judge(List<Sample> judged) {
    List<TheilSen.Point> points =
        judged.stream()
            .filter(present)
            .map(each -> new TheilSen.Point(each.accepted(), of.applyAsDouble(each)))
            .toList();
    if (points.size() < FEWEST) {
      return Verdict.notJudged(
          name, promise, told(most), "only " + points.size() + " samples after the warm-up");
    }
    TheilSen.Slope slope = TheilSen.slope(points);
    double events = points.getLast().x() - points.getFirst().x();
    double rise = median(points.reversed()) - median(points);
    String detail =
        "between %.2f and %.2f, from %.2f to %.2f %s in %d samples over %,d events"
            .formatted(
                scaled(slope.least()),
                scaled(slope.most()),
                points.getFirst().y() / divisor,
                points.getLast().y() / divisor,
                unit,
                points.size(),
                (long) events);
    if (rise > step + most * events) {
      String rose =
          "; rose by %.2f %s in all, of which %.2f are allowed"
              .formatted(rise / divisor, unit, (step + most * events) / divisor);
      return Verdict.of(name, promise, told(slope.value()), told(most), false, detail + rose);
    }
    if (slope.value() > most && slope.least() <= most) {
      return Verdict.unsure(name, promise, told(slope.value()), told(most), detail);
    }
    return Verdict.of(
        name, promise, told(slope.value()), told(most), slope.value() <= most, detail);
  }

  /** Of the first fifth. */
  private static double median(List<TheilSen.Point> points) {
    return TheilSen.median(
        points.stream().limit(points.size() / 5).mapToDouble(TheilSen.Point::y).toArray());
  }

  private String told(double slope) {
    String events = per == 1 ? "an event" : "%,d events".formatted(per);
    return "%.2f %s in %s".formatted(scaled(slope), per == 1 ? "bytes" : unit, events);
  }

  private double scaled(double slope) {
    return slope * per / (per == 1 ? 1 : divisor);
  }
}
