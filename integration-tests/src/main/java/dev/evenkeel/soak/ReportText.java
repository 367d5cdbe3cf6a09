package dev.evenkeel.soak;

import dev.evenkeel.testbed.SocketIoServer;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** The report as Markdown and as one page of HTML that needs nothing else. */
final class ReportText {

  private static final String STYLE =
      """
      body{font:15px/1.5 system-ui,sans-serif;color:#222;max-width:980px;margin:2em auto;padding:0 1em;background:#fafbfc}
      h1{font-size:1.5em;margin:0}h2{font-size:1.1em;margin:2em 0 .5em}
      .verdict{display:inline-block;padding:.2em .8em;border-radius:1em;color:#fff;font-weight:600;white-space:nowrap}
      .PASSED{background:#2e7d32}.FAILED{background:#b71c1c}.UNSURE,.NOT_JUDGED{background:#78909c}
      table{border-collapse:collapse;width:100%;background:#fff}td,th{text-align:left;padding:.35em .6em;border-bottom:1px solid #e3e6ea;vertical-align:top}
      td .verdict{font-size:.8em}small{color:#667}svg{display:block;width:100%;margin:.8em 0;border:1px solid #e3e6ea;background:#fff}
      code{background:#eef1f4;padding:.1em .3em}
      """;

  private final SoakResult result;
  private final List<Verdict> verdicts;
  private final String command;

  ReportText(SoakResult result, List<Verdict> verdicts, String command) {
    this.result = result;
    this.verdicts = verdicts;
    this.command = command;
  }

  private boolean passed() {
    return verdicts.stream().allMatch(Verdict::isGood);
  }

  private String headline() {
    long broken = verdicts.stream().filter(each -> !each.isGood()).count();
    long open = verdicts.stream().filter(Verdict::isOpen).count();
    String rest = open == 0 ? "" : ", %d left open".formatted(open);
    if (broken > 0) {
      return "%,d events, %d of %d promises broken%s"
          .formatted(result.accepted(), broken, verdicts.size(), rest);
    }
    return open == 0
        ? "%,d events, every promise kept".formatted(result.accepted())
        : "%,d events, no promise broken%s".formatted(result.accepted(), rest);
  }

