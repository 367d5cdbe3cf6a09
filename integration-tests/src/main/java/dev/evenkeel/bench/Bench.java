package dev.evenkeel.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import dev.evenkeel.testbed.SocketIoServer;
import dev.evenkeel.testbed.SocketIoServer.Form;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Measures the packaged server on this machine. {@code bin/evenkeel bench} runs it. */
public final class Bench {

  private static final String BARE = "/bench/bare";
  private static final String WHOLE = "/hooks/claude-code";
  private static final String FILES = "claude-code-2.1.197-*.jsonl";
  private static final int STARTS = 3;
  private static final int WARM_UP_EVENTS = 120_000;
  private static final double[] PERCENTILES = {50, 90, 99, 99.9, 100};
  private static final Duration LONG = Duration.ofHours(12);
  private static final JsonMapper JSON = new JsonMapper();

  private final Arguments arguments;
  private final List<Path> files;
  private final EvenkeelProcess server;
  private final @Nullable SocketIoServer target;
  private final ObjectNode result = JSON.createObjectNode();

  private Bench(Arguments arguments, Path folder) throws IOException {
    this.arguments = arguments;
    this.files = filesIn(arguments.recorded());
    this.server = EvenkeelProcess.on(folder.resolve("data")).withFlag("-Devenkeel-bench=true");
    Path cache = arguments.cache();
    if (cache != null) {
      EvenkeelProcess _ = server.withStartUpCache(cache);
    }
    if (arguments.target()) {
      this.target = SocketIoServer.of(Form.PROCESS, "main", List.of("--count-only"));
      EvenkeelProcess _ = server.with("EVENKEEL_TARGETS_MAIN_URL", target.start().url());
    } else {
      this.target = null;
    }
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    var files = new ArrayList<Path>();
    if (Files.isDirectory(folder)) {
      try (var found = Files.newDirectoryStream(folder, FILES)) {
        found.forEach(files::add);
      }
    }
    if (files.isEmpty()) {
      throw new IllegalArgumentException("no recorded events (" + FILES + ") in " + folder);
    }
    files.sort(Comparator.naturalOrder());
    return files;
  }

