package dev.evenkeel.soak;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.testbed.EvenkeelServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/** Takes samples: what the system, the server and the receivers say. For one thread. */
final class Sampler {

  private static final double MICROS_PER_MILLI = 1000;
  private static final double[] PERCENTILES = {50, 90, 99, 100};
  private static final List<String> NAMES = List.of("p50", "p90", "p99", "max");

  private final EvenkeelServer server;
  private final ServerProbe probe;
  private final Receivers receivers;
  private final LongAdder answered;
  private final Recorder latencies;
  private final TimeLine timeLine;

  // Mutable state, owned by the thread that samples
  private long pid = -1;
  private int epoch;
  private long acceptedBefore;
  private long lastAccepted;
  private long lastNanos = System.nanoTime();
  private @Nullable String firstHistogram;
  private String lastHistogram = "";
  private final Map<Integer, Counters> counters = new TreeMap<>();

  Sampler(
      EvenkeelServer server,
      ServerProbe probe,
      Receivers receivers,
      LongAdder answered,
      Recorder latencies,
      TimeLine timeLine) {
    this.server = server;
    this.probe = probe;
    this.receivers = receivers;
    this.answered = answered;
    this.latencies = latencies;
    this.timeLine = timeLine;
  }

  /**
   * Takes one.
   *
   * @param counted whether the reachable objects are counted, which takes a full collection
   * @throws IOException when the server is away at this moment
   */
  Sample take(boolean counted) throws IOException {
    try {
      return read(counted);
    } catch (UncheckedIOException | IllegalStateException e) {
      throw new IOException("the server is away", e);
    }
  }

  /**
   * Asks the server what it has counted: how many events extensions have dropped, for which nobody
   * waits, and in the end what became of all.
   */
  void readCounters() throws IOException {
    noteLife(answered.sum());
    keep(probe.get("/api/status"));
  }

  /** A server that was started again counts anew. */
  private void noteLife(long accepted) {
    if (server.pid() != pid) {
      pid = server.pid();
      epoch++;
      acceptedBefore = epoch == 1 ? 0 : accepted;
    }
  }

  private void keep(JsonNode status) {
    counters.put(epoch, Counters.of(status));
    receivers.droppedOnPurpose(
        counters.values().stream().mapToLong(Counters::droppedOnPurpose).sum());
  }

  private Sample read(boolean counted) throws IOException {
    long accepted = answered.sum();
    long now = System.nanoTime();
    noteLife(accepted);
    JsonNode status = probe.get("/api/status");
    keep(status);
    // The process first: the questions of this sample take memory of their own
    long rss = server.rssBytes();
    long peak = server.peakRssBytes();
    int threads = server.threads();
    int descriptors = server.fileDescriptors();
    Holdings holdings = Holdings.of(server, probe, status);
    Map<String, Double> answers = percentiles(latencies.getIntervalHistogram(), MICROS_PER_MILLI);
    Map<String, Double> deliveries = percentiles(receivers.firstTarget().takeDelays(), 1);
    long live = counted ? count() : -1;
    double perSecond = (accepted - lastAccepted) * 1e9 / Math.max(1, now - lastNanos);
    lastAccepted = accepted;
    lastNanos = counted ? System.nanoTime() : now;
    return new Sample(
        timeLine.elapsed().toMillis(),
        epoch,
        accepted,
        accepted - acceptedBefore,
        rss,
        peak,
        live,
        threads,
        descriptors,
        status.at("/memory/connections").asInt(),
        receivers.joined(),
        status.at("/hub/clients").asInt(),
        holdings.logBytes(),
        holdings.diskBytes(),
        status.at("/log/removed").asLong(),
        holdings.classes(),
        holdings.metaspaceBytes(),
        Math.max(0, receivers.lag(answered.sum())),
        perSecond,
        holdings.fullest(),
        answers,
        deliveries);
  }

  private long count() throws IOException {
    lastHistogram = new Jcmd(pid).histogram();
    if (firstHistogram == null) {
      firstHistogram = lastHistogram;
    }
    // The pause was ours, not the server's
    Histogram _ = latencies.getIntervalHistogram();
    Histogram _ = receivers.firstTarget().takeDelays();
    return Jcmd.total(lastHistogram);
  }

  /** Agents have rested for so long: that is no time in which they were slow. */
  void rested(long nanos) {
    lastNanos += nanos;
  }

  /** From now on the next one is the first: the warm-up is over. */
  void forgetHistograms() {
    firstHistogram = null;
  }

  /** What the server counted last in each of its lives. */
  List<Counters> counters() {
    return List.copyOf(counters.values());
  }

  String firstHistogram() {
    return firstHistogram == null ? "" : firstHistogram;
  }

  String lastHistogram() {
    return lastHistogram;
  }

  private static Map<String, Double> percentiles(Histogram of, double divisor) {
    var named = new LinkedHashMap<String, Double>();
    for (int i = 0; i < PERCENTILES.length && of.getTotalCount() > 0; i++) {
      named.put(NAMES.get(i), of.getValueAtPercentile(PERCENTILES[i]) / divisor);
    }
    return named;
  }
}
