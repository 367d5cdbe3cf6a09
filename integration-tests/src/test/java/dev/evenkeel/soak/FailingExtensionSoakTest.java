package dev.evenkeel.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.extension.testkit.ExtensionJar;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run with an extension that fails in every way from its beginning to its end: the server keeps
 * all its promises, and says that the extension did not keep its own.
 */
@Tag("soak")
class FailingExtensionSoakTest {

  private static final SoakPlan PLAN =
      SoakPlan.DEFAULT
          .withRate(1_000)
          .withLimits(Limits.DEFAULT.withRssBytesPer100k(ShortSoakTest.BUILD_RSS_SLOPE));

  /** Its processor and its guard throw, are late, and keep more than there is room for. */
  private static final String SOURCE =
      """
      package demo;
      import dev.evenkeel.extension.*;
      import java.util.concurrent.atomic.AtomicInteger;
      public class Failing implements Extension {
        public record Kept(String text) {}
        private final AtomicInteger events = new AtomicInteger();
        private final AtomicInteger asked = new AtomicInteger();
        private final AtomicInteger ticks = new AtomicInteger();
        @Override public String name() { return "failing"; }
        @Override public void start(ExtensionContext context) {
          BoundedMap<String, Kept> kept =
              context.boundedMap("kept", String.class, Kept.class, Limits.capacity(500));
          context.process("*", (event, emission) -> {
            int n = events.incrementAndGet();
            kept.put("event-" + n, new Kept("x".repeat(200)));
            if (n % 500 == 0) { Thread.sleep(100); }
            // One of seven, and now and then so many in a row that it is no longer called for a while
            if (n % 7 == 0 || n % 10_000 < 20) { throw new IllegalStateException("on purpose"); }
          });
          context.guard("PreToolUse", event -> {
            int n = asked.incrementAndGet();
            if (n % 1_000 == 0) { Thread.sleep(1_500); } // longer than a guard may take
            if (n % 9 == 0) { throw new IllegalStateException("on purpose"); }
            return HookAnswer.none();
          });
          context.every(java.time.Duration.ofMillis(100), emission -> {
            if (ticks.incrementAndGet() % 3 == 0) { throw new IllegalStateException("on purpose"); }
          });
        }
      }
      """;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  @Test
  void anExtensionThatFailsHarmsOnlyItself() throws Exception {
    // Given
    Path jar = folder.resolve("failing.jar");
    Files.write(
        jar, new ExtensionJar().source("demo.Failing", SOURCE).service("demo.Failing").bytes());
    // When
    List<Verdict> verdicts =
        SoakRuns.of("failing", PLAN.withExtensions(List.of(jar)), folder.resolve("run"));
    // Then
    assertThat(SoakRuns.failed(verdicts)).containsExactly("extensions-ran");
    assertThat(verdicts)
        .filteredOn(each -> each.name().equals("extensions-ran"))
        .singleElement()
        .satisfies(each -> assertThat(failuresIn(each)).isGreaterThan(1_000));
  }

  /** Of the figure, {@code 150,000 calls, 20,000 failures}. */
  private static long failuresIn(Verdict verdict) {
    return Long.parseLong(
        verdict.figure().replaceAll(".* calls, (.*) failures", "$1").replaceAll("\\D", ""));
  }
}
