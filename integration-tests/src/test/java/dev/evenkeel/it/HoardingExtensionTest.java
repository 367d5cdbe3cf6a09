package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.extension.testkit.ExtensionJar;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What an extension keeps beside its bounded maps is not prevented: it is told. */
class HoardingExtensionTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int HOARDED_MB = 100;

  @RegisterExtension static final Servers SERVERS = new Servers();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  /** Keeps a megabyte of each event for ever, in a thousand pieces. */
  private static byte[] hoarding() {
    return new ExtensionJar()
        .source(
            "demo.Hoarding",
            """
            package demo;
            import dev.evenkeel.extension.*;
            public class Hoarding implements Extension {
              private final java.util.Queue<byte[]> hoard =
                  new java.util.concurrent.ConcurrentLinkedQueue<>();
              @Override public String name() { return "hoarding"; }
              @Override public void start(ExtensionContext context) {
                context.process("Hoard", (event, emission) -> {
                  for (int i = 0; i < 1000; i++) { hoard.add(new byte[1000]); }
                });
              }
            }
            """)
        .service("demo.Hoarding")
        .bytes();
  }

  @Test
  void whatAnExtensionHoardsShowsInTheHeapThatIsToldWithEachSwitch() throws Exception {
    // Given
    EvenkeelProcess server = SERVERS.on(folder.resolve("data")).start();
    var api = new Api(server.port());
    Path jars = Files.createDirectories(server.dataDir().resolve("extensions"));
    Files.write(jars.resolve("hoarding.jar"), hoarding());
    await().atMost(PATIENCE).until(() -> api.stateOf("hoarding").equals("running"));
    // When
    try (var connection = HttpConnection.to(server.port())) {
      for (int i = 0; i < HOARDED_MB; i++) {
        String event = "{\"session_id\":\"s%d\",\"hook_event_name\":\"Hoard\"}".formatted(i % 5);
        assertThat(connection.post("/hooks/claude-code", event).status()).isEqualTo(200);
      }
    }
    await()
        .atMost(PATIENCE)
        .until(() -> api.extension("hoarding").get("calls").asInt() == HOARDED_MB);
    ExtensionExchangeTest.collect(server); // as the server does itself, sooner or later
    assertThat(api.post("/api/extensions/hoarding/disable").status()).isEqualTo(200);
    ExtensionExchangeTest.collect(server);
    assertThat(api.post("/api/extensions/hoarding/enable").status()).isEqualTo(200);
    // Then
    var what = new ArrayList<String>();
    List<Long> heap = new ArrayList<>();
    for (JsonNode each : api.get("/api/extensions").get("switches")) {
      assertThat(each.get("extension").asText()).isEqualTo("hoarding");
      what.add(each.get("what").asText());
      heap.add(each.get("heapAfterGcBytes").asLong() >> 20);
    }
    System.out.println("Heap in MB at the switches of an extension that hoards: " + what + heap);
    assertThat(what).containsExactly("loaded", "disabled", "enabled");
    assertThat(heap.get(1) - heap.get(0)).as("MB more while it ran").isGreaterThan(HOARDED_MB / 2);
    assertThat(heap.get(1) - heap.get(2)).as("MB less without it").isGreaterThan(HOARDED_MB / 2);
  }
}
