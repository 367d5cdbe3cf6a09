package dev.evenkeel.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the faults of a schedule happen, one after the other, in a thread of its own. */
final class FaultRunner {

  private final Schedule schedule;
  private final SoakScene scene;
  private final Thread thread;

  /** What is known of a fault before the run is over. */
  private record Happened(
      Fault fault,
      long from,
      long until,
      long level,
      SoakScene.Place before,
      SoakScene.Place after) {

    FaultRow row(List<Ledger.Page> judged) {
      long lost = after.missed() - before.missed();
      for (Ledger.Page each : judged) {
        lost += Completeness.lostIds(each.ids(), before.id(), after.id());
      }
      long repeats = after.repeats() - before.repeats();
      return new FaultRow(fault.name(), fault.what(), from, until, level, lost, repeats);
    }
  }

  // Mutable state, guarded by this
  private final List<Happened> happened = new ArrayList<>();
  private volatile String now = "";
  private volatile @Nullable Exception failure;

  FaultRunner(Schedule schedule, SoakScene scene) {
    this.schedule = schedule;
    this.scene = scene;
    this.thread = Thread.ofPlatform().name("faults").start(this::work);
  }

  private void work() {
    try {
      for (Schedule.Entry entry : schedule.entries()) {
        scene.awaitAcceptedInAll(entry.afterEvents());
        happen(entry.fault());
      }
    } catch (InterruptedException e) {
      scene.log("the run ended before all faults had happened");
    } catch (Exception e) {
      failure = e;
      scene.log("the fault " + now + " could not be done: " + e);
    }
  }

  private void happen(Fault fault) throws Exception {
    now = fault.name();
    scene.log(fault.name() + ": " + fault.what());
    SoakScene.Place before = scene.place();
    long from = scene.elapsed().toMillis();
    fault.happen(scene);
    SoakScene.Lift lift = scene.takeLift();
    boolean level = scene.isLevelWithin(SoakScene.PATIENCE, lift);
    long levelAt = level ? scene.elapsed().toMillis() : -1;
    SoakScene.Place after = scene.place();
    synchronized (this) {
      happened.add(new Happened(fault, from, lift.millis(), levelAt, before, after));
    }
    scene.log(
        level
            ? fault.name() + " lifted; level again after " + (levelAt - lift.millis()) + " ms"
            : fault.name()
                + " lifted; not level again after "
                + SoakScene.PATIENCE.toSeconds()
                + " s");
    now = "";
  }

  /** What happens at this moment, or nothing. */
  String now() {
    return now;
  }

  boolean isOver() {
    return !thread.isAlive();
  }

  /**
   * Waits for the end of the fault that happens now; no other begins.
   *
   * @throws Exception of a fault that could not be done
   */
  void end() throws Exception {
    if (now.isEmpty()) {
      thread.interrupt();
    }
    if (!thread.join(Duration.ofMinutes(10))) {
      throw new IllegalStateException("the fault " + now + " does not end");
    }
    Exception failed = failure;
    if (failed != null) {
      throw failed;
    }
  }

  /** What happened, and what the receivers lack of it in the end. */
  synchronized List<FaultRow> rows(List<Ledger.Page> judged) {
    return happened.stream().map(each -> each.row(judged)).toList();
  }
}
