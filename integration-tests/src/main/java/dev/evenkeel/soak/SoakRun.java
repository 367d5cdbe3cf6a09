package dev.evenkeel.soak;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.testbed.Access;
import dev.evenkeel.testbed.EvenkeelContainer;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.EvenkeelServer;
import dev.evenkeel.testbed.SocketIoServer.Form;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * A run: targets, the packaged server, clients of its hub, and agents that post to it, while
 * samples are taken and faults happen.
 */
public final class SoakRun {

  private static final long LONGEST_MICROS = TimeUnit.MINUTES.toMicros(2);
  private static final Duration CATCH_UP = Duration.ofMinutes(3);
  private static final Duration QUIET = Duration.ofSeconds(1);
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final Duration REST_LOOK = Duration.ofMillis(50);
  private static final Duration LONGEST_REST = Duration.ofSeconds(2);
  private static final int SAMPLES = 400;
  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(500);
  private static final Duration LONGEST_INTERVAL = Duration.ofSeconds(10);
  private static final Duration COUNT_INTERVAL = Duration.ofSeconds(1);
  private static final Duration TELL = Duration.ofSeconds(10);

  private final SoakPlan plan;
  private final Path folder;
  private final TimeLine timeLine;
  private final EvenkeelServer server;
  private final LongAdder answered = new LongAdder();
  private final Recorder latencies = new Recorder(LONGEST_MICROS, 2);
  private final List<Sample> samples = new ArrayList<>();

  private SoakRun(SoakPlan plan, Path folder, Consumer<String> progress) {
    this.plan = plan;
    this.folder = folder;
    this.timeLine = new TimeLine(progress);
    this.server = server(plan, folder);
  }

  private static EvenkeelServer server(SoakPlan plan, Path folder) {
    if (plan.inContainer()) {
      return EvenkeelContainer.withNewData();
    }
    EvenkeelProcess process = EvenkeelProcess.on(folder.resolve("data"));
    Path cache = plan.cache();
    return cache == null ? process : process.withStartUpCache(cache);
  }

  /**
   * Runs it.
   *
   * @param folder an empty one for everything that the run makes
   * @param progress gets a line now and then
   * @throws Exception when the run could not be done; what it shows is in the result
   */
  static SoakResult of(SoakPlan plan, Path folder, Consumer<String> progress) throws Exception {
    return new SoakRun(plan, folder, progress).run();
  }

  private SoakResult run() throws Exception {
    Instant begin = Instant.now();
    // A container goes before the networks of its targets
    try (var receivers = new Receivers(plan, folder);
        EvenkeelServer _ = server) {
      prepareServer(receivers);
      Access access = server.start().access();
      receivers.joinHub(access, plan.hubClients());
      timeLine.add(
          "the server runs, with "
              + describe(plan.targets(), "target")
              + (Form.chosen() == Form.CONTAINER ? " in a container" : " as a child process"));
      try (var probe = new ServerProbe(access)) {
        checkExtensions(probe);
        var sampler = new Sampler(server, probe, receivers, answered, latencies, timeLine);
        return run(begin, access, receivers, sampler, probe);
      }
    }
  }

  private static String describe(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  private void prepareServer(Receivers receivers) {
    receivers.targets().forEach(server::withTarget);
    plan.extensions().forEach(server::withExtension);
    EvenkeelServer _ =
        server.with("EVENKEEL_LOG_MAX_BYTES", Long.toString(plan.limits().logBytes()));
    plan.environment().forEach(server::with);
  }

  /** Whoever soaks an extension wants to know that it ran. */
  private void checkExtensions(ServerProbe probe)
      throws IOException, InterruptedException, RefusedExtensionException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (true) {
      JsonNode told = probe.get("/api/extensions");
      JsonNode refused = told.get("refused").path(0);
      if (!refused.isMissingNode()) {
        throw new RefusedExtensionException(
            "the server refuses %s: %s"
                .formatted(refused.get("file").asText(), refused.get("reason").asText()));
      }
      List<ExtensionAccount> ofJars = ExtensionAccount.ofJars(told);
      if (ofJars.stream().filter(ExtensionAccount::isRunning).count() >= plan.extensions().size()) {
        return;
      }
      if (System.nanoTime() > end) {
        throw new RefusedExtensionException("not all extensions run: " + ofJars);
      }
      Thread.sleep(LOOK);
    }
  }

