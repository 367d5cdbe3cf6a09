package dev.evenkeel.soak.fault;

import dev.evenkeel.soak.Fault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every fault, as long and as often as is promised; {@code -Dfaults=name,...} picks some. */
@Tag("soak")
class AllFaultsTest {

  private static final FaultTests TESTS = new FaultTests();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  static Stream<Named<Fault>> faults() {
    return FaultTests.named(Faults.named(System.getProperty("faults", "all")));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void nothingIsLostAndAllIsLevelAgain(Fault fault) throws Exception {
    TESTS.assertKept(fault, folder);
  }

  @AfterAll
  static void tell() throws IOException {
    TESTS.writeTable();
  }
}
