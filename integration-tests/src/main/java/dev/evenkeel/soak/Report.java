package dev.evenkeel.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes what a run has shown: a page for people, Markdown with charts for a repository or a CI
 * summary, the samples for a spreadsheet, JUnit XML for a CI server; and evidence when it failed.
 */
final class Report {

  private static final String COLUMNS =
      "millis,epoch,accepted,events_per_second,rss_bytes,peak_rss_bytes,object_bytes,threads,descriptors,connections,joined,hub_clients,lag,log_bytes,disk_bytes,removed,classes,metaspace_bytes,fullest,fullest_share,answer_p50_ms,answer_p90_ms,answer_p99_ms,answer_max_ms,delivery_p50_ms,delivery_p99_ms\n";

  private final SoakResult result;
  private final List<Verdict> verdicts;
  private final String command;

  Report(SoakResult result, List<Verdict> verdicts, String command) {
    this.result = result;
    this.verdicts = List.copyOf(verdicts);
    this.command = command;
  }

  /** Writes all of it into this folder; what is there with these names is replaced. */
  void writeTo(Path folder) throws IOException {
    Path charts = Files.createDirectories(folder.resolve("charts"));
    for (Chart each : Charts.of(result.plan())) {
      Files.writeString(charts.resolve(each.fileName()), each.svg(result));
    }
    var text = new ReportText(result, verdicts, command);
    Files.writeString(folder.resolve("report.md"), text.markdown());
    Files.writeString(folder.resolve("report.html"), text.html());
    Files.writeString(folder.resolve("samples.csv"), csv());
    Files.writeString(folder.resolve("junit.xml"), junit());
    if (!verdicts.stream().allMatch(Verdict::isGood)) {
      Files.writeString(folder.resolve("classes-before.txt"), result.firstHistogram());
      Files.writeString(folder.resolve("classes-after.txt"), result.lastHistogram());
      Path recording = result.flightRecording();
      if (recording != null && Files.exists(recording)) {
        Files.copy(recording, folder.resolve("growth.jfr"), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private String csv() {
    var csv = new StringBuilder(COLUMNS);
    for (Sample each : result.samples()) {
      csv.append(
          String.format(
              Locale.ROOT,
              "%d,%d,%d,%.1f,%d,%d,%s,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%s,%.3f,%s,%s,%s,%s,%s,%s%n",
              each.millis(),
              each.epoch(),
              each.accepted(),
              each.perSecond(),
              each.rssBytes(),
              each.peakRssBytes(),
              each.hasLiveBytes() ? Long.toString(each.liveBytes()) : "",
              each.threads(),
              each.descriptors(),
              each.connections(),
              each.joined(),
              each.hubClients(),
              each.lag(),
              each.logBytes(),
              each.diskBytes(),
              each.removed(),
              each.classes(),
              each.metaspaceBytes(),
              each.fullest().name(),
              each.fullest().share(),
              number(each.answerMillis().get("p50")),
              number(each.answerMillis().get("p90")),
              number(each.answerMillis().get("p99")),
              number(each.answerMillis().get("max")),
              number(each.deliveryMillis().get("p50")),
              number(each.deliveryMillis().get("p99"))));
    }
    return csv.toString();
  }

  private static String number(@Nullable Double value) {
    return value == null ? "" : String.format(Locale.ROOT, "%.2f", value);
  }

  private String junit() {
    long failures = verdicts.stream().filter(each -> !each.isGood()).count();
    long skipped = verdicts.stream().filter(each -> each.isOpen()).count();
    var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.append(
        String.format(
            Locale.ROOT,
            "<testsuite name=\"soak\" tests=\"%d\" failures=\"%d\" skipped=\"%d\" time=\"%.1f\">%n",
            verdicts.size(),
            failures,
            skipped,
            result.elapsed().toMillis() / 1000.0));
    for (Verdict each : verdicts) {
      xml.append("  <testcase classname=\"soak\" name=\"" + each.name() + "\">");
      String said = Html.escape(each.figure() + ", limit " + each.limit() + ". " + each.detail());
      switch (each.outcome()) {
        case PASSED -> xml.append("<system-out>" + said + "</system-out>");
        case FAILED -> xml.append("<failure message=\"" + said + "\"/>");
        case UNSURE, NOT_JUDGED -> xml.append("<skipped message=\"" + said + "\"/>");
      }
      xml.append("</testcase>\n");
    }
    return xml.append("</testsuite>\n").toString();
  }
}