  private SoakResult run(
      Instant begin, Access access, Receivers receivers, Sampler sampler, ServerProbe probe)
      throws Exception {
    var pace = new Pace(plan.rate());
    List<Agent> agents = startAgents(access, pace);
    var scene =
        new SoakScene(
            server,
            receivers,
            () -> agents.stream().collect(Collectors.toMap(Agent::stream, Agent::accepted)),
            answered,
            pace,
            timeLine,
            plan.rate());
    var faults = new FaultRunner(plan.possible(), scene);
    watch(pace, receivers, sampler, faults);
    Path recording = recordGrowth();
    pace.end();
    var accounts = new ArrayList<Agent.Account>();
    for (Agent each : agents) {
      accounts.add(each.end());
    }
    faults.end();
    boolean level = catchUp(receivers, sampler);
    if (recording == null) {
      take(sampler, true); // a flight recording takes memory of its own
      // The server may have told something about itself meanwhile
      level &= catchUp(receivers, sampler);
    }
    sampler.readCounters();
    timeLine.add(level ? "everything has arrived" : "not everything has arrived");
    List<Ledger.Page> judged = receivers.judged().stream().map(Ledger::page).toList();
    var result =
        new SoakResult(
            plan,
            begin,
            timeLine.elapsed(),
            level,
            server.starts(),
            pace.heldMillis(),
            samples,
            accounts,
            receivers.targetPages(),
            receivers.hubPages(),
            judged.stream().map(Ledger.Page::receiver).toList(),
            sampler.counters(),
            ExtensionAccount.ofJars(probe.get("/api/extensions")),
            faults.rows(judged),
            timeLine.lines(),
            sampler.firstHistogram(),
            sampler.lastHistogram(),
            recording);
    probe.close();
    return result;
  }

  private List<Agent> startAgents(Access access, Pace pace) throws IOException {
    RecordedEvents recorded = RecordedEvents.read();
    var agents = new ArrayList<Agent>();
    for (int i = 0; i < plan.agents(); i++) {
      String stream = "agent-" + (i + 1);
      int from = recorded.events().size() * i / plan.agents();
      var script = new Script(recorded, stream, from, i % 4 == 3, plan.largeEvery());
      agents.add(new Agent(access, stream, script, pace, latencies, answered));
    }
    timeLine.add(describe(plan.agents(), "agent") + " post " + plan.rate() + " events a second");
    return agents;
  }

