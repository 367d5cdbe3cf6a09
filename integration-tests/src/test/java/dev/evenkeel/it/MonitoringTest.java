package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.extension.testkit.ExtensionJar;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import dev.evenkeel.testbed.PrometheusProcess;
import dev.evenkeel.testbed.SocketIoServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard and the alerts of docker-compose.yml, on a real Prometheus that scrapes a run. */
@DisabledIfSystemProperty(named = "testbed", matches = "process")
class MonitoringTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Path DEPLOY = Path.of("..", "deploy");
  private static final Duration SOON = Duration.ofSeconds(90);

  /** What makes an alert's expression true or false, and hides its data meanwhile. */
  private static final String COMPARISON = "\\s(==|>|<)\\s[0-9.e]+";

  private static final String COMPARISON_OF_TWO = "\\s(==|>|<)\\s(evenkeel_\\w+)";

  @TempDir Path folder;

  @Test
  void everyQueryAndEveryAlertHasDataAndAnAlertIsRaised() throws IOException {
    Path data = folder.resolve("data");
    addDroppingExtension(data.resolve("extensions"));
    try (var target = SocketIoServer.process();
        var server =
            EvenkeelProcess.on(data)
                .with("EVENKEEL_TOKEN_FILE", "token")
                .with("EVENKEEL_TARGETS_MAIN_URL", target.url())
                .with("EVENKEEL_TARGETS_MAIN_TOKEN_FILE", "token")
                .with("EVENKEEL_WATCH_INTERVAL", "1s")) {
      server.start();
      String token = Files.readString(data.resolve("token")).strip();
      target.requireToken(token);
      Path configuration = configuration(server.port(), data.resolve("token"));
      try (var prometheus = new PrometheusProcess(configuration, folder.resolve("series"))) {
        // Everything that the dashboard and the alerts look at is there while events flow
        List<String> expressions = new ArrayList<>(queriesOfTheDashboard());
        int queries = expressions.size();
        assertThat(queries).isGreaterThan(20);
        expressions.addAll(expressionsOfTheAlerts(prometheus));
        assertThat(expressions.size() - queries).isGreaterThan(8);
        var sessions = new AtomicInteger();
        await()
            .atMost(SOON)
            .untilAsserted(
                () -> {
                  post(server, token, "s" + sessions.incrementAndGet());
                  assertThat(expressions.stream().filter(each -> !hasData(prometheus, each)))
                      .isEmpty();
                });
        assertThat(hasData(prometheus, "evenkeel_dropped_total{reason=\"not wanted\"} > 0"))
            .isTrue();
        assertThat(prometheus.query("up{job=\"evenkeel\"}").get(0).get("value").get(1).asText())
            .isEqualTo("1");

        // Nobody is woken for nothing
        await().atMost(SOON).untilAsserted(() -> assertThat(prometheus.query("ALERTS")).isEmpty());

        // A target that is away is told
        target.kill();
        post(server, token, "away");
        await()
            .atMost(SOON)
            .until(() -> hasData(prometheus, "ALERTS{alertname=\"EvenkeelTargetAway\"}"));
      }
    }
  }

  /** It drops what {@link #post} sends second. */
  private static void addDroppingExtension(Path extensions) throws IOException {
    Files.createDirectories(extensions);
    Files.write(
        extensions.resolve("dropping.jar"),
        new ExtensionJar()
            .source(
                "demo.Dropping",
                """
                package demo;
                import dev.evenkeel.extension.*;
                public class Dropping implements Extension {
                  @Override public String name() { return "dropping"; }
                  @Override public void start(ExtensionContext context) {
                    context.process("Notification", (event, emission) -> emission.drop("not wanted"));
                  }
                }
                """)
            .service("demo.Dropping")
            .bytes());
  }

  private static boolean hasData(PrometheusProcess prometheus, String expression) {
    return !prometheus.query(expression).isEmpty();
  }

  /** As Grafana sends them. */
  private static List<String> queriesOfTheDashboard() throws IOException {
    JsonNode dashboard = JSON.readTree(DEPLOY.resolve("grafana/dashboards/evenkeel.json").toFile());
    return dashboard.findValuesAsText("expr").stream()
        .map(each -> each.replace("$__rate_interval", "30s"))
        .toList();
  }

  private static List<String> expressionsOfTheAlerts(PrometheusProcess prometheus) {
    var expressions = new ArrayList<String>();
    for (JsonNode group : prometheus.rules()) {
      for (JsonNode rule : group.get("rules")) {
        await().atMost(SOON).until(() -> !healthOf(prometheus, rule).equals("unknown"));
        assertThat(healthOf(prometheus, rule)).as(rule.toString()).isEqualTo("ok");
        expressions.add(
            rule.get("query")
                .asText()
                .replaceAll(COMPARISON_OF_TWO, " and $2")
                .replaceAll(COMPARISON, ""));
      }
    }
    return expressions;
  }

  private static String healthOf(PrometheusProcess prometheus, JsonNode rule) {
    for (JsonNode each : prometheus.rules().findValue("rules")) {
      if (each.get("name").equals(rule.get("name"))) {
        return each.get("health").asText();
      }
    }
    return "gone";
  }

  /** The files that are deployed, with this run's address and token, and at a faster pace. */
  private Path configuration(int port, Path token) throws IOException {
    Path copy = Files.createDirectories(folder.resolve("prometheus"));
    try (Stream<Path> files = Files.list(DEPLOY.resolve("prometheus"))) {
      files.forEach(file -> rewrite(file, copy.resolve(file.getFileName()), port, token));
    }
    return copy.resolve("prometheus.yml");
  }

  private static void rewrite(Path from, Path to, int port, Path token) {
    try {
      String text = Files.readString(from);
      Files.writeString(
          to,
          text.replace("evenkeel:8765", "127.0.0.1:" + port)
              .replace("/evenkeel/token", token.toAbsolutePath().toString())
              .replace("_interval: 10s", "_interval: 1s"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void post(EvenkeelProcess server, String token, String session)
      throws IOException {
    try (var connection = HttpConnection.to(server.port())) {
      for (String name : List.of("Stop", "Notification")) {
        String event =
            "{\"hook_event_name\":\"%s\",\"session_id\":\"%s\"}".formatted(name, session);
        assertThat(connection.post("/hooks/test", event, "Authorization: Bearer " + token).status())
            .isEqualTo(200);
      }
    }
  }
}
