package dev.evenkeel.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What happened when, told as it happens. Thread-safe. */
final class TimeLine {

  /**
   * A line.
   *
   * @param millis since the run began
   */
  record Line(long millis, String text) {}

  private final long begin = System.nanoTime();
  private final Consumer<String> listener;

  // Mutable state, guarded by this
  private final List<Line> lines = new ArrayList<>();

  TimeLine(Consumer<String> listener) {
    this.listener = listener;
  }

  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  void add(String text) {
    var line = new Line(elapsed().toMillis(), text);
    synchronized (this) {
      lines.add(line);
    }
    listener.accept(text(line));
  }

  /** Tells it, and does not keep it. */
  void tell(String text) {
    listener.accept(text(new Line(elapsed().toMillis(), text)));
  }

  private static String text(Line line) {
    long seconds = line.millis() / 1000;
    return "%3d:%02d  %s".formatted(seconds / 60, seconds % 60, line.text());
  }

  synchronized List<Line> lines() {
    return List.copyOf(lines);
  }
}
