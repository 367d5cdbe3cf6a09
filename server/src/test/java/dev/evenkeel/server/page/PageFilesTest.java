package dev.evenkeel.server.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PageFilesTest {

  private static final Pattern ROW =
      Pattern.compile("\\| `(?<name>[^`]+)` \\| npm `.*`(?<sha>[0-9a-f]{64})` \\|");

  private final PageFiles files = PageFiles.read();

  private static Path folder() throws URISyntaxException {
    return Path.of(PageFiles.class.getResource("/page/index.html").toURI()).getParent();
  }

  private String textAt(String path) {
    return new String(files.at(path).bytes(), UTF_8);
  }

  @Test
  void everyFileOfTheFolderIsServedButWhatIsThereForReaders() throws Exception {
    Path folder = folder();
    var there = new TreeSet<String>();
    try (Stream<Path> all = Files.walk(folder)) {
      all.filter(Files::isRegularFile)
          .map(each -> folder.relativize(each).toString().replace('\\', '/'))
          .filter(each -> !each.endsWith(".LICENSE") && !each.endsWith(".md"))
          .forEach(there::add);
    }
    assertThat(new TreeSet<>(PageFiles.NAMES)).isEqualTo(there);
    assertThat(PageFiles.paths()).contains("/", "/page/page.js").doesNotContain("/page/index.html");
    assertThat(files.at("/page/vendor/README.md")).isNull();
  }

  @Test
  void whatAFileNamesIsServed() {
    var names = Pattern.compile("(?:\\} from |src=|href=)[\"']([^\"']+)[\"']");
    for (String path : PageFiles.paths()) {
      if (path.contains("/vendor/")) {
        continue;
      }
      List<String> named =
          names.matcher(textAt(path)).results().map(match -> match.group(1)).toList();
      assertThat(PageFiles.paths()).as(path).containsAll(named);
    }
    assertThat(textAt("/")).contains("/page/page.js").doesNotContain("<style", "style=", "onload=");
  }

  @Test
  void nothingOfThePageReadsTextAsHtml() {
    for (String path : PageFiles.paths()) {
      assertThat(textAt(path))
          .as(path)
          .doesNotContain(
              "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser");
    }
  }

  /** Also that a library was not changed, and that its licence is there. */
  @Test
  void theLibrariesAreTheFilesThatTheTableNames() throws Exception {
    Path vendor = folder().resolve("vendor");
    List<MatchResult> rows =
        ROW.matcher(Files.readString(vendor.resolve("README.md"))).results().toList();
    assertThat(rows).hasSize(3);
    for (MatchResult row : rows) {
      assertThat(sha256(vendor.resolve(row.group("name"))))
          .as(row.group("name"))
          .isEqualTo(row.group("sha"));
    }
    for (String licence : List.of("uPlot.LICENSE", "socket.io-client.LICENSE")) {
      assertThat(vendor.resolve(licence)).content().contains("MIT License");
    }
  }

  @Test
  void aFileHasATypeAndATagThatChangesWithIt() {
    assertThat(files.at("/").type()).isEqualTo("text/html; charset=utf-8");
    assertThat(files.at("/page/page.js").type()).isEqualTo("text/javascript; charset=utf-8");
    assertThat(files.at("/page/icon.svg").type()).isEqualTo("image/svg+xml");
    assertThat(PageFiles.paths().stream().map(path -> files.at(path).tag()))
        .doesNotHaveDuplicates()
        .allMatch(tag -> tag.matches("\"[0-9a-f]{24}\""));
  }

  private static String sha256(Path file) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
    return HexFormat.of().formatHex(digest);
  }
}
