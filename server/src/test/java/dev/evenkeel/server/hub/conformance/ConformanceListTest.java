package dev.evenkeel.server.hub.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The document that lists the cases, and the tests that bear their names. */
class ConformanceListTest {

  private static final Path LIST = Path.of("../docs/conformance.md");
  private static final Path TESTS = Path.of("src/test/java/dev/evenkeel/server/hub/conformance");
  private static final Pattern NAMED = Pattern.compile("@DisplayName\\(\\s*\"([^\"]+)\"\\)");
  private static final Pattern LISTED = Pattern.compile("^(?:##+|-) (.+)$", Pattern.MULTILINE);

  @Test
  void theDocumentListsTheCasesByTheNamesOfTheirTests() throws IOException {
    var named = new ArrayList<String>();
    for (String each : List.of("EngineIoConformanceTest.java", "SocketIoConformanceTest.java")) {
      named.addAll(found(NAMED, TESTS.resolve(each)));
    }
    assertThat(named).hasSizeGreaterThan(50);
    assertThat(found(LISTED, LIST)).containsExactlyElementsOf(named);
  }

  private static List<String> found(Pattern pattern, Path file) throws IOException {
    return pattern
        .matcher(Files.readString(file))
        .results()
        .map(result -> result.group(1))
        .toList();
  }
}
