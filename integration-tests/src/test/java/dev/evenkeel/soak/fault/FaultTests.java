package dev.evenkeel.soak.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.it.StartUpCache;
import dev.evenkeel.soak.Fault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/** Runs faults as tests, and keeps their rows for the table. */
final class FaultTests {

  private static final Path TABLE = Path.of("target", "faults.md");
  private static final int EVENTS_A_SECOND = 400;

  private final List<FaultRow> rows = new ArrayList<>();

  static Stream<Named<Fault>> named(List<Fault> faults) {
    return faults.stream().map(fault -> Named.of(fault.name(), fault));
  }

  /** Nothing that was answered is lost, sessions are in order, and all is level again. */
  void assertKept(Fault fault, Path folder) throws Exception {
    FaultRow row =
        new FaultRun(fault, folder, EVENTS_A_SECOND, StartUpCache.FILE.orElse(null)).run();
    rows.add(row);
    assertThat(row.violations()).as(FaultTable.of(List.of(row))).isEmpty();
  }

  void writeTable() throws IOException {
    System.out.println(FaultTable.of(rows));
    FaultTable.write(rows, TABLE);
  }
}
