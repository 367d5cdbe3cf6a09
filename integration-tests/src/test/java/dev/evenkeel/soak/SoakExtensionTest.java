package dev.evenkeel.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.extension.testkit.ExtensionJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The program behind {@code bin/evenkeel soak --extension my.jar}, as a process of its own. */
class SoakExtensionTest {

  private static final int EVENTS = 3_000;

  /** How many events an extension of these tests derives from each. */
  private static final int DERIVED = 3;

  private static final Pattern IDS =
      Pattern.compile("PASSED +every-id-arrived +0 lost of ([0-9,]+)");
  private static final Pattern ACCEPTED =
      Pattern.compile("PASSED +accepted-arrived +0 lost of ([0-9,]+)");
  private static final Pattern CALLS =
      Pattern.compile("extensions-ran +([0-9,]+) calls, ([0-9,]+) failures");

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  private record Ended(int code, String output) {}

  @Test
  void theExtensionRunsAndWhatItDerivesArrivesEverywhere() throws Exception {
    // Given
    Path jar =
        jar(
            "for (int i = 0; i < %d; i++) { emission.emit(\"soaked\", com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode()); }"
                .formatted(DERIVED));
    Path report = folder.resolve("report");
    // When
    Ended ended = soak("--extension", jar.toString(), "--report", report.toString());
    // Then
    assertThat(number(CALLS, 1, ended)).isGreaterThanOrEqualTo(EVENTS);
    assertThat(number(CALLS, 2, ended)).isZero();
    assertThat(number(IDS, 1, ended)).isGreaterThanOrEqualTo((1 + DERIVED) * (long) EVENTS);
    assertThat(ended.output()).doesNotContain("FAILED");
    assertThat(ended.code()).as(ended.output()).isZero();
    new ReportFiles(report).assertComplete(0);
  }

  @Test
  void whatTheExtensionDropsIsNotLost() throws Exception {
    // Given
    Path jar = jar("if (event.name().endsWith(\"ToolUse\")) { emission.drop(\"noise\"); }");
    // When
    Ended ended = soak("--extension", jar.toString());
    // Then
    assertThat(ended.output())
        .contains("  everything has arrived")
        .doesNotContain("FAILED", "not everything has arrived");
    assertThat(number(ACCEPTED, 1, ended)).isBetween(EVENTS / 10L, EVENTS - EVENTS / 10L);
    assertThat(ended.code()).as(ended.output()).isZero();
  }

  @Test
  void anExtensionThatFailsBreaksThePromiseThatItRan() throws Exception {
    // Given
    Path jar = jar("throw new IllegalStateException(\"cannot\");");
    // When
    Ended ended = soak("--extension", jar.toString());
    // Then
    assertThat(ended.output().lines().filter(line -> line.startsWith("FAILED")))
        .singleElement()
        .asString()
        .contains("extensions-ran");
    assertThat(ended.code()).as(ended.output()).isEqualTo(1);
  }

  @Test
  void aJarThatTheServerRefusesIsSaidInOneLine() throws Exception {
    // Given
    Path jar = folder.resolve("broken.jar");
    Files.writeString(jar, "no jar");
    // When
    Ended ended = soak("--extension", jar.toString());
    // Then
    assertThat(ended.code()).as(ended.output()).isEqualTo(2);
    assertThat(ended.output())
        .contains("the server refuses broken.jar: ")
        .doesNotContain("Exception", "\tat ");
  }

  @Test
  void aJarThatIsNotThereIsSaidWithTheUsage() throws Exception {
    Ended ended = soak("--extension", folder.resolve("none.jar").toString());

    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.output())
        .contains("none.jar; there is no such jar", "usage: bin/evenkeel soak")
        .doesNotContain("Exception", "\tat ");
  }

  private Path jar(String onEvent) throws IOException {
    Path jar = folder.resolve("soaked.jar");
    Files.write(
        jar,
        new ExtensionJar()
            .source(
                "demo.Soaked",
                """
                package demo;
                import dev.evenkeel.extension.*;
                public class Soaked implements Extension {
                  @Override public String name() { return "soaked"; }
                  @Override public void start(ExtensionContext context) {
                    context.process("*", (event, emission) -> { %s });
                  }
                }
                """
                    .formatted(onEvent))
            .service("demo.Soaked")
            .bytes());
    return jar;
  }

  private Ended soak(String... more) throws Exception {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                classPath(),
                Soak.class.getName(),
                "--events",
                "" + EVENTS,
                "--rate",
                "500",
                "--warm-up",
                "" + EVENTS,
                "--max-rss",
                "1024"));
    command.addAll(List.of(more));
    Path output = folder.resolve("soak.log");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).as(Files.readString(output)).isTrue();
      return new Ended(process.exitValue(), Files.readString(output));
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** Surefire puts a jar there that only names the others. */
  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  private static long number(Pattern pattern, int group, Ended ended) {
    var matcher = pattern.matcher(ended.output());
    assertThat(matcher.find()).as(ended.output()).isTrue();
    return Long.parseLong(matcher.group(group).replace(",", ""));
  }
}