  /** Runs it. */
  public static void main(String[] words) throws IOException {
    if (words.length > 0 && words[0].equals("--search")) {
      SearchBench.main(Arrays.copyOfRange(words, 1, words.length));
      return;
    }
    if (Arrays.asList(words).contains("--help")) {
      System.out.print(Arguments.HELP);
      return;
    }
    Arguments arguments;
    try {
      arguments = Arguments.of(words);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage() + "\n\n" + Arguments.HELP);
      System.exit(2);
      return;
    }
    Path folder = Files.createTempDirectory("evenkeel-bench-");
    try {
      var bench = new Bench(arguments, folder);
      try (SocketIoServer _ = bench.target;
          EvenkeelProcess _ = bench.server) {
        bench.run();
      }
    } finally {
      remove(folder);
    }
  }

  static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  private void run() throws IOException {
    tellMachine();
    if (arguments.fanOut()) {
      server.start();
    } else {
      measureServer();
    }
    result.set("fanOut", new FanOutBench(server.port(), arguments.pairs(), files).run());
    result.put("loadAverageAtTheEnd", loadAverage());
    say("load average at the end: " + loadAverage());
    Path json = arguments.json();
    if (json != null) {
      Files.writeString(json, result.toPrettyString() + "\n");
      say("written as JSON to " + json);
    }
  }

  private void measureServer() throws IOException {
    measureStart();
    say("warming up");
    var idle = resources("idle after the start");
    post(BARE, LONG, WARM_UP_EVENTS / 2);
    post(WHOLE, LONG, WARM_UP_EVENTS);
    awaitArrived();
    measureThroughput();
    measureLatency();
    measureMemory(idle);
  }

  private void tellMachine() {
    ObjectNode machine = result.putObject("machine");
    machine.put("cores", Runtime.getRuntime().availableProcessors());
    machine.put("loadAverage", loadAverage());
    machine.put("java", Runtime.version().toString());
    machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    say(
        "%d cores for server and client together, load average %.2f before, Java %s"
            .formatted(
                machine.get("cores").asInt(),
                machine.get("loadAverage").asDouble(),
                machine.get("java").asText()));
  }

  private static double loadAverage() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  private void measureStart() {
    var millis = new ArrayList<Double>();
    for (int i = 0; i < STARTS; i++) {
      server.start();
      millis.add((double) server.startUp().toMillis());
      if (i < STARTS - 1) {
        int _ = server.stop();
      }
    }
    result.put("startMillis", median(millis));
    say("start to first answer: %.0f ms (median of %s)".formatted(median(millis), millis));
  }

  private void measureThroughput() throws IOException {
    say(
        "throughput, %d connections, %d s a run; whole: %s"
            .formatted(
                arguments.connections(),
                arguments.seconds().toSeconds(),
                arguments.target() ? "until the target has acknowledged" : "until published"));
    say("  run       bare/s      whole/s   ratio");
    var bare = new ArrayList<Double>();
    var whole = new ArrayList<Double>();
    var ratios = new ArrayList<Double>();
    for (int pair = 1; pair <= arguments.pairs(); pair++) {
      awaitIndexed();
      bare.add(post(BARE, arguments.seconds(), Long.MAX_VALUE));
      long start = System.nanoTime();
      double posted = post(WHOLE, arguments.seconds(), Long.MAX_VALUE);
      double seconds = arguments.seconds().toNanos() / 1e9;
      awaitArrived();
      whole.add(posted * seconds / ((System.nanoTime() - start) / 1e9));
      ratios.add(whole.getLast() / bare.getLast());
      say(
          "  %3d %12.0f %12.0f   %5.2f"
              .formatted(pair, bare.getLast(), whole.getLast(), ratios.getLast()));
    }
    say("  median %9.0f %12.0f   %5.2f".formatted(median(bare), median(whole), median(ratios)));
    ObjectNode throughput = result.putObject("throughput");
    throughput.put("connections", arguments.connections());
    throughput.put("target", arguments.target());
    throughput.put("barePerSecond", median(bare));
    throughput.put("wholePerSecond", median(whole));
    throughput.put("medianRatio", median(ratios));
    throughput.set("bareRuns", JSON.valueToTree(bare));
    throughput.set("wholeRuns", JSON.valueToTree(whole));
  }

  /** Posts, and tells how many were answered a second. */
  private double post(String path, Duration time, long events) throws IOException {
    try (var load = new Load(server.port(), path, files, arguments.connections())) {
      result.put("averageRequestBytes", load.averageBytes());
      long start = System.nanoTime();
      load.asFastAsItGoes(time, events);
      return load.answered.sum() / ((System.nanoTime() - start) / 1e9);
    }
  }

  /** The bare endpoint at the same rate tells what of it is the machine and the client. */
  private void measureLatency() throws IOException {
    say("answer at %d/s, from when it was due, in ms".formatted(arguments.rate()));
    say("  run               p50      p90      p99    p99.9      max");
    var bare = new ArrayList<Histogram>();
    var whole = new ArrayList<Histogram>();
    for (int pair = 1; pair <= arguments.pairs(); pair++) {
      awaitIndexed();
      bare.add(latency(BARE, pair + " bare"));
      whole.add(latency(WHOLE, pair + " whole"));
      awaitArrived();
    }
    ObjectNode latency = result.putObject("latencyMillis");
    latency.put("perSecond", arguments.rate());
    tellMedians(latency.putObject("bare"), "bare", bare);
    tellMedians(latency.putObject("whole"), "whole", whole);
  }

  private Histogram latency(String path, String name) throws IOException {
    try (var load = new Load(server.port(), path, files, arguments.connections())) {
      Histogram times = load.atRate(arguments.rate(), arguments.seconds());
      say(line(name, percentile -> times.getValueAtPercentile(percentile) / 1e6));
      return times;
    }
  }

  private static void tellMedians(ObjectNode result, String name, List<Histogram> runs) {
    result.put("count", runs.stream().mapToLong(Histogram::getTotalCount).sum());
    DoubleUnaryOperator medians =
        percentile ->
            median(runs.stream().map(each -> each.getValueAtPercentile(percentile) / 1e6).toList());
    for (double percentile : PERCENTILES) {
      String key = percentile == 100 ? "max" : "p" + (percentile + "").replace(".0", "");
      result.put(key, medians.applyAsDouble(percentile));
    }
    say(line("median " + name, medians));
  }

  private static String line(String name, DoubleUnaryOperator millis) {
    var line = new StringBuilder("  %-12s".formatted(name));
    for (double percentile : PERCENTILES) {
      line.append(" %8.2f".formatted(millis.applyAsDouble(percentile)));
    }
    return line.toString();
  }

  private void measureMemory(ObjectNode idle) throws IOException {
    ObjectNode memory = result.putObject("memory");
    memory.set("idle", idle);
    memory.set("warm", resources("warmed up"));
    if (arguments.events() == 0) {
      return;
    }
    try (var load = new Load(server.port(), WHOLE, files, arguments.connections())) {
      var failure = new AtomicReference<IOException>();
      Thread posting =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      load.asFastAsItGoes(LONG, arguments.events());
                    } catch (IOException e) {
                      failure.set(e);
                    }
                  });
      long tell = arguments.events() / 10;
      for (long next = tell; posting.isAlive(); ) {
        LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        if (load.answered.sum() >= next) {
          resources("after " + load.answered.sum() + " of " + arguments.events() + " events");
          next += tell;
        }
      }
      IOException failed = failure.get();
      if (failed != null) {
        throw failed;
      }
    }
    awaitArrived();
    memory.put("events", arguments.events());
    memory.set("afterwards", resources("after " + arguments.events() + " events"));
    memory.put("peakRssBytes", server.peakRssBytes());
    say("most memory ever: %d MB".formatted(server.peakRssBytes() >> 20));
  }

  private ObjectNode resources(String when) {
    ObjectNode now = JSON.createObjectNode();
    now.put("rssBytes", server.rssBytes());
    now.put("threads", server.threads());
    now.put("fileDescriptors", server.fileDescriptors());
    say(
        "%s: %d MB, %d threads, %d file descriptors"
            .formatted(
                when,
                now.get("rssBytes").asLong() >> 20,
                now.get("threads").asInt(),
                now.get("fileDescriptors").asInt()));
    return now;
  }

  /** Waits until everything that was accepted is published, and acknowledged by the target. */
  private void awaitArrived() throws IOException {
    try (var connection = HttpConnection.to(server.port())) {
      while (waiting(connection) > 0 || pending(connection) > 0) {
        LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
      }
    }
  }

  private long pending(HttpConnection connection) throws IOException {
    if (target == null) {
      return 0;
    }
    return get(connection, "/api/status").at("/targets/main/pending").asLong();
  }

  /** What the text index catches up with afterwards must not slow the next run down. */
  private void awaitIndexed() throws IOException {
    try (var connection = HttpConnection.to(server.port())) {
      while (SearchBench.waiting(connection) > 0) {
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      }
    }
  }

  private static long waiting(HttpConnection connection) throws IOException {
    long waiting = 0;
    for (JsonNode queue : get(connection, "/api/state").get("queues")) {
      waiting +=
          switch (queue.get("name").asText()) {
            case "log-appends", "accepted", "handler", "log-publications" ->
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

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  private static void say(String line) {
    System.out.println(line);
  }
}
