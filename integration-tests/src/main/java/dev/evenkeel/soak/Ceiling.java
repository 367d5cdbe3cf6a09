package dev.evenkeel.soak;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * A promise that something is never above a limit, at no sample.
 *
 * @param detail says more about the sample that was the highest
 */
record Ceiling(
    String name,
    String promise,
    ToDoubleFunction<Sample> of,
    double most,
    double divisor,
    String unit,
    Function<Sample, String> detail) {

  Verdict judge(List<Sample> samples) {
    Sample highest = samples.stream().max(Comparator.comparingDouble(of)).orElseThrow();
    double value = of.applyAsDouble(highest);
    return Verdict.of(name, promise, told(value), told(most), value <= most, detail.apply(highest));
  }

  private String told(double value) {
    return "%.1f %s".formatted(value / divisor, unit);
  }
}
