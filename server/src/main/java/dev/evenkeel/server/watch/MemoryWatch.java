package dev.evenkeel.server.watch;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.server.budget.QueueState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes a sample every interval, keeps the last of them, and gives an alert when resident memory is
 * over the threshold: once when it goes over, and again after ten more intervals over it. It never
 * forces a garbage collection.
 */
public final class MemoryWatch implements AutoCloseable {

  /** The name of the server event that an alert publishes. */
  public static final String ALERT = "memory_alert";

  private static final System.Logger LOG = System.getLogger(MemoryWatch.class.getName());
  private static final int INTERVALS_BETWEEN_ALERTS = 10;

  /** Whoever asks twice within this time gets the same sample. */
  private static final Duration FRESH = Duration.ofSeconds(1);

  /** Where server events go. */
  @FunctionalInterface
  public interface Publisher {
    void publish(String name, ObjectNode data);
  }

  private final WatchConfig config;
  private final MemoryProbe probe;
  private final Publisher publisher;
  private final Runnable cleanUp;
  private final Clock clock;
  private final Samples samples = new Samples();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("memory-watch").daemon().factory());

  // Mutable state, owned by the timer's thread
  private int intervalsOver;

  // Mutable state; whoever reads a fresh sample puts it here
  private volatile @Nullable MemorySample latest;

  /**
   * A watch that is still to be started.
   *
   * @param cleanUp what frees memory when there is too little
   */
  public MemoryWatch(
      WatchConfig config, MemoryProbe probe, Publisher publisher, Runnable cleanUp, Clock clock) {
    this.config = config;
    this.probe = probe;
    this.publisher = publisher;
    this.cleanUp = cleanUp;
    this.clock = clock;
  }

  /** Begins with a sample, unless it is not enabled. */
  public void start() {
    if (!config.enabled()) {
      return;
    }
    if (read().rssBytes() == 0) {
      LOG.log(
          System.Logger.Level.INFO,
          "This system has no /proc, so resident memory is not known: there are no memory alerts.");
    }
    var _ =
        timer.scheduleAtFixedRate(
            this::lookAndGoOn, 0, config.interval().toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * A task that throws is not run again: the next look has to come whatever happens to this one.
   */
  private void lookAndGoOn() {
    try {
      look();
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "The watch over memory failed", e);
    }
  }

  /** Takes a sample and judges it. One thread at a time. */
  void look() {
    MemorySample sample = read();
    samples.add(sample);
    if (sample.rssBytes() <= config.alertThresholdBytes()) {
      intervalsOver = 0;
      return;
    }
    boolean due = intervalsOver++ % INTERVALS_BETWEEN_ALERTS == 0;
    if (due) {
      alert(sample);
    }
  }

  private void alert(MemorySample sample) {
    LOG.log(
        System.Logger.Level.WARNING,
        "Memory: {0} MB are resident, more than evenkeel.watch.alert-threshold ({1} MB). Heap after"
            + " collection: {2} MB, threads: {3}.{4}",
        sample.rssBytes() >> 20,
        config.alertThresholdBytes() >> 20,
        sample.heapAfterGcBytes() >> 20,
        sample.threads(),
        config.autoCleanup() ? " Cleaning up." : "");
    publisher.publish(ALERT, data(sample).put("thresholdBytes", config.alertThresholdBytes()));
    if (config.autoCleanup()) {
      cleanUp.run();
    }
  }

  private static ObjectNode data(MemorySample sample) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("time", sample.time().toString())
        .put("rssBytes", sample.rssBytes())
        .put("heapUsedBytes", sample.heapUsedBytes())
        .put("heapAfterGcBytes", sample.heapAfterGcBytes())
        .put("threads", sample.threads())
        .put("fileDescriptors", sample.fileDescriptors())
        .put("connections", sample.connections());
  }

  /** How it is now: a sample that is at most a second old. */
  public MemorySample current() {
    MemorySample known = latest;
    Instant now = clock.instant();
    return known != null && Duration.between(known.time(), now).abs().compareTo(FRESH) < 0
        ? known
        : read();
  }

  private MemorySample read() {
    MemorySample sample = probe.read(Instant.ofEpochMilli(clock.millis()));
    latest = sample;
    return sample;
  }

  /** The last samples, the oldest first. */
  public List<MemorySample> samples() {
    return samples.all();
  }

  /** How full its ring of samples is. */
  public QueueState queue() {
    return samples.state();
  }

  /** Ends. May be called twice. */
  @Override
  public void close() {
    timer.shutdownNow();
  }
}
