package dev.evenkeel.soak;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * A promise that a count is the same at the end as after the warm-up: the median of the last fifth
 * of the samples against that of the first.
 *
 * @param more how many more there may be
 * @param exactly whether fewer are a failure, too
 */
record Level(String name, String promise, ToDoubleFunction<Sample> of, int more, boolean exactly) {

  private static final int FEWEST = 10;

  Verdict judge(List<Sample> judged) {
    String limit = more == 0 ? "equal" : "+" + more;
    if (judged.size() < FEWEST) {
      return Verdict.notJudged(
          name, promise, limit, "only " + judged.size() + " samples after the warm-up");
    }
    int fifth = judged.size() / 5;
    double before = median(judged.subList(0, fifth));
    double after = median(judged.subList(judged.size() - fifth, judged.size()));
    boolean passed = after <= before + more && !(exactly && after < before);
    return Verdict.of(name, promise, "%.0f, then %.0f".formatted(before, after), limit, passed, "");
  }

  private double median(List<Sample> of) {
    return TheilSen.median(of.stream().mapToDouble(this.of).toArray());
  }
}
