package dev.evenkeel.server.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every extension in this repository keeps the contract of the testkit. */
class ContractsTest {

  private static final Path EXTENSIONS = Path.of("../extensions");
  private static final String SERVICE =
      "src/main/resources/META-INF/services/dev.evenkeel.extension.Extension";

  @Test
  void eachExtensionHasATestOfTheContract() throws IOException {
    var with = new ArrayList<String>();
    var without = new ArrayList<String>();
    try (Stream<Path> folders = Files.list(EXTENSIONS)) {
      for (Path each : folders.filter(folder -> Files.exists(folder.resolve(SERVICE))).toList()) {
        (hasContractTest(each) ? with : without).add(each.getFileName().toString());
      }
    }
    assertThat(without).as("extensions without a subclass of ExtensionContract").isEmpty();
    assertThat(with).contains("guard", "redact", "tools", "trim", "starter");
  }

  private static boolean hasContractTest(Path extension) throws IOException {
    Path tests = extension.resolve("src/test/java");
    if (!Files.isDirectory(tests)) {
      return false;
    }
    try (Stream<Path> files = Files.walk(tests)) {
      List<Path> named =
          files.filter(file -> file.toString().endsWith("ContractTest.java")).toList();
      for (Path each : named) {
        if (Files.readString(each).contains(" extends ExtensionContract {")) {
          return true;
        }
      }
      return false;
    }
  }
}
