package dev.evenkeel.soak.fault;

import dev.evenkeel.soak.Fault;
import dev.evenkeel.testbed.SocketIoServer.Form;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Faults one after the other, each with a server, targets and agents of its own: {@code
 * bin/evenkeel soak --faults all|quick|NAME,... [--report FOLDER]}. What a run with everything in
 * it cannot bear, as a full disk, can happen here.
 */
public final class FaultsCommand {

  private static final String FAULTS = "--faults";
  private static final int EVENTS_A_SECOND = 400;
  private static final int BROKEN = 1;
  private static final int NOT_DONE = 2;

  private FaultsCommand() {}

  /** Whether faults are asked for by name. */
  public static boolean isMeant(String... words) {
    int at = Arrays.asList(words).indexOf(FAULTS);
    return at >= 0 && at + 1 < words.length && !words[at + 1].startsWith("--");
  }

  /**
   * Runs them, prints the table, and writes it to {@code faults.md} in the folder of the report.
   *
   * @return 0 when every promise was kept, 1 when one was broken, 2 when a fault could not be done
   * @throws IllegalArgumentException with what is wrong with the words
   */
  public static int run(String... words) throws IOException {
    List<Fault> faults = List.of();
    Path report = path("target");
    Path cache = null;
    for (int i = 0; i + 1 < words.length; i += 2) {
      switch (words[i]) {
        case FAULTS -> faults = Faults.named(words[i + 1]);
        case "--report" -> report = path(words[i + 1]);
        case "--cache" -> cache = path(words[i + 1]);
        case "--testbed" -> Form.choose(words[i + 1]);
        default ->
            throw new IllegalArgumentException(
                words[i] + " does not go with faults by name; --report FOLDER does");
      }
    }
    Path table = report.resolve("faults.md");
    var rows = new ArrayList<FaultRow>();
    boolean isDone = true;
    for (Fault fault : faults) {
      try {
        rows.add(run(fault, cache));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(e);
      } catch (Exception e) {
        isDone = false;
        rows.add(FaultRow.notDone(fault, String.valueOf(e.getMessage())));
      }
      FaultTable.write(rows, table);
    }
    System.out.println(FaultTable.of(rows));
    System.out.println("the table is in " + table.toAbsolutePath().normalize());
    if (!isDone) {
      return NOT_DONE;
    }
    return rows.stream().allMatch(FaultRow::isKept) ? 0 : BROKEN;
  }

  /** The script starts this elsewhere than where it was called. */
  private static Path path(String value) {
    return Path.of(System.getProperty("evenkeel.soak.from", "")).resolve(value);
  }

  /** Its files stay only where a promise was broken. */
  private static FaultRow run(Fault fault, @Nullable Path cache) throws Exception {
    Path folder = Files.createTempDirectory("evenkeel-fault-");
    FaultRow row = new FaultRun(fault, folder, EVENTS_A_SECOND, cache).run();
    if (row.isKept()) {
      remove(folder);
    }
    return row;
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(FaultsCommand::delete);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
