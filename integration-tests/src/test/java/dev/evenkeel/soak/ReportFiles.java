package dev.evenkeel.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import jdk.jfr.consumer.RecordingFile;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The files of a report, as those find them who read them after the run. */
record ReportFiles(Path folder) {

  /** Everything that each report has is there, and tells of so many broken promises. */
  void assertComplete(int broken) throws Exception {
    assertThat(Files.readString(folder.resolve("report.html"))).startsWith("<!doctype html>");
    assertThat(Files.readString(folder.resolve("report.md"))).contains("](charts/");
    assertSamples();
    assertJunit(broken);
    assertCharts();
  }

  /** A failure leaves both counts of the classes. */
  void assertHistograms() throws IOException {
    for (String name : List.of("classes-before.txt", "classes-after.txt")) {
      assertThat(Files.readString(folder.resolve(name))).as(name).contains("java.lang.String");
    }
  }

  /** Growth leaves a flight recording as well. */
  void assertRecording() throws IOException {
    try (var recording = new RecordingFile(folder.resolve("growth.jfr"))) {
      assertThat(recording.hasMoreEvents()).isTrue();
    }
  }

  private void assertSamples() throws IOException {
    List<String> lines = Files.readAllLines(folder.resolve("samples.csv"));
    int columns = lines.getFirst().split(",", -1).length;
    assertThat(lines).hasSizeGreaterThan(2).allMatch(line -> line.split(",", -1).length == columns);
  }

  private void assertJunit(int broken) throws Exception {
    Document junit = parse(folder.resolve("junit.xml"));
    Element suite = junit.getDocumentElement();
    assertThat(suite.getAttribute("failures")).isEqualTo(Integer.toString(broken));
    assertThat(junit.getElementsByTagName("failure").getLength()).isEqualTo(broken);
    assertThat(suite.getAttribute("tests"))
        .isEqualTo(Integer.toString(junit.getElementsByTagName("testcase").getLength()));
  }

  /** Every chart that the Markdown shows is there, and none of its lines is without points. */
  private void assertCharts() throws Exception {
    String markdown = Files.readString(folder.resolve("report.md"));
    List<Path> charts;
    try (Stream<Path> all = Files.list(folder.resolve("charts"))) {
      charts = all.toList();
    }
    assertThat(charts).isNotEmpty();
    for (Path each : charts) {
      assertThat(markdown).contains("](charts/" + each.getFileName() + ")");
      NodeList lines = parse(each).getElementsByTagName("polyline");
      assertThat(lines.getLength()).as(each.toString()).isPositive();
      for (int i = 0; i < lines.getLength(); i++) {
        assertThat(((Element) lines.item(i)).getAttribute("points"))
            .as(each.toString())
            .matches("[0-9.]+,[0-9.]+( [0-9.]+,[0-9.]+)*");
      }
    }
  }

  private static Document parse(Path file) throws Exception {
    return DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(file.toFile());
  }
}
