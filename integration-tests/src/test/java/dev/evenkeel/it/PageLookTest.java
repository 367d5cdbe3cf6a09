package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import dev.evenkeel.testbed.SocketIoServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How the page looks with recorded events. It leaves pictures in {@code target/page}; {@code
 * docs/page.png} is {@code light-1440.png} of them.
 */
class PageLookTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Path PICTURES = Path.of("target", "page");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** The smallest contrast of text that WCAG 2.2 calls legible, level AA. */
  private static final double LEGIBLE = 4.5;

  /** Samples that make a graph worth looking at. */
  private static final int SAMPLES = 20;

  @RegisterExtension static final Servers SERVERS = new Servers();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  static Path folder;

  private static SocketIoServer target;
  private static Chromium chromium;
  private static Tab tab;
  private static EvenkeelProcess server;

  @BeforeAll
  static void start() throws IOException {
    target = SocketIoServer.process();
    server =
        SERVERS
            .on(folder.resolve("data"))
            .with("EVENKEEL_WATCH_INTERVAL", "200ms")
            .with("EVENKEEL_TARGETS_DASHBOARD_URL", target.url())
            .start();
    post("claude-code-2.1.197-long.jsonl", 60);
    post("other-agents-synthetic.jsonl", 25);
    post("claude-code-2.1.197-feature.jsonl", 100);
    try (var connection = HttpConnection.to(server.port())) {
      await("the graphs have something to show")
          .atMost(PATIENCE)
          .until(
              () ->
                  JSON.readTree(connection.get("/api/memory").body()).get("samples").size()
                      >= SAMPLES);
    }
    chromium = new Chromium(folder.resolve("browser"));
    tab = chromium.tab();
  }

  @AfterAll
  static void end() {
    chromium.close();
    target.close();
  }

  private static void post(String file, int most) throws IOException {
    List<String> lines = Files.readAllLines(Path.of("events", file));
    try (var connection = HttpConnection.to(server.port())) {
      for (String line : lines.subList(0, Math.min(most, lines.size()))) {
        JsonNode event = JSON.readTree(line);
        boolean isWrapped = event.has("agent") && event.has("payload");
        String agent = isWrapped ? event.get("agent").asText() : "claude-code";
        JsonNode payload = isWrapped ? event.get("payload") : event;
        connection.post("/hooks/" + agent, payload.toString());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "light, 1440, 900, false",
    "dark, 1440, 900, false",
    "light, 1440, 900, true",
    "dark, 1100, 800, true",
    "light, 420, 900, false",
    "dark, 420, 900, true"
  })
  void nothingSticksOutAndEveryWordIsLegible(
      String scheme, int width, int height, boolean withAnEvent) {
    tab.look(width, height, scheme.equals("dark"));
    tab.open(server.uri() + "/");
    tab.awaitTrue("rows", "document.querySelectorAll('.row').length > 100");
    tab.awaitTrue("graphs", "document.querySelectorAll('.plot canvas').length === 3");
    if (withAnEvent) {
      tab.evaluate(
          "[...document.querySelectorAll('.row')].find(r => r.innerText.includes('Edit')).click()");
    }
    tab.awaitTrue("it is drawn", "new Promise(done => requestAnimationFrame(() => done(true)))");
    tab.screenshot(PICTURES.resolve(scheme + "-" + width + (withAnEvent ? "-event" : "") + ".png"));
    assertThat(tab.evaluate("document.documentElement.scrollWidth").asInt())
        .isLessThanOrEqualTo(width);
    JsonNode faint = tab.evaluate(FAINT_TEXTS.formatted(LEGIBLE));
    assertThat(faint).as("texts with too little contrast").isEmpty();
    assertThat(tab.errors()).isEmpty();
  }

  /** Elements with text of their own, and the contrast to what is behind them. */
  private static final String FAINT_TEXTS =
      """
      (() => {
        const rgba = (text) => text.match(/[\\d.]+/g).map(Number);
        const light = ([r, g, b]) => {
          const [x, y, z] = [r, g, b].map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
          return 0.2126 * x + 0.7152 * y + 0.0722 * z;
        };
        const behind = (element) => {
          for (let e = element; e; e = e.parentElement) {
            const color = rgba(getComputedStyle(e).backgroundColor);
            if (color.length === 3 || color[3] === 1) return color;
          }
          return [255, 255, 255];
        };
        const contrast = (a, b) =>
          (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
        return [...document.body.querySelectorAll('*')]
          .filter(e => e.checkVisibility() && !e.matches('option, :disabled'))
          .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim() !== ''))
          .map(e => [e.className + ': ' + e.textContent.slice(0, 40),
            contrast(rgba(getComputedStyle(e).color), behind(e))])
          .filter(([, ratio]) => ratio < %s);
      })()\
      """;
}
