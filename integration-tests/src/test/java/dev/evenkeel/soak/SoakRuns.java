package dev.evenkeel.soak;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Runs, for tests, with a report in target/soak. */
final class SoakRuns {

  private SoakRuns() {}

  /** The verdicts of a run. */
  static List<Verdict> of(String name, SoakPlan plan, Path folder) throws Exception {
    SoakResult result = SoakRun.of(plan, folder, line -> System.out.println(name + line));
    List<Verdict> verdicts = Verdicts.of(result);
    verdicts.forEach(System.out::println);
    new Report(result, verdicts, "./mvnw verify -pl integration-tests -am, " + name)
        .writeTo(Path.of("target", "soak", name));
    return verdicts;
  }

  /** The names of those that failed. */
  static List<String> failed(List<Verdict> verdicts) {
    return verdicts.stream()
        .filter(each -> !each.isGood())
        .map(Verdict::name)
        .collect(Collectors.toList());
  }
}