  /** Takes samples and holds the agents where needed, until the run is over. */
  private void watch(Pace pace, Receivers receivers, Sampler sampler, FaultRunner faults)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + plan.duration().toNanos();
    long interval = interval().toNanos();
    long nextSample = System.nanoTime() + interval;
    long nextCount = nextSample;
    long nextTell = System.nanoTime() + TELL.toNanos();
    long last = System.nanoTime();
    boolean warm = false;
    while (answered.sum() < plan.events() || !faults.isOver()) {
      Thread.sleep(LOOK);
      long now = System.nanoTime();
      if (now > end) {
        timeLine.add("the time is over");
        return;
      }
      receivers.check();
      pace.hold(receivers.lag(answered.sum()) > plan.mostLag(), now - last);
      last = now;
      if (!warm && answered.sum() >= plan.warmUp()) {
        warm = true;
        sampler.forgetHistograms();
        timeLine.add("warmed up; from now on growth counts");
      }
      if (now >= nextSample) {
        boolean counted = now >= nextCount && faults.now().isEmpty();
        if (counted) {
          takeAtRest(sampler, pace, receivers, faults);
          nextCount = System.nanoTime() + Math.max(2 * interval, COUNT_INTERVAL.toNanos());
        } else {
          take(sampler, false);
        }
        nextSample = now + interval;
      }
      if (now >= nextTell && !samples.isEmpty()) {
        tell(samples.getLast(), faults.now());
        nextTell = now + TELL.toNanos();
      }
    }
  }

  private Duration interval() {
    long seconds = Math.min(plan.duration().toSeconds(), plan.events() / plan.rate());
    Duration wanted = Duration.ofMillis(1000 * seconds / SAMPLES);
    if (wanted.compareTo(SHORTEST_INTERVAL) < 0) {
      return SHORTEST_INTERVAL;
    }
    return wanted.compareTo(LONGEST_INTERVAL) > 0 ? LONGEST_INTERVAL : wanted;
  }

  /**
   * What is under way is large, and another amount at each moment; what grows is found by what
   * stays when all has arrived. Where that takes too long, this time objects are not counted.
   */
  private void takeAtRest(Sampler sampler, Pace pace, Receivers receivers, FaultRunner faults)
      throws InterruptedException {
    long begin = System.nanoTime();
    pace.rest(true);
    try {
      boolean arrived = false;
      while (!arrived && System.nanoTime() - begin < LONGEST_REST.toNanos()) {
        long before = receivers.count();
        Thread.sleep(REST_LOOK);
        arrived = receivers.count() == before && hasAll(receivers, sampler);
      }
      sampler.rested(System.nanoTime() - begin);
      take(sampler, arrived && faults.now().isEmpty());
    } finally {
      pace.rest(false);
    }
  }

  private void take(Sampler sampler, boolean counted) {
    try {
      samples.add(sampler.take(counted));
    } catch (IOException e) {
      timeLine.tell("no sample: " + e.getMessage());
    }
  }

  private void tell(Sample now, String fault) {
    timeLine.tell(
        "%,d events, %,.0f/s, %d MB, %s, %d threads, %d descriptors, %d connections, %,d behind%s"
            .formatted(
                now.accepted(),
                now.perSecond(),
                now.rssBytes() >> 20,
                liveMegabytes(),
                now.threads(),
                now.descriptors(),
                now.connections(),
                now.lag(),
                fault.isEmpty() ? "" : "; " + fault));
  }

  private String liveMegabytes() {
    return samples.reversed().stream()
        .filter(Sample::hasLiveBytes)
        .findFirst()
        .map(each -> "%.1f MB of objects".formatted(each.liveBytes() / 1048576.0))
        .orElse("objects not counted yet");
  }

  /** Whether all have what they are to get; what was dropped since the last look is asked for. */
  private boolean hasAll(Receivers receivers, Sampler sampler) {
    if (receivers.lag(answered.sum()) > 0 && !plan.extensions().isEmpty()) {
      try {
        sampler.readCounters();
      } catch (IOException | UncheckedIOException | IllegalStateException e) {
        return false; // the server is away for the moment
      }
    }
    return receivers.lag(answered.sum()) <= 0;
  }

  /** Waits until nothing more comes, and tells whether everything has come. */
  private boolean catchUp(Receivers receivers, Sampler sampler)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + CATCH_UP.toNanos();
    long quietSince = System.nanoTime();
    String before = "";
    while (System.nanoTime() < end) {
      receivers.check();
      List<Ledger> judged = receivers.judged();
      String now = judged.stream().map(each -> each.count() + " ").toList().toString();
      if (!now.equals(before)) {
        quietSince = System.nanoTime();
        before = now;
      }
      boolean equal = judged.stream().mapToLong(Ledger::count).distinct().count() == 1;
      boolean all = hasAll(receivers, sampler);
      if (equal && all && System.nanoTime() - quietSince > QUIET.toNanos()) {
        return true;
      }
      Thread.sleep(LOOK);
    }
    return false;
  }

  /**
   * When something has grown or is too large, events flow on for a while and the JVM writes down
   * what it does.
   */
  private @Nullable Path recordGrowth() throws InterruptedException {
    List<String> grown = Verdicts.growing(samples, plan);
    if (grown.isEmpty() || plan.evidence().isZero()) {
      return null;
    }
    String broken = "broken: " + String.join(", ", grown);
    if (plan.inContainer()) {
      timeLine.add(broken + "; no flight recording, which would take the container's memory");
      return null;
    }
    timeLine.add(broken + "; making a flight recording of that");
    Path file = folder.resolve("soak.jfr").toAbsolutePath();
    var jcmd = new Jcmd(server.pid());
    try {
      String _ = jcmd.run("JFR.start", "name=soak", "settings=profile", "path-to-gc-roots=true");
      Thread.sleep(plan.evidence());
      String _ = jcmd.run("JFR.stop", "name=soak", "filename=" + file);
      return file;
    } catch (IOException e) {
      timeLine.add("no flight recording: " + e.getMessage());
      return null;
    }
  }

  /** Removes what a run made. */
  static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }
}
