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
  private static final Duration BACK = Duration.ofSeconds(60);
  private static final Duration ARRIVE = Duration.ofSeconds(20);
  private static final Duration SAMPLE = Duration.ofMillis(200);
  private static final Duration LOOK = Duration.ofSeconds(2);

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
      Held before = stage.held();
      int connectionsToCome = stage.connectionsToCome();
      try (var watch = new FaultWatch(stage.server())) {
        stage.tell("begins");
        fault.happen(stage);
        stage.tell("is over");
        Duration levelAfter = stage.awaitLevelAgain();
        stage.tell("level again");
        stage.awaitAccepted(AFTERWARDS);
        FaultWatch.Most most = watch.end();
        Held after = heldAfter(stage, before, connectionsToCome);
        stage.traffic().end();
        stage.awaitLevel();
        var broken = new ArrayList<>(after.exceeds(before, Limits.DEFAULT, connectionsToCome));
        broken.addAll(most.exceeds(stage.mostLogBytes()));
        return verdict(stage, levelAfter, before, after, most.rssBytes(), broken);
      }
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

  /** What it holds as soon as that is not too much; after a minute, what it holds then. */
  private static Held heldAfter(Stage stage, Held before, int connectionsToCome) throws Exception {
    Held now = stage.held();
    for (long begin = System.nanoTime();
        !now.exceeds(before, Limits.DEFAULT, connectionsToCome).isEmpty()
            && System.nanoTime() - begin < BACK.toNanos();
        now = stage.held()) {
      LockSupport.parkNanos(LOOK.toNanos());
    }
    return now;
  }

  private FaultRow verdict(
      Stage stage,
      Duration levelAfter,
      Held before,
      Held after,
      long mostRss,
      List<String> exceeded)
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
    broken.addAll(exceeded);
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
}
