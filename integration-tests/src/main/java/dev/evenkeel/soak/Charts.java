package dev.evenkeel.soak;

import dev.evenkeel.soak.Chart.Series;
import java.util.List;

/** The charts of a report. */
final class Charts {

  private static final double MEGABYTE = 1 << 20;

  private Charts() {}

  static List<Chart> of(SoakPlan plan) {
    return List.of(
        new Chart(
            "Memory of the process",
            "MB",
            plan.limits().rssBytes() / MEGABYTE,
            true,
            new Series("RSS", each -> each.rssBytes() / MEGABYTE)),
        new Chart(
            "Reachable objects after a full collection",
            "MB",
            Double.NaN,
            true,
            new Series(
                "objects", each -> each.hasLiveBytes() ? each.liveBytes() / MEGABYTE : Double.NaN)),
        new Chart(
            "Threads and file descriptors",
            "",
            Double.NaN,
            true,
            new Series("threads", Sample::threads),
            new Series("descriptors", Sample::descriptors)),
        new Chart(
            "Connections, counted at both sides",
            "",
            (double) plan.limits().connections() * plan.targets(),
            true,
            new Series("counted by the server", Sample::connections),
            new Series("joined at the targets", Sample::joined)),
        new Chart(
            "Events that the slowest receiver has not got yet",
            "",
            Double.NaN,
            true,
            new Series("lag", Sample::lag)),
        new Chart(
            "Accepted events a second",
            "",
            Double.NaN,
            true,
            new Series("events a second", Sample::perSecond)),
        new Chart(
            "Time to the answer",
            "ms",
            Double.NaN,
            true,
            new Series("p50", each -> percentile(each, "p50")),
            new Series("p90", each -> percentile(each, "p90")),
            new Series("p99", each -> percentile(each, "p99"))),
        new Chart(
            "Time from the agent to the target",
            "ms",
            Double.NaN,
            true,
            new Series("p50", each -> each.deliveryMillis().getOrDefault("p50", Double.NaN)),
            new Series("p99", each -> each.deliveryMillis().getOrDefault("p99", Double.NaN))),
        new Chart(
            "The log",
            "MB",
            plan.limits().logBytes() / MEGABYTE,
            true,
            new Series("counted by the server", each -> each.logBytes() / MEGABYTE),
            new Series("files on the disk", each -> each.diskBytes() / MEGABYTE)),
        new Chart(
            "Metaspace",
            "MB",
            Double.NaN,
            true,
            new Series("metaspace", each -> each.metaspaceBytes() / MEGABYTE)));
  }

  private static double percentile(Sample of, String name) {
    return of.answerMillis().getOrDefault(name, Double.NaN);
  }
}
