package dev.evenkeel.soak;

import java.util.ArrayList;
import java.util.List;

/** All promises that a run is judged by. */
final class Verdicts {

  private static final double MEGABYTE = 1 << 20;
  private static final long PER = 100_000;

  /** Classes that are loaded late, because what needs them happens rarely. */
  private static final double CLASSES_PER_EVENT = 20.0 / PER;

  private static final double METASPACE_PER_EVENT = 100.0 * 1024 / PER;

  /** With fewer events the log does not reach its limit. */
  private static final long ENOUGH_FOR_RETENTION = 100_000;

  private Verdicts() {}

  /** The verdicts on a run, in the order of the report. */
  static List<Verdict> of(SoakResult result) {
    var verdicts = new ArrayList<Verdict>();
    verdicts.add(Delivered.accepted(result));
    verdicts.add(Delivered.ids(result));
    verdicts.add(Delivered.missed(result));
    verdicts.add(Delivered.order(result));
    verdicts.add(Delivered.repeats(result));
    verdicts.add(Delivered.answered(result));
    verdicts.add(Delivered.counted(result));
    verdicts.add(Delivered.mostJoined(result));
    List<Sample> judged = result.judged();
    growth(result.plan().limits()).forEach(each -> verdicts.add(each.judge(judged)));
    levels(result.plan().limits()).forEach(each -> verdicts.add(each.judge(judged)));
    ceilings(result.plan().limits()).forEach(each -> verdicts.add(each.judge(result.samples())));
    verdicts.add(retention(result));
    if (!result.plan().possible().isEmpty()) {
      verdicts.add(faults(result));
    }
    if (!result.plan().extensions().isEmpty()) {
      verdicts.add(extensions(result));
    }
    return verdicts;
  }

  /** The names of what has grown until now, or is above its limit. */
  static List<String> growing(List<Sample> samples, SoakPlan plan) {
    if (samples.isEmpty()) {
      return List.of();
    }
    List<Sample> judged = SoakResult.judged(samples, plan.warmUp());
    var verdicts = new ArrayList<Verdict>();
    growth(plan.limits()).forEach(each -> verdicts.add(each.judge(judged)));
    levels(plan.limits()).forEach(each -> verdicts.add(each.judge(judged)));
    ceilings(plan.limits()).forEach(each -> verdicts.add(each.judge(samples)));
    return verdicts.stream().filter(each -> !each.isGood()).map(Verdict::name).toList();
  }

  private static List<Growth> growth(Limits limits) {
    return List.of(
        new Growth(
            "heap-level",
            "reachable objects, counted after a full collection, do not grow with events",
            Sample::hasLiveBytes,
            Sample::liveBytes,
            limits.liveBytesPerEvent(),
            Limits.LIVE_STEP,
            1,
            MEGABYTE,
            "MB"),
        new Growth(
            "rss-level",
            "the memory of the process does not grow with events",
            _ -> true,
            Sample::rssBytes,
            (double) limits.rssBytesPer100k() / PER,
            64 * MEGABYTE,
            PER,
            MEGABYTE,
            "MB"),
        new Growth(
            "classes-level",
            "no classes are loaded for events",
            _ -> true,
            Sample::classes,
            CLASSES_PER_EVENT,
            Limits.CLASSES_STEP,
            PER,
            1,
            "classes"),
        new Growth(
            "metaspace-level",
            "what the JVM keeps of classes does not grow",
            _ -> true,
            Sample::metaspaceBytes,
            METASPACE_PER_EVENT,
            Limits.METASPACE_STEP,
            PER,
            1024,
            "KB"));
  }

  private static List<Level> levels(Limits limits) {
    return List.of(
        new Level(
            "threads-level",
            "no threads are left over",
            Sample::threads,
            limits.moreThreads(),
            false),
        new Level(
            "descriptors-level",
            "no file descriptors are left over",
            Sample::descriptors,
            0,
            false),
        new Level(
            "connections-level",
            "the connections to targets, counted by the server, stay the same",
            Sample::connections,
            0,
            true),
        new Level(
            "joined-level",
            "the sockets that the targets count stay the same",
            Sample::joined,
            0,
            true));
  }

  private static List<Ceiling> ceilings(Limits limits) {
    return List.of(
        new Ceiling(
            "rss-limit",
            "the process never held more memory, by the kernel's own mark of the most",
            Sample::peakRssBytes,
            limits.rssBytes(),
            MEGABYTE,
            "MB",
            each -> "reached by %,d events".formatted(each.accepted())),
        new Ceiling(
            "bounded-state",
            "no map and no queue is over its limit at any sample",
            each -> each.fullest().share(),
            1,
            0.01,
            "% full",
            each -> each.fullest().name()),
        new Ceiling(
            "log-limit",
            "the log is within its bytes, by the server's count and by its files",
            each -> Math.max(each.logBytes(), each.diskBytes()),
            limits.logBytes(),
            MEGABYTE,
            "MB",
            each ->
                "counted %.1f MB, and %.1f MB of files, then"
                    .formatted(each.logBytes() / MEGABYTE, each.diskBytes() / MEGABYTE)));
  }

  /** A run in which an extension did nothing, or was switched off, has shown nothing about it. */
  private static Verdict extensions(SoakResult result) {
    List<ExtensionAccount> all = result.extensions();
    List<String> others =
        all.stream().filter(each -> !each.isGood()).map(ExtensionAccount::toString).toList();
    return Verdict.of(
        "extensions-ran",
        "each extension of the run was called, never failed, and runs in the end",
        "%,d calls, %,d failures"
            .formatted(
                all.stream().mapToLong(ExtensionAccount::calls).sum(),
                all.stream().mapToLong(ExtensionAccount::failures).sum()),
        "no failures",
        others.isEmpty() && all.size() == result.plan().extensions().size(),
        String.join("; ", others));
  }

  /** A run that was over too soon has not shown what it was asked for. */
  private static Verdict faults(SoakResult result) {
    List<String> left =
        result.plan().possible().entries().stream()
            .skip(result.faults().size())
            .map(each -> each.fault().name())
            .toList();
    String name = "faults-happened";
    String promise = "each fault of the run happened";
    int planned = result.plan().possible().entries().size();
    String figure = result.faults().size() + " of " + planned;
    return left.isEmpty()
        ? Verdict.of(name, promise, figure, "all", true, "")
        : Verdict.unsure(
            name, promise, figure, "all", "the run was over before " + String.join(", ", left));
  }

  /** A log that never was full has shown nothing about retention. */
  private static Verdict retention(SoakResult result) {
    String promise = "the log was full, and retention removed the oldest events";
    long removed = result.samples().stream().mapToLong(Sample::removed).max().orElse(0);
    if (removed == 0 && result.accepted() < ENOUGH_FOR_RETENTION) {
      return Verdict.notJudged(
          "retention-went-round", promise, "1 removed", "too few events to fill the log");
    }
    return Verdict.of(
        "retention-went-round",
        promise,
        "%,d removed".formatted(removed),
        "at least 1",
        removed > 0,
        "");
  }
}
