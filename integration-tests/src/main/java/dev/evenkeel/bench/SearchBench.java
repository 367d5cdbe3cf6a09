package dev.evenkeel.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Measures the text search of the packaged server: what its index costs those who post, and how
 * quick it is in a full log. {@code bin/evenkeel bench --search} runs it.
 */
public final class SearchBench {

  private static final String DOOR = "/hooks/claude-code";
  private static final String FILES = "{claude-code-2.1.197-*,real-sessions-masked}.jsonl";
  private static final long MB = 1 << 20;
  private static final int STEP_EVENTS = 10_000;
  private static final int WARM_UP_EVENTS = 30_000;
  private static final Duration LONG = Duration.ofHours(1);
  private static final double FULL = 0.9;
  private static final JsonMapper JSON = new JsonMapper();

  private final SearchArguments arguments;
  private final Path folder;
  private final List<Path> files = new ArrayList<>();

  private SearchBench(SearchArguments arguments, Path folder) throws IOException {
    this.arguments = arguments;
    this.folder = folder;
    try (var found = Files.newDirectoryStream(arguments.recorded(), FILES)) {
      found.forEach(files::add);
    }
    if (files.isEmpty()) {
      throw new IllegalArgumentException("no recorded events in " + arguments.recorded());
    }
    files.sort(Comparator.naturalOrder());
  }

