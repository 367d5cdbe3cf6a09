package dev.evenkeel.soak;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a run has shown.
 *
 * @param level whether everything had arrived everywhere in the end
 * @param starts how often the server was started
 * @param counters what the server counted in each of its lives that was sampled
 * @param hub what each client of the hub got
 * @param judgedReceivers the names of those that have to get everything
 * @param extensions those that the run gave the server, at its end
 * @param firstHistogram classes of reachable objects after the warm-up
 * @param flightRecording of the run's last minutes, if there is one
 */
record SoakResult(
    SoakPlan plan,
    Instant begin,
    Duration elapsed,
    boolean level,
    int starts,
    long heldMillis,
    List<Sample> samples,
    List<Agent.Account> agents,
    List<Ledger.Page> targets,
    List<Ledger.Page> hub,
    List<String> judgedReceivers,
    List<Counters> counters,
    List<ExtensionAccount> extensions,
    List<FaultRow> faults,
    List<TimeLine.Line> timeLine,
    String firstHistogram,
    String lastHistogram,
    @Nullable Path flightRecording) {

  SoakResult {
    samples = List.copyOf(samples);
    agents = List.copyOf(agents);
    targets = List.copyOf(targets);
    hub = List.copyOf(hub);
    judgedReceivers = List.copyOf(judgedReceivers);
    counters = List.copyOf(counters);
    extensions = List.copyOf(extensions);
    faults = List.copyOf(faults);
    timeLine = List.copyOf(timeLine);
  }

  long accepted() {
    return agents.stream().mapToLong(each -> each.accepted().count()).sum();
  }

  /** Everybody who has to get everything. */
  List<Ledger.Page> judgedPages() {
    return Stream.concat(targets.stream(), hub.stream())
        .filter(each -> judgedReceivers.contains(each.receiver()))
        .toList();
  }

  /** Events that extensions did not let be published. */
  long droppedOnPurpose() {
    return counters.stream().mapToLong(Counters::droppedOnPurpose).sum();
  }

  long unsure() {
    return agents.stream().mapToLong(each -> each.unsure().count()).sum();
  }

  /**
   * The samples that growth is judged by: those of the longest life of the server, after its
   * warm-up.
   */
  List<Sample> judged() {
    return judged(samples, plan.warmUp());
  }

  static List<Sample> judged(List<Sample> samples, long warmUp) {
    List<Sample> longest = List.of();
    for (int epoch = 1; epoch <= samples.getLast().epoch(); epoch++) {
      int own = epoch;
      List<Sample> of =
          samples.stream()
              .filter(each -> each.epoch() == own && each.acceptedInEpoch() >= warmUp)
              .toList();
      longest = of.size() > longest.size() ? of : longest;
    }
    return longest;
  }
}
