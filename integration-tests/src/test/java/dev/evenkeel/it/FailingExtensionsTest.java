package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.extension.testkit.ExtensionJar;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Extensions that misbehave in every way, one after the other in one server, while other sessions
 * post 1,000 events a second. Prints what happened to each, and what the others did meanwhile.
 */
class FailingExtensionsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** The usual answer may be so many times slower: the test machine has other work too. */
  private static final double MOST_TIMES_SLOWER = 25;

  @RegisterExtension static final Servers SERVERS = new Servers();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  /**
   * A way to misbehave.
   *
   * @param onEvent what it does with its events
   * @param shows how its state shows it
   */
  private record Kind(String name, String onEvent, Predicate<JsonNode> shows) {}

  private static Predicate<JsonNode> in(String state) {
    return extension -> extension.get("state").asText().equals(state);
  }

  private static final List<Kind> KINDS =
      List.of(
          new Kind("throwing", "throw new IllegalStateException(\"on purpose\");", in("paused")),
          new Kind("overflowing", "overflow(0);", in("paused")),
          new Kind(
              "attaching", "emission.attach(\"big\", \"x\".repeat(20_000_000));", in("paused")),
          new Kind("slow", "Thread.sleep(300);", each -> each.get("calls").asInt() > 20),
          new Kind(
              "flooding",
              """
              for (int i = 0; i < 20_000; i++) {
                System.getLogger("flood").log(System.Logger.Level.INFO, "line " + i);
                System.out.println("line " + i);
              }
              """,
              each -> each.get("suppressedLines").asLong() > 100_000),
          new Kind(
              "leaking",
              """
              for (int i = 0; i < 3; i++) {
                Thread.ofPlatform().name("leaked").daemon(false).start(() -> {
                  while (true) { java.util.concurrent.locks.LockSupport.park(); }
                });
              }
              """,
              each -> each.get("calls").asInt() > 5),
          new Kind(
              "blocking",
              "while (true) { java.util.concurrent.locks.LockSupport.park(new Object()); }",
              in("stuck")),
          new Kind("endless", "while (true) { Thread.onSpinWait(); }", in("stuck")));

  private static final Set<String> LEAVE_THREADS = Set.of("leaking", "blocking", "endless");

  private static byte[] jar(Kind kind) {
    return new ExtensionJar()
        .source(
            "demo.Failing",
            """
            package demo;
            import dev.evenkeel.extension.*;
            public class Failing implements Extension {
              @Override public String name() { return "%s"; }
              @Override public void start(ExtensionContext context) {
                context.process("Poison", (event, emission) -> { %s });
              }
              static int overflow(int depth) { return overflow(depth + 1) + 1; }
            }
            """
                .formatted(kind.name(), kind.onEvent()))
        .service("demo.Failing")
        .bytes();
  }

  /** So many events of the others are looked at for each kind. */
  private static final int OTHERS = 2000;

  private record Outcome(Kind kind, JsonNode extension, Histogram others, List<String> left) {}

  @Test
  void othersGoOnAsUsual() throws Exception {
    EvenkeelProcess server = SERVERS.on(folder.resolve("data")).start();
    var api = new Api(server.port());
    Path jars = Files.createDirectories(server.dataDir().resolve("extensions"));
    var outcomes = new ArrayList<Outcome>();
    var made = new HashMap<Kind, byte[]>();
    KINDS.forEach(kind -> made.put(kind, jar(kind)));
    Map<String, Integer> sent;
    List<String> failures;
    Histogram usual;
    try (var traffic = new SteadyTraffic(server.port(), "other", 4, 1000).start()) {
      // Given
      awaitPosted(traffic, 3000);
      var _ = traffic.takeLatencies();
      awaitPosted(traffic, 2 * OTHERS);
      usual = traffic.takeLatencies();
      for (Kind kind : KINDS) {
        outcomes.add(misbehave(kind, made.get(kind), jars, api, traffic));
      }
      sent = traffic.end();
      failures = traffic.failures();
    }
    // Then
    print(usual, outcomes);
    int all = sent.values().stream().mapToInt(Integer::intValue).sum();
    assertThat(failures).isEmpty();
    try (LogFile log = LogFile.of(server.dataDir())) {
      await().atMost(PATIENCE).until(() -> log.unpublished() == 0);
    }
    assertThat(countOf(api, sent)).isEqualTo(all);
    JsonNode status = api.get("/api/status");
    assertThat(status.get("unlogged").asLong() + status.get("shed").asLong()).isZero();
    for (Outcome each : outcomes) {
      assertThat(each.others().getValueAtPercentile(50))
          .as("the median answer of the others, in microseconds, during %s", each.kind().name())
          .isLessThan((long) (MOST_TIMES_SLOWER * usual.getValueAtPercentile(50)));
    }
    assertThat(left(outcomes, "leaking")).isNotEmpty().allMatch(each -> each.equals("leaked"));
    assertThat(left(outcomes, "endless")).isNotEmpty().allMatch(each -> each.startsWith("handler"));
    for (Outcome each : outcomes) {
      assertThat(leftBehind(api, each.kind()).isEmpty())
          .as("no thread of %s is left", each.kind().name())
          .isEqualTo(!LEAVE_THREADS.contains(each.kind().name()));
    }
    assertThat(server.stop()).as("exit code of SIGTERM").isIn(0, 143);
  }

  private static List<String> left(List<Outcome> outcomes, String kind) {
    return outcomes.stream()
        .filter(each -> each.kind().name().equals(kind))
        .findFirst()
        .orElseThrow()
        .left();
  }

  private static void awaitPosted(SteadyTraffic traffic, int more) {
    long until = traffic.posted() + more;
    await().atMost(PATIENCE).until(() -> traffic.posted() >= until);
  }

  private static Outcome misbehave(
      Kind kind, byte[] made, Path jars, Api api, SteadyTraffic traffic) throws IOException {
    Path jar = jars.resolve(kind.name() + ".jar");
    Files.write(jar, made);
    await().atMost(PATIENCE).until(() -> api.stateOf(kind.name()).equals("running"));
    var _ = traffic.takeLatencies();
    long before = traffic.posted();
    int[] count = {0};
    JsonNode[] last = new JsonNode[1];
    try (var connection = HttpConnection.to(api.port())) {
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(100))
          .until(
              () -> {
                String session = "poisoned-" + kind.name() + "-" + count[0]++ % 10;
                String body = "{\"session_id\":\"%s\",\"hook_event_name\":\"Poison\",\"n\":%d}";
                connection.post("/hooks/claude-code", body.formatted(session, count[0]));
                last[0] = api.extension(kind.name());
                return traffic.posted() - before >= OTHERS && kind.shows().test(last[0]);
              });
    }
    Histogram others = traffic.takeLatencies();
    Files.delete(jar);
    await().atMost(PATIENCE).until(() -> api.stateOf(kind.name()).equals("gone"));
    // The server gives threads a moment to end before it names them.
    await()
        .atMost(PATIENCE)
        .until(() -> !LEAVE_THREADS.contains(kind.name()) || !leftBehind(api, kind).isEmpty());
    return new Outcome(kind, last[0], others, leftBehind(api, kind));
  }

  private static List<String> leftBehind(Api api, Kind kind) throws IOException {
    var left = new ArrayList<String>();
    for (JsonNode each : api.get("/api/extensions").get("leftBehind")) {
      if (each.get("extension").asText().equals(kind.name())) {
        each.get("threads").forEach(name -> left.add(name.asText()));
      }
    }
    return left;
  }

  /** How many events of the others are published, when each session has them in order. */
  private static int countOf(Api api, Map<String, Integer> sent) {
    var seen = new HashMap<String, Integer>();
    for (JsonNode event : api.events("&type=hook&name=PreToolUse")) {
      String session = event.get("session_id").asText();
      int n = seen.merge(session, 1, Integer::sum);
      assertThat(event.at("/data/n").asInt()).as("the order of %s", session).isEqualTo(n - 1);
    }
    seen.keySet().retainAll(sent.keySet());
    return seen.values().stream().mapToInt(Integer::intValue).sum();
  }

  private static void print(Histogram usual, List<Outcome> outcomes) {
    System.out.printf(
        "%-12s %-8s %6s %9s %11s %9s %-24s | others: %7s %8s %8s%n",
        "kind",
        "state",
        "calls",
        "failures",
        "passed over",
        "lines cut",
        "threads left behind",
        "events",
        "p50 us",
        "p99 us");
    System.out.printf(
        "%-86s | others: %7d %8d %8d%n",
        "(none)",
        usual.getTotalCount(),
        usual.getValueAtPercentile(50),
        usual.getValueAtPercentile(99));
    for (Outcome each : outcomes) {
      JsonNode extension = each.extension();
      System.out.printf(
          "%-12s %-8s %6d %9d %11d %9d %-24s | others: %7d %8d %8d%n",
          each.kind().name(),
          extension.get("state").asText(),
          extension.get("calls").asLong(),
          extension.get("failures").asLong(),
          extension.get("passedOver").asLong(),
          extension.get("suppressedLines").asLong(),
          each.left().isEmpty() ? "none" : each.left().size() + " " + each.left().getFirst(),
          each.others().getTotalCount(),
          each.others().getValueAtPercentile(50),
          each.others().getValueAtPercentile(99));
    }
  }
}
