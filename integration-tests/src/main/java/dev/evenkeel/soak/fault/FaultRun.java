package dev.evenkeel.soak.fault;

import dev.evenkeel.soak.Fault;
import dev.evenkeel.soak.Limits;
import dev.evenkeel.testbed.EvenkeelProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs one fault on a stage of its own, from the first event to the verdict: events flow before the
 * fault, meanwhile and afterwards, and nothing that was answered may be missing at the end.
 */
public final class FaultRun {

  private static final int WARM_UP = 1_000;
  private static final int AFTERWARDS = 300;
  private static final int READERS = 3;
  private static final int MORE_THREADS = 2;
  private static final Duration BACK = Duration.ofSeconds(60);
  private static final Duration ARRIVE = Duration.ofSeconds(20);
  private static final Duration SAMPLE = Duration.ofMillis(200);

  private final Fault fault;
  private final Path folder;
  private final int eventsASecond;
  private final @Nullable Path cache;

  /**
   * A run that is still to be started.
   *
   * @param folder an empty folder for its files
   * @param cache the start-up cache of the server, or null
   */
  public FaultRun(Fault fault, Path folder, int eventsASecond, @Nullable Path cache) {
    this.cache = cache;
    this.fault = fault;
    this.folder = folder;
    this.eventsASecond = eventsASecond;
  }

  /**
   * Runs it.
   *
   * @throws Exception when the fault could not be done, or the server never became level again
   */
  public FaultRow run() throws Exception {
    try (var stage = new Stage(folder, fault, eventsASecond)) {
      if (cache != null) {
        EvenkeelProcess _ = stage.server().withStartUpCache(cache);
      }
      stage.prepare();
      stage.server().start();
      stage.joinHub();
      stage.traffic().start();
      stage.awaitAccepted(WARM_UP);
      stage.awaitLevel();
      openAllReaders(stage.server());
      FaultRow.Held before = held(stage.server());
      FaultRow.Held most = atMost(before, stage.connectionsToCome());
      var over = new AtomicBoolean();
      var rss = new MostRss(stage.server(), over);
      Thread sampling = Thread.ofVirtual().start(rss);
      stage.tell("begins");
      fault.happen(stage);
      stage.tell("is over");
      Duration levelAfter = stage.awaitLevelAgain();
      stage.tell("level again");
      stage.awaitAccepted(AFTERWARDS);
      FaultRow.Held after = heldWithin(most, stage.server());
      over.set(true);
      sampling.join();
      stage.traffic().end();
      stage.awaitLevel();
      return verdict(stage, levelAfter, before, after, isWithin(most, after), rss.bytes);
    } catch (Exception | AssertionError e) {
      throw new IllegalStateException(
          "the fault " + fault.name() + " in " + folder + ": " + e.getMessage(), e);
    }
  }

  /** The server reads its log by a few connections in turn, and opens each when it is needed. */
  private static void openAllReaders(EvenkeelProcess server) throws IOException {
    for (int i = 0; i < READERS; i++) {
      long _ = History.newest(server.port());
    }
  }

  private static FaultRow.Held held(EvenkeelProcess server) {
    return new FaultRow.Held(server.rssBytes(), server.threads(), server.fileDescriptors());
  }

  /**
   * What it may hold afterwards, of memory as much as in a soak; targets that were dead before have
   * their connections then.
   */
  private static FaultRow.Held atMost(FaultRow.Held before, int connectionsToCome) {
    return new FaultRow.Held(
        Limits.DEFAULT.rssBytes(),
        before.threads() + MORE_THREADS,
        before.fileDescriptors() + connectionsToCome);
  }

  /** What it holds as soon as that is within a limit; after a minute, what it holds then. */
  private static FaultRow.Held heldWithin(FaultRow.Held most, EvenkeelProcess server) {
    FaultRow.Held now = held(server);
    for (long begin = System.nanoTime();
        !isWithin(most, now) && System.nanoTime() - begin < BACK.toNanos();
        now = held(server)) {
      LockSupport.parkNanos(SAMPLE.toNanos());
    }
    return now;
  }

  private static boolean isWithin(FaultRow.Held most, FaultRow.Held now) {
    return now.threads() <= most.threads()
        && now.fileDescriptors() <= most.fileDescriptors()
        && now.rssBytes() <= most.rssBytes();
  }

  private FaultRow verdict(
      Stage stage,
      Duration levelAfter,
      FaultRow.Held before,
      FaultRow.Held after,
      boolean back,
      long mostRss)
      throws IOException {
    List<Traffic.Snapshot> sessions =
        stage.traffic().sessions().stream().map(Traffic.Session::snapshot).toList();
    stage.history().read(stage.server().port());
    Set<String> derived = stage.history().derivedOf(sessions);
    awaitDerived(stage, derived);
    FaultVerdict verdict =
        FaultVerdict.of(
            sessions,
            stage.arrivals(),
            stage::isExcused,
            stage.history()::marks,
            derived,
            stage.status().get("unlogged").asLong());
    var broken = new ArrayList<>(verdict.violations());
    if (!back) {
      broken.add("memory, threads or descriptors did not come back");
    }
    if (!stage.traffic().refusals().isEmpty()) {
      broken.add("agents were refused: " + stage.traffic().refusals().getFirst());
    }
    return new FaultRow(
        fault.name(),
        fault.what(),
        stage.traffic().answered(),
        stage.traffic().unanswered(),
        verdict.lostOnTheWay(),
        verdict.lostInHistory(),
        verdict.unlogged(),
        verdict.repeats(),
        verdict.mostRepeats(),
        verdict.mostJoined(),
        levelAfter,
        before,
        after,
        mostRss,
        broken,
        stage.notes());
  }

  /** What was published last may still be on its way; what has not come then is lost. */
  private static void awaitDerived(Stage stage, Set<String> derived) throws IOException {
    long begin = System.nanoTime();
    for (Map.Entry<String, Arrivals> each : stage.arrivals().entrySet()) {
      each.getValue().readOn();
      while (!stage.isExcused(each.getKey())
          && each.getValue().lacks(derived) > 0
          && System.nanoTime() - begin < ARRIVE.toNanos()) {
        LockSupport.parkNanos(SAMPLE.toNanos());
        each.getValue().readOn();
      }
    }
  }

  /** Looks how much memory a server has that may die and come back meanwhile. */
  private static final class MostRss implements Runnable {
    private final EvenkeelProcess server;
    private final AtomicBoolean over;

    // Mutable state, owned by the thread that samples until that has ended
    private long bytes;

    private MostRss(EvenkeelProcess server, AtomicBoolean over) {
      this.server = server;
      this.over = over;
    }

    @Override
    public void run() {
      while (!over.get()) {
        try {
          bytes = Math.max(bytes, server.rssBytes());
        } catch (RuntimeException e) {
          // It is dead for the moment, because the fault killed it.
        }
        LockSupport.parkNanos(SAMPLE.toNanos());
      }
    }
  }
}
