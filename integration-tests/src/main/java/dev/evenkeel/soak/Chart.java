package dev.evenkeel.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * A chart of samples over the time of the run, as SVG that needs nothing else: lines, limits, the
 * warm-up in grey, and faults as red bands.
 */
final class Chart {

  private static final int WIDTH = 900;
  private static final int HEIGHT = 230;
  private static final int LEFT = 70;
  private static final int RIGHT = 20;
  private static final int TOP = 44;
  private static final int BOTTOM = 30;
  private static final int MOST_POINTS = 400;
  private static final List<String> COLORS = List.of("#1769aa", "#c2570c", "#2e7d32", "#7b1fa2");
  private static final double[] STEPS = {1, 2, 2.5, 5, 10};

  /** A line of the chart. */
  record Series(String name, ToDoubleFunction<Sample> value) {}

  private final String title;
  private final String unit;
  private final List<Series> series;
  private final double limit;
  private final boolean fromZero;

  /**
   * A chart.
   *
   * @param limit a line at this value; NaN for none
   * @param fromZero whether the scale begins at 0
   */
  Chart(String title, String unit, double limit, boolean fromZero, Series... series) {
    this.title = title;
    this.unit = unit;
    this.limit = limit;
    this.fromZero = fromZero;
    this.series = List.of(series);
  }

  String title() {
    return title;
  }

  /** {@code rss}, for the name of a file. */
  String fileName() {
    return title.toLowerCase(Locale.ROOT).replaceAll("[^a-z]+", "-") + ".svg";
  }

