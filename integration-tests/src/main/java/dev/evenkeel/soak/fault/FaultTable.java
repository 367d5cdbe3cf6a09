package dev.evenkeel.soak.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The rows of all faults as Markdown. */
public final class FaultTable {

  private static final String HEAD =
      """
      | fault | what was done | answered 200 | lost | came again (allowed) | most joined | level again after \
      | memory before, most, after | threads, descriptors: before, after \
      | objects, classes: before, after | verdict |
      |---|---|--:|---|--:|--:|--:|--:|--:|--:|---|
      """;

  private static final double MEGABYTE = 1 << 20;

  private FaultTable() {}

  /** The table. */
  public static String of(List<FaultRow> rows) {
    var table = new StringBuilder(HEAD);
    rows.forEach(row -> table.append(line(row)).append('\n'));
    return table.toString();
  }

  /** Writes it to a file. */
  public static void write(List<FaultRow> rows, Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Files.writeString(file, of(rows));
  }

  private static String line(FaultRow row) {
    String what =
        row.notes().isEmpty() ? row.what() : row.what() + ". " + String.join("; ", row.notes());
    return String.format(
        Locale.ROOT,
        "| %s | %s | %d | %s | %d (%d) | %d | %.1f s | %d, %d, %d MB | %d, %d; %d, %d"
            + " | %.1f, %.1f MB; %d, %d | %s |",
        row.name(),
        cell(what),
        row.answered(),
        lost(row),
        row.repeats(),
        row.mostRepeats(),
        row.mostJoined(),
        row.levelAfter().toMillis() / 1e3,
        row.before().rssBytes() >> 20,
        row.mostRssBytes() >> 20,
        row.after().rssBytes() >> 20,
        row.before().threads(),
        row.after().threads(),
        row.before().fileDescriptors(),
        row.after().fileDescriptors(),
        row.before().liveBytes() / MEGABYTE,
        row.after().liveBytes() / MEGABYTE,
        row.before().classes(),
        row.after().classes(),
        row.isKept() ? "kept" : "**broken**: " + cell(String.join("; ", row.violations())));
  }

  private static String lost(FaultRow row) {
    String lost =
        row.isWhole()
            ? "nothing"
            : "**%d on the way to a receiver, %d of the history**"
                .formatted(row.lostOnTheWay(), row.lostInHistory());
    return row.unlogged() == 0 ? lost : lost + "; " + row.unlogged() + " counted as unlogged";
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("\n", " ");
  }
}
