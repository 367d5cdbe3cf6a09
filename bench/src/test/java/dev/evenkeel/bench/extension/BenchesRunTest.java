package dev.evenkeel.bench.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Whether the benchmarks still run; their figures here mean nothing. */
class BenchesRunTest {

  private static final List<Class<?>> BENCHES =
      List.of(FilterBench.class, GuardBench.class, ProcessorBench.class);

  @Test
  void eachMeasuresEachOfItsExtensions() throws Exception {
    for (Class<?> bench : BENCHES) {
      var results =
          new Runner(
                  new OptionsBuilder()
                      .include(bench.getName().replace(".", "\\."))
                      .forks(0)
                      .warmupIterations(0)
                      .measurementIterations(1)
                      .measurementTime(TimeValue.milliseconds(50))
                      .shouldFailOnError(true)
                      .shouldDoGC(false)
                      .verbosity(VerboseMode.SILENT)
                      .build())
              .run();
      int asked = bench.getField("extensions").getAnnotation(Param.class).value().length;
      assertThat(results).as(bench.getSimpleName()).hasSize(asked);
      assertThat(results)
          .allSatisfy(each -> assertThat(each.getPrimaryResult().getScore()).isPositive());
    }
  }
}
