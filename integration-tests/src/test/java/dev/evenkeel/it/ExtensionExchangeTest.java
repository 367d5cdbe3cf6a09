package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.extension.testkit.ExtensionJar;
import dev.evenkeel.testbed.EvenkeelProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Jars come, are exchanged and go while a packaged server takes events. */
class ExtensionExchangeTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @RegisterExtension static final Servers SERVERS = new Servers();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  /** Counts the events of each session in a map, and says which version did. */
  private static byte[] counting(int version) {
    return counting("counting", version);
  }

  private static byte[] counting(String name, int version) {
    return new ExtensionJar()
        .source(
            "demo.Counting",
            """
            package demo;
            import dev.evenkeel.extension.*;
            public class Counting implements Extension {
              public record Count(int value) {}
              @Override public String name() { return "%s"; }
              @Override public void start(ExtensionContext context) {
                BoundedMap<String, Count> counts =
                    context.boundedMap("counts", String.class, Count.class, Limits.capacity(1000));
                context.process("PreToolUse", (event, emission) -> {
                  Count before = counts.get(event.session().id());
                  int now = before == null ? 1 : before.value() + 1;
                  counts.put(event.session().id(), new Count(now));
                  emission.attach("count", now);
                  emission.attach("version", %d);
                });
              }
            }
            """
                .formatted(name, version))
        .service("demo.Counting")
        .bytes();
  }

  @Test
  void eachEventIsProcessedOnceByOneVersionWhileAJarIsReplacedTwentyTimes() throws Exception {
    // Given
    List<byte[]> versions = new ArrayList<>();
    for (int i = 0; i <= 20; i++) {
      versions.add(counting(i));
    }
    EvenkeelProcess server = SERVERS.on(folder.resolve("data"));
    Path jar = server.dataDir().resolve("extensions").resolve("counting.jar");
    Files.createDirectories(jar.getParent());
    Files.write(jar, versions.getFirst());
    server.start();
    var api = new Api(server.port());
    assertThat(api.stateOf("counting")).isEqualTo("running");
    // When
    Map<String, Integer> sent;
    List<String> failures;
    try (var traffic = new SteadyTraffic(server.port(), "agent", 4, 1000).start()) {
      for (int i = 1; i <= 20; i++) {
        long replaced = i;
        long before = traffic.posted();
        Files.write(jar, versions.get(i));
        await().atMost(PATIENCE).until(() -> api.switches("replaced") == replaced);
        await().atMost(PATIENCE).until(() -> traffic.posted() > before + 200);
      }
      sent = traffic.end();
      failures = traffic.failures();
    }
    int all = sent.values().stream().mapToInt(Integer::intValue).sum();
    await().atMost(PATIENCE).until(() -> api.get("/api/status").get("published").asLong() >= all);
    // Then
    assertThat(failures).isEmpty();
    var seen = new HashMap<String, Integer>();
    var byVersion = new TreeMap<Integer, Integer>();
    for (JsonNode event : api.events("&type=hook")) {
      String session = event.get("session_id").asText();
      JsonNode data = event.get("data");
      int n = seen.merge(session, 1, Integer::sum);
      assertThat(data.get("n").asInt()).as("the order of %s", session).isEqualTo(n - 1);
      assertThat(data.path("count").asInt()).as("the running count in %s", event).isEqualTo(n);
      byVersion.merge(data.path("version").asInt(-1), 1, Integer::sum);
    }
    assertThat(seen).as("events of each session").isEqualTo(sent);
    assertThat(byVersion.keySet()).as("versions that worked").hasSize(21).doesNotContain(-1);
    JsonNode extension = api.extension("counting");
    assertThat(extension.get("calls").asInt()).as("calls").isEqualTo(all);
    assertThat(extension.get("failures").asInt()).isZero();
    System.out.printf(
        "%d events while a jar was replaced 20 times: none lost, each counted once."
            + " Events by version: %s%n",
        all, byVersion);
  }

  /**
   * By the server itself. Five at a time, because it waits a moment before it takes a jar. With C1
   * alone, because the profiles that C2 needs lie in metaspace too, and grow as the server becomes
   * warm.
   */
  @Test
  void theClassesOfFiftyVersionsAreCollected() throws Exception {
    EvenkeelProcess server =
        SERVERS.on(folder.resolve("data")).withFlag("-XX:TieredStopAtLevel=1").start();
    Path extensions =
        Files.createDirectories(server.dataDir().resolve("extensions")).toAbsolutePath();
    var jars = new HashMap<Path, byte[]>();
    for (int i = 0; i < 5; i++) {
      jars.put(extensions.resolve(i + ".jar"), counting("counting-" + i, 1));
    }
    var api = new Api(server.port());
    long metaspaceBefore = 0;
    long classesBefore = 0;
    try (var traffic = new SteadyTraffic(server.port(), "agent", 2, 100).start()) {
      for (int round = 0; round < 14; round++) {
        if (round == 4) {
          collect(server);
          metaspaceBefore = metaspace(server);
          classesBefore = classes(server);
        }
        boolean loads = round % 2 == 0;
        for (var jar : jars.entrySet()) {
          if (loads) {
            Files.write(jar.getKey(), jar.getValue());
          } else {
            Files.delete(jar.getKey());
          }
        }
        for (int i = 0; i < jars.size(); i++) {
          String name = "counting-" + i;
          await()
              .atMost(PATIENCE)
              .until(() -> api.stateOf(name).equals(loads ? "running" : "gone"));
        }
      }
      assertThat(traffic.failures()).isEmpty();
    }
    long before = classesBefore;
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(classes(server) - before).as("classes more").isLessThan(40));
    long growth = metaspace(server) - metaspaceBefore;
    System.out.printf(
        "Metaspace over 50 switches of an extension: %d KB to %d KB; classes %d to %d%n",
        metaspaceBefore / 1024, (metaspaceBefore + growth) / 1024, classesBefore, classes(server));
    assertThat(growth).as("bytes of metaspace more").isLessThan(1 << 20);
    assertThat(new Api(server.port()).get("/api/extensions").get("leftBehind")).isEmpty();
  }

  static void collect(EvenkeelProcess server) throws Exception {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process process =
        new ProcessBuilder(jcmd.toString(), Long.toString(server.pid()), "GC.run")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor()).isZero();
  }

  private static long metaspace(EvenkeelProcess server) throws Exception {
    return (long) metric(server, "jvm_memory_used_bytes{area=\"nonheap\",id=\"Metaspace\"");
  }

  private static long classes(EvenkeelProcess server) throws Exception {
    return (long) metric(server, "jvm_classes_loaded_classes");
  }

  private static double metric(EvenkeelProcess server, String name) throws Exception {
    try (var connection = dev.evenkeel.testbed.HttpConnection.to(server.port())) {
      return connection
          .get("/q/metrics")
          .text()
          .lines()
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.lastIndexOf(' ') + 1))
          .mapToDouble(Double::parseDouble)
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void theSwitchOfAnExtensionOutlastsARestart() {
    EvenkeelProcess server = SERVERS.on(folder.resolve("data")).start();
    var api = new Api(server.port());
    assertThat(api.post("/api/extensions/nowhere/disable").status()).isEqualTo(404);
    assertThat(api.post("/api/extensions/prompts/disable").status()).isEqualTo(200);
    assertThat(api.stateOf("prompts")).isEqualTo("disabled");
    server.restart();
    assertThat(api.stateOf("prompts")).isEqualTo("disabled");
    assertThat(api.get("/api/status").at("/extensions/prompts/state").asText())
        .isEqualTo("disabled");
    assertThat(api.post("/api/extensions/prompts/enable").status()).isEqualTo(200);
    assertThat(api.stateOf("prompts")).isEqualTo("running");
    server.with("EVENKEEL_EXTENSIONS_PROMPTS_ENABLED", "false").restart();
    assertThat(api.stateOf("prompts")).isEqualTo("disabled");
    assertThat(api.post("/api/extensions/prompts/enable"))
        .satisfies(
            answer -> {
              assertThat(answer.status()).isEqualTo(409);
              assertThat(answer.text()).contains("evenkeel.extensions.prompts.enabled is false");
            });
  }
}