  private List<String> facts() {
    SoakPlan plan = result.plan();
    var facts = new ArrayList<String>();
    facts.add("Begun " + result.begin().truncatedTo(ChronoUnit.SECONDS));
    Duration took = result.elapsed();
    facts.add("took %d min %d s".formatted(took.toMinutes(), took.toSecondsPart()));
    facts.add("%d agents, %,d events a second wanted".formatted(plan.agents(), plan.rate()));
    facts.add(
        "%d %s, %d clients of the hub"
            .formatted(
                plan.targets(), plan.targets() == 1 ? "target" : "targets", plan.hubClients()));
    facts.add(
        plan.inContainer() || SocketIoServer.Form.chosen() == SocketIoServer.Form.CONTAINER
            ? "each target in a container"
            : "each target a Node process");
    facts.add(
        plan.inContainer() ? "the server in a container of its image" : "the server a process");
    facts.add("a log of %d MB".formatted(plan.limits().logBytes() >> 20));
    facts.add("growth is judged after %,d events".formatted(plan.warmUp()));
    facts.add(
        "Java %s, %d cores, Linux %s"
            .formatted(
                Runtime.version(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.version").replaceFirst("-.*", "")));
    if (result.heldMillis() > 0) {
      facts.add(
          "agents were held for %.1f s, so that retention would not overtake a receiver"
              .formatted(result.heldMillis() / 1000.0));
    }
    if (result.unsure() > 0) {
      facts.add("%,d posts ended without an answer".formatted(result.unsure()));
    }
    plan.passedOver()
        .entries()
        .forEach(
            each ->
                facts.add(
                    each.fault().name() + " was passed over: it needs the server as a process"));
    if (!plan.extensions().isEmpty()) {
      facts.add("with " + plan.extensions());
    }
    return facts;
  }

  String markdown() {
    var md = new StringBuilder("# Soak: " + headline() + "\n\n");
    md.append("`" + command + "`\n\n" + String.join("; ", facts()) + ".\n\n");
    md.append("| | promise | measured | limit |\n|---|---|---|---|\n");
    for (Verdict each : verdicts) {
      md.append(
          "| %s | **%s**: %s | %s%s | %s |%n"
              .formatted(
                  told(each.outcome()),
                  each.name(),
                  each.promise(),
                  each.figure(),
                  each.detail().isEmpty() ? "" : "; " + cell(each.detail()),
                  each.limit()));
    }
    if (!result.faults().isEmpty()) {
      md.append("\n## Faults\n\n| at | fault | lasted | level again after | lost | repeats |\n");
      md.append("|---|---|---|---|---|---|\n");
      for (FaultRow each : result.faults()) {
        md.append(
            "| %s | **%s**: %s | %s | %s | %,d | %,d |%n"
                .formatted(
                    time(each.fromMillis()),
                    each.name(),
                    cell(each.what()),
                    seconds(each.untilMillis() - each.fromMillis()),
                    back(each),
                    each.lost(),
                    each.repeats()));
      }
    }
    md.append('\n');
    for (Chart each : Charts.of(result.plan())) {
      md.append("![" + each.title() + "](charts/" + each.fileName() + ")\n\n");
    }
    return md.toString();
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }

  private static String told(Verdict.Outcome outcome) {
    return switch (outcome) {
      case PASSED -> "kept";
      case FAILED -> "**BROKEN**";
      case UNSURE -> "unsure";
      case NOT_JUDGED -> "not judged";
    };
  }

  private static String time(long millis) {
    return "%d:%02d".formatted(millis / 60_000, millis / 1000 % 60);
  }

  private static String seconds(long millis) {
    return "%.1f s".formatted(millis / 1000.0);
  }

  private static String back(FaultRow of) {
    return of.levelMillis() < 0 ? "never" : seconds(of.backAfterMillis());
  }

  String html() {
    String outcome = passed() ? "PASSED" : "FAILED";
    var html = new StringBuilder("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\n");
    html.append("<title>Soak: " + headline() + "</title><style>" + STYLE + "</style>\n");
    html.append("<h1>" + headline() + "</h1>\n");
    html.append("<p><span class=\"verdict " + outcome + "\">" + outcome + "</span> ");
    html.append("<code>" + Html.escape(command) + "</code></p>\n");
    html.append("<p><small>" + Html.escape(String.join("; ", facts())) + ".</small></p>\n");
    html.append("<table><tr><th></th><th>promise</th><th>measured</th><th>limit</th></tr>\n");
    for (Verdict each : verdicts) {
      html.append(
          row(
              "<span class=\"verdict %s\">%s</span>"
                  .formatted(each.outcome(), each.outcome().name().replace('_', ' ')),
              "<b>" + each.name() + "</b><br><small>" + Html.escape(each.promise()) + "</small>",
              Html.escape(each.figure()) + "<br><small>" + Html.escape(each.detail()) + "</small>",
              Html.escape(each.limit())));
    }
    html.append("</table>\n");
    addFaults(html);
    html.append("<h2>While it ran</h2>\n");
    for (Chart each : Charts.of(result.plan())) {
      html.append(each.svg(result));
    }
    addTimeLine(html);
    return html.append("</html>\n").toString();
  }

  private void addFaults(StringBuilder html) {
    if (result.faults().isEmpty()) {
      return;
    }
    html.append("<h2>Faults</h2><table><tr><th>at</th><th>fault</th><th>lasted</th>");
    html.append("<th>level again after</th><th>lost</th><th>repeats</th></tr>\n");
    for (FaultRow each : result.faults()) {
      html.append(
          row(
              time(each.fromMillis()),
              "<b>" + Html.escape(each.name()) + "</b> " + Html.escape(each.what()),
              seconds(each.untilMillis() - each.fromMillis()),
              back(each),
              "%,d".formatted(each.lost()),
              "%,d".formatted(each.repeats())));
    }
    html.append("</table>\n");
  }

  private void addTimeLine(StringBuilder html) {
    html.append("<h2>Time line</h2><table>\n");
    for (TimeLine.Line each : result.timeLine()) {
      html.append(row(time(each.millis()), Html.escape(each.text())));
    }
    html.append("</table>\n");
  }

  private static String row(String... cells) {
    return "<tr><td>" + String.join("</td><td>", cells) + "</td></tr>\n";
  }
}
