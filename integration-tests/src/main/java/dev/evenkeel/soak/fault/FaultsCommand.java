package dev.evenkeel.soak.fault;

import dev.evenkeel.soak.Fault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs faults one after the other, each on a stage of its own, and writes the table. */
public final class FaultsCommand {

  private static final int EVENTS_A_SECOND = 400;

  private FaultsCommand() {}

  /**
   * Runs a selection of faults.
   *
   * @param arguments the selection ({@link Faults#named}), and the file for the table
   */
  public static void main(String[] arguments) throws Exception {
    if (System.getProperty("testbed") == null) {
      System.setProperty("testbed", "process"); // where a fault needs no container
    }
    String selection = arguments.length > 0 ? arguments[0] : "quick";
    Path table = Path.of(arguments.length > 1 ? arguments[1] : "target/faults.md");
    List<FaultRow> rows = run(Faults.named(selection), table);
    System.out.println(FaultTable.of(rows));
    System.exit(rows.stream().allMatch(FaultRow::isKept) ? 0 : 1);
  }

  /** Runs these, and writes the table anew after each. */
  public static List<FaultRow> run(List<Fault> faults, Path table) throws Exception {
    var rows = new ArrayList<FaultRow>();
    for (Fault fault : faults) {
      Path folder = Files.createTempDirectory("evenkeel-fault-");
      try {
        rows.add(new FaultRun(fault, folder, EVENTS_A_SECOND).run());
      } catch (IllegalStateException e) {
        e.printStackTrace();
        rows.add(FaultRow.notDone(fault, String.valueOf(e.getMessage())));
      }
      FaultTable.write(rows, table);
    }
    return rows;
  }
}
