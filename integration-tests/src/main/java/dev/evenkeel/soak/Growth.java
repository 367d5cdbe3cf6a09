package dev.evenkeel.soak;

import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * A promise about how fast something grows with events, judged by the slope over all samples after
 * the warm-up: it is broken when the samples leave no doubt that the slope is above the limit. The
 * more samples, the smaller the growth that leaves none.
 *
 * @param of what is looked at
 * @param present which samples have it
 * @param most the largest slope, for one event
 * @param per for how many events slope and limit are told
 * @param divisor from the unit of the samples to the one that is told
 */
record Growth(
    String name,
    String promise,
    Predicate<Sample> present,
    ToDoubleFunction<Sample> of,
    double most,
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
    return Verdict.of(
        name,
        promise,
        told(slope.value()),
        told(most),
        slope.least() <= most,
        "between %.2f and %.2f, from %.2f to %.2f %s in %d samples over %,d events"
            .formatted(
                scaled(slope.least()),
                scaled(slope.most()),
                points.getFirst().y() / divisor,
                points.getLast().y() / divisor,
                unit,
                points.size(),
                (long) (points.getLast().x() - points.getFirst().x())));
  }

  private String told(double slope) {
    String events = per == 1 ? "an event" : "%,d events".formatted(per);
    return "%.2f %s in %s".formatted(scaled(slope), per == 1 ? "bytes" : unit, events);
  }

  private double scaled(double slope) {
    return slope * per / (per == 1 ? 1 : divisor);
  }
}
