package dev.evenkeel.server.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the Javadoc of an extension promises, by number, and the tests that name the numbers. */
class PromisesTest {

  private static final Path INTERFACE =
      Path.of("../extensions/api/src/main/java/dev/evenkeel/extension/Extension.java");
  private static final Pattern NAMED = Pattern.compile("@DisplayName\\(\\s*\"Promise (\\d+): \\w");

  @Test
  void eachPromiseOfAnExtensionsLifeIsNamedByATest() throws IOException {
    String text = Files.readString(INTERFACE);
    int promises =
        text.substring(text.indexOf("<ol>"), text.indexOf("</ol>")).split("<li>").length - 1;
    var named = new TreeSet<Integer>();
    try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
      for (Path each : files.filter(file -> file.toString().endsWith("Test.java")).toList()) {
        NAMED
            .matcher(Files.readString(each))
            .results()
            .forEach(found -> named.add(Integer.parseInt(found.group(1))));
      }
    }
    assertThat(promises).isGreaterThan(10);
    assertThat(named)
        .as("promises that a test names in its @DisplayName(\"Promise N: ...\")")
        .containsExactlyElementsOf(IntStream.rangeClosed(1, promises).boxed().toList());
  }
}
