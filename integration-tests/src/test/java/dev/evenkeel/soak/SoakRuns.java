package dev.evenkeel.soak;

import dev.evenkeel.it.StartUpCache;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Runs, for tests, with a report in target/soak. */
final class SoakRuns {

  private SoakRuns() {}

  /** The verdicts of a run. */
  static List<Verdict> of(String name, SoakPlan plan, Path folder) throws Exception {
    SoakPlan asUsersHaveIt = plan.withCache(StartUpCache.FILE.orElse(null));
    SoakResult result = SoakRun.of(asUsersHaveIt, folder, line -> System.out.println(name + line));
    List<Verdict> verdicts = Verdicts.of(result);
    verdicts.forEach(System.out::println);
    Path report = report(name).folder();
    if (Files.exists(report)) {
      SoakRun.remove(report); // what an earlier run has left proves nothing
    }
    new Report(result, verdicts, "bin/evenkeel test -pl integration-tests -am (" + name + ")")
        .writeTo(report);
    return verdicts;
  }

  /** The report of a run that is over. */
  static ReportFiles report(String name) {
    return new ReportFiles(Path.of("target", "soak", name));
  }

  /** The names of those that failed. */
  static List<String> failed(List<Verdict> verdicts) {
    return verdicts.stream()
        .filter(each -> !each.isGood())
        .map(Verdict::name)
        .collect(Collectors.toList());
  }
}