  /** Runs it. */
  public static void main(String[] words) throws IOException {
    if (Arrays.asList(words).contains("--help")) {
      System.out.print(SearchArguments.HELP);
      return;
    }
    SearchArguments arguments;
    try {
      arguments = SearchArguments.of(words);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage() + "\n\n" + SearchArguments.HELP);
      System.exit(2);
      return;
    }
    Path folder = Files.createTempDirectory("evenkeel-search-bench-");
    try {
      var bench = new SearchBench(arguments, folder);
      if (arguments.pairs() > 0) {
        bench.measureCost();
      }
      bench.measureSearches();
    } finally {
      Bench.remove(folder);
    }
  }

  private EvenkeelProcess server(String name, boolean withIndex) {
    EvenkeelProcess server =
        EvenkeelProcess.on(folder.resolve(name))
            .with("EVENKEEL_LOG_MAX_BYTES", Long.toString(arguments.megabytes() * MB))
            .with("EVENKEEL_LOG_TEXT_SEARCH", Boolean.toString(withIndex));
    Path cache = arguments.cache();
    return cache == null ? server : server.withStartUpCache(cache);
  }

  /** Each server is left alone until it has nothing more to do before the other one is measured. */
  private void measureCost() throws IOException {
    say("what the index costs those who post, " + arguments.connections() + " connections");
    try (var with = server("with", true).start();
        var without = server("without", false).start()) {
      for (EvenkeelProcess each : List.of(with, without)) {
        post(each, LONG, WARM_UP_EVENTS);
        awaitIdle(each);
      }
      say("  run    without/s       with/s   ratio   indexed afterwards in");
      var ratios = new ArrayList<Double>();
      for (int pair = 1; pair <= arguments.pairs(); pair++) {
        double bare = post(without, arguments.seconds(), Long.MAX_VALUE);
        awaitIdle(without);
        double indexed = post(with, arguments.seconds(), Long.MAX_VALUE);
        double rest = awaitIdle(with);
        ratios.add(indexed / bare);
        say(
            "  %3d %12.0f %12.0f   %5.2f   %.1f s"
                .formatted(pair, bare, indexed, indexed / bare, rest));
      }
      say(
          "  median ratio %.2f"
              .formatted(ratios.stream().sorted().toList().get(ratios.size() / 2)));
      for (EvenkeelProcess each : List.of(without, with)) {
        try (var load = new Load(each.port(), DOOR, files, arguments.connections())) {
          Histogram times = load.atRate(1000, arguments.seconds());
          say(
              "  answer at 1000/s %s the index: p50 %.2f ms  p99 %.2f ms"
                  .formatted(
                      each == with ? "with" : "without",
                      times.getValueAtPercentile(50) / 1e6,
                      times.getValueAtPercentile(99) / 1e6));
        }
        awaitIdle(each);
      }
      say(
          "  peak memory: with %d MB, without %d MB"
              .formatted(with.peakRssBytes() / MB, without.peakRssBytes() / MB));
    }
  }

  private double post(EvenkeelProcess server, Duration time, long events) throws IOException {
    try (var load = new Load(server.port(), DOOR, files, arguments.connections())) {
      long start = System.nanoTime();
      load.asFastAsItGoes(time, events);
      return load.answered.sum() / ((System.nanoTime() - start) / 1e9);
    }
  }

  /** Waits until everything is published and indexed, and tells how many seconds that took. */
  private static double awaitIdle(EvenkeelProcess server) throws IOException {
    long start = System.nanoTime();
    try (var connection = HttpConnection.to(server.port())) {
      while (waiting(connection) > 0) {
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      }
    }
    return (System.nanoTime() - start) / 1e9;
  }

  /** How many events are not published or not indexed yet. */
  static long waiting(HttpConnection connection) throws IOException {
    long waiting = 0;
    for (JsonNode queue : get(connection, "/api/state").get("queues")) {
      waiting +=
          switch (queue.get("name").asText()) {
            case "log-appends", "accepted", "handler", "log-publications", "text-index" ->
                queue.get("size").asLong();
            default -> 0;
          };
    }
    return waiting;
  }

  private static JsonNode get(HttpConnection connection, String path) throws IOException {
    HttpConnection.Answer answer = connection.get(path);
    if (answer.status() != 200) {
      throw new IOException(path + " answered " + answer);
    }
    return JSON.readTree(answer.body());
  }

  private void measureSearches() throws IOException {
    try (var server = server("full", true).start()) {
      fill(server);
      try (var connection = HttpConnection.to(server.port())) {
        say("each search " + arguments.queries() + " times, limit 100, over HTTP");
        say("   found  complete       p50       p99       max   search");
        search(connection, "a rare word", "text=needle3");
        search(connection, "a missing word", "text=zzyzx");
        search(connection, "a common word", "text=bash");
        search(connection, "a common word, from the oldest on", "after=0&text=bash");
        search(connection, "common, in a session without it", "text=bash&session=needle3");
        search(connection, "common, with a rare name", "text=bash&name=SessionEnd");
        search(connection, "common, of a source that is not there", "text=bash&source=codex");
        search(connection, "two common words", "text=" + encoded("bash file"));
        search(connection, "common and rare", "text=" + encoded("bash needle3"));
        search(connection, "a beginning", "text=" + encoded("typ*"));
        search(
            connection, "a beginning of one letter, and a missing", "text=" + encoded("s* zzyzx"));
        search(connection, "a path", "text=" + encoded("shop-api/cart.py"));
        search(connection, "a phrase that is there", "text=" + encoded("\"add type hints\""));
        search(connection, "a phrase that is not there", "text=" + encoded("\"bash bash bash\""));
      }
    }
  }

  private void fill(EvenkeelProcess server) throws IOException {
    long bound = arguments.megabytes() * MB;
    long events = 0;
    long start = System.nanoTime();
    try (var connection = HttpConnection.to(server.port());
        var load = new Load(server.port(), DOOR, files, arguments.connections())) {
      for (int step = 0; ; step++) {
        JsonNode log = get(connection, "/api/status").get("log");
        if (log.get("bytes").asLong() >= FULL * bound && log.get("removed").asLong() > 0) {
          break;
        }
        load.asFastAsItGoes(LONG, STEP_EVENTS);
        events += STEP_EVENTS;
        String needle =
            "{\"hook_event_name\":\"Stop\",\"session_id\":\"needle%d\",\"x\":\"one needle%d\"}"
                .formatted(step, step);
        HttpConnection.Answer answer = connection.post(DOOR, needle);
        if (answer.status() != 200) {
          throw new IOException("a needle was answered " + answer);
        }
      }
      double posting = (System.nanoTime() - start) / 1e9;
      double rest = awaitIdle(server);
      JsonNode log = get(connection, "/api/status").get("log");
      long index = sizeOf(server, "text-index.db") + sizeOf(server, "text-index.db-wal");
      say(
          "filled with %d events in %.0f s, indexed %.0f s later; kept %d events in %d MB, %d MB of it the index"
              .formatted(
                  events,
                  posting,
                  rest,
                  log.get("events").asLong(),
                  log.get("bytes").asLong() / MB,
                  index / MB));
    }
  }

  private static long sizeOf(EvenkeelProcess server, String name) throws IOException {
    Path file = server.dataDir().resolve(name);
    return Files.exists(file) ? Files.size(file) : 0;
  }

  private void search(HttpConnection connection, String what, String query) throws IOException {
    var times = new Histogram(Duration.ofMinutes(1).toNanos(), 3);
    int found = 0;
    boolean complete = true;
    for (int i = 0; i < arguments.queries(); i++) {
      long start = System.nanoTime();
      HttpConnection.Answer answer = connection.get("/api/events?limit=100&" + query);
      times.recordValue(System.nanoTime() - start);
      if (answer.status() != 200) {
        throw new IOException(query + " answered " + answer);
      }
      if (i == 0) {
        JsonNode page = JSON.readTree(answer.body());
        found = page.get("events").size();
        complete = page.get("next").isNull();
      }
    }
    say(
        "%8d  %8s  %6.1f ms %6.1f ms %6.1f ms   %s: %s"
            .formatted(
                found,
                complete ? "yes" : "no",
                times.getValueAtPercentile(50) / 1e6,
                times.getValueAtPercentile(99) / 1e6,
                times.getMaxValue() / 1e6,
                what,
                query));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static void say(String line) {
    System.out.println(line);
  }
}