  /** The SVG. */
  String svg(SoakResult result) {
    double end = Math.max(1, result.samples().getLast().millis());
    double low = fromZero ? 0 : Double.MAX_VALUE;
    double high = Double.isNaN(limit) ? -Double.MAX_VALUE : limit;
    for (Series each : series) {
      for (Sample sample : result.samples()) {
        double value = each.value().applyAsDouble(sample);
        if (!Double.isNaN(value)) {
          low = Math.min(low, value);
          high = Math.max(high, value);
        }
      }
    }
    if (high <= low) {
      high = low + 1;
    }
    double step = step((high - low) / 4);
    low = Math.floor(low / step) * step;
    high = Math.ceil(high / step * 1.02) * step;
    var scale = new Scale(end, low, high);
    var svg = new StringBuilder();
    svg.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"system-ui,sans-serif\" font-size=\"12\">\n"
            .formatted(WIDTH, HEIGHT));
    svg.append("<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>%n".formatted(WIDTH, HEIGHT));
    svg.append(text(LEFT, 18, "font-weight=\"600\" font-size=\"14\" fill=\"#222\"", title));
    addWarmUp(svg, result, scale);
    addGrid(svg, scale, step, end);
    addFaults(svg, result, scale);
    addLegend(svg);
    if (!Double.isNaN(limit)) {
      svg.append(
          line(scale.y(limit), "stroke=\"#b71c1c\" stroke-dasharray=\"6 4\"", scale)
              + text(
                  WIDTH - RIGHT - 4,
                  scale.y(limit) - 4,
                  "fill=\"#b71c1c\" text-anchor=\"end\" font-size=\"11\"",
                  "limit"));
    }
    for (int i = 0; i < series.size(); i++) {
      addLine(svg, result, scale, series.get(i), COLORS.get(i % COLORS.size()));
    }
    return svg.append("</svg>\n").toString();
  }

  private record Scale(double end, double low, double high) {

    double x(long millis) {
      return LEFT + (double) millis / end * (WIDTH - LEFT - RIGHT);
    }

    double y(double value) {
      return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM);
    }
  }

  private static double step(double wanted) {
    double power = Math.pow(10, Math.floor(Math.log10(wanted)));
    for (double each : STEPS) {
      if (each * power >= wanted) {
        return each * power;
      }
    }
    return 10 * power;
  }

  private static void addWarmUp(StringBuilder svg, SoakResult result, Scale scale) {
    long until =
        result.samples().stream()
            .filter(each -> each.accepted() >= result.plan().warmUp())
            .findFirst()
            .map(Sample::millis)
            .orElse((long) scale.end());
    svg.append(band(scale.x(0), scale.x(until), "#f1f3f5", "warm-up"));
    if (scale.x(until) - LEFT > 60) {
      svg.append(text(LEFT + 6, HEIGHT - BOTTOM - 6, "fill=\"#889\" font-size=\"11\"", "warm-up"));
    }
  }

  private static void addFaults(StringBuilder svg, SoakResult result, Scale scale) {
    for (FaultRow each : result.faults()) {
      double from = scale.x(each.fromMillis());
      double until = Math.max(from + 2, scale.x(each.untilMillis()));
      svg.append(band(from, until, "#e5393544", each.name() + ": " + each.what()));
    }
  }

  private static String band(double from, double until, String color, String title) {
    return "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"><title>%s</title></rect>%n"
        .formatted(from, TOP, until - from, HEIGHT - TOP - BOTTOM, color, Html.escape(title));
  }

  private void addGrid(StringBuilder svg, Scale scale, double step, double end) {
    for (double value = scale.low(); value <= scale.high() + step / 2; value += step) {
      svg.append(line(scale.y(value), "stroke=\"#dde\"", scale));
      svg.append(
          text(
              LEFT - 8,
              scale.y(value) + 4,
              "fill=\"#556\" text-anchor=\"end\"",
              told(value, step)));
    }
    for (int i = 0; i <= 6; i++) {
      long millis = (long) (end * i / 6);
      String anchor = i == 6 ? "end" : i == 0 ? "start" : "middle";
      svg.append(
          text(
              scale.x(millis),
              HEIGHT - 10,
              "fill=\"#556\" text-anchor=\"" + anchor + "\"",
              time(millis)));
    }
  }

  private String told(double value, double step) {
    String number =
        step >= 1
            ? String.format(Locale.ROOT, "%,.0f", value)
            : String.format(Locale.ROOT, "%.2f", value);
    return unit.isEmpty() ? number : number + " " + unit;
  }

  private static String time(long millis) {
    long seconds = millis / 1000;
    return seconds >= 3600
        ? "%d:%02d:%02d".formatted(seconds / 3600, seconds / 60 % 60, seconds % 60)
        : "%d:%02d".formatted(seconds / 60, seconds % 60);
  }

  private void addLegend(StringBuilder svg) {
    double x = LEFT;
    for (int i = 0; i < series.size() && series.size() > 1; i++) {
      svg.append(
          "<rect x=\"%.0f\" y=\"28\" width=\"10\" height=\"10\" fill=\"%s\"/>%n"
              .formatted(x, COLORS.get(i % COLORS.size())));
      svg.append(text(x + 14, 37, "fill=\"#333\"", series.get(i).name()));
      x += 34 + 7 * series.get(i).name().length();
    }
  }

  /** At most 400 points: of each group the lowest and the highest are kept. */
  private static void addLine(
      StringBuilder svg, SoakResult result, Scale scale, Series of, String color) {
    List<Sample> present =
        result.samples().stream()
            .filter(each -> !Double.isNaN(of.value().applyAsDouble(each)))
            .toList();
    int group = Math.max(1, present.size() * 2 / MOST_POINTS);
    var points = new ArrayList<String>();
    for (int at = 0; at < present.size(); at += group) {
      List<Sample> some = present.subList(at, Math.min(present.size(), at + group));
      Sample least = some.getFirst();
      Sample most = some.getFirst();
      for (Sample each : some) {
        double value = of.value().applyAsDouble(each);
        least = value < of.value().applyAsDouble(least) ? each : least;
        most = value > of.value().applyAsDouble(most) ? each : most;
      }
      boolean upwards = least.millis() <= most.millis();
      add(points, scale, of, upwards ? least : most);
      if (least.millis() != most.millis()) {
        add(points, scale, of, upwards ? most : least);
      }
    }
    svg.append(
        "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.6\" stroke-linejoin=\"round\" points=\"%s\"/>%n"
            .formatted(color, String.join(" ", points)));
  }

  private static void add(List<String> points, Scale scale, Series of, Sample sample) {
    points.add(
        String.format(
            Locale.ROOT,
            "%.1f,%.1f",
            scale.x(sample.millis()),
            scale.y(of.value().applyAsDouble(sample))));
  }

  private static String line(double y, String style, Scale scale) {
    return String.format(
        Locale.ROOT,
        "<line x1=\"%d\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\" %s/>%n",
        LEFT,
        scale.x((long) scale.end()),
        y,
        y,
        style);
  }

  private static String text(double x, double y, String style, String text) {
    return String.format(
        Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" %s>%s</text>%n", x, y, style, Html.escape(text));
  }
}
